"""The programme as each peer is given it: pages of Ogg for Icecast, segments for HLS. Pure.

All is made of the same coded frames of 20 ms, which are all of one size. Where there are no more
of them they begin anew: what is sent has no end. A piece is known by its number, and number n
begins at media time n times its length.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from rostra.wire.cmaf import OpusTrack, fragment, init_segment
from rostra.wire.hls import init_name, segment_name
from rostra.wire.malformed import Malformed
from rostra.wire.timing import FRAGMENT, FRAME, OPUS_PRIMING, RATE, seconds

USUAL_PAGE = 50  # frames: a page a second, as ffmpeg and opusenc make them
LONGEST_PAGE = 255
SERIAL = 0x526F7374
LISTED = 6  # segments in a playlist
BEHIND = 3  # segments before the end at which players begin
_FRAMES = FRAGMENT // FRAME
_FIRST_PAGE = 2  # those before it are the two headers
_HEAD = struct.Struct("<4sBBqIIIB")
_BEGINS = 2


@dataclass(frozen=True)
class Programme:
    """Coded frames, in the order in which they are heard, and how many a page of Ogg has."""

    frames: tuple[bytes, ...]
    page_frames: int = USUAL_PAGE

    def __post_init__(self) -> None:
        if len({len(frame) for frame in self.frames}) != 1:
            raise Malformed("The programme is not coded at a constant bit rate.")

    @property
    def frame_bytes(self) -> int:
        return len(self.frames[0])

    @property
    def page_bytes(self) -> int:
        """Of every page of sound."""
        return _HEAD.size + self.page_frames * (1 + self.frame_bytes)

    @property
    def page_seconds(self) -> float:
        return self.page_frames * seconds(FRAME)

    def run(self, start: int, count: int) -> list[bytes]:
        """`count` frames from frame `start` on."""
        return [self.frames[at % len(self.frames)] for at in range(start, start + count)]

    def page(self, number: int) -> bytes:
        """One page of Ogg (RFC 7845)."""
        packets = self.run(number * self.page_frames, self.page_frames)
        end = (number + 1) * self.page_frames * FRAME
        return ogg_page(packets, granule=end, sequence=_FIRST_PAGE + number)

    def segment(self, number: int, fragments: int) -> bytes:
        """One segment of so many fragments, as CMAF has it."""
        made = []
        for at in range(number * fragments, (number + 1) * fragments):
            frames = self.run(at * _FRAMES, _FRAMES)
            made.append(fragment(at + 1, at * FRAGMENT, frames, FRAME))
        return b"".join(made)

    def init(self) -> bytes:
        return init_segment(OpusTrack(self.frame_bytes))


# Ogg


def ogg_headers() -> bytes:
    """The two pages with which Opus begins."""
    head = b"OpusHead" + struct.pack("<BBHIhB", 1, 1, OPUS_PRIMING, RATE, 0, 0)
    vendor = b"Rostra"
    tags = b"OpusTags" + struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", 0)
    return ogg_page([head], 0, 0, flags=_BEGINS) + ogg_page([tags], 0, 1)


def ogg_page(packets: Sequence[bytes], granule: int, sequence: int, flags: int = 0) -> bytes:
    """A page of whole packets of less than 255 bytes each (RFC 3533)."""
    if len(packets) > LONGEST_PAGE or any(len(packet) >= 255 for packet in packets):
        raise ValueError("these packets do not fit into one page")
    rest = bytes(map(len, packets)) + b"".join(packets)
    fields = (b"OggS", 0, flags, granule, SERIAL, sequence)
    checksum = _checksum(_HEAD.pack(*fields, 0, len(packets)) + rest)
    return _HEAD.pack(*fields, checksum, len(packets)) + rest


class Page(NamedTuple):
    """One page of short packets: the samples heard at its end, its number, how many packets it
    has, where it ends."""

    granule: int
    sequence: int
    packets: int
    end: int


def read_page(data: bytes | bytearray, at: int) -> Page | None:
    """The page at `at`, None while it is not whole. Raises Malformed where none begins."""
    if len(data) - at < _HEAD.size:
        return None
    magic, _, _, granule, _, sequence, _, count = _HEAD.unpack_from(data, at)
    if magic != b"OggS":
        raise Malformed("What comes is not Ogg.")
    body = at + _HEAD.size + count
    end = body + sum(data[at + _HEAD.size : body])
    return Page(granule, sequence, count, end) if len(data) >= end and len(data) >= body else None


def _made_table() -> tuple[int, ...]:
    table = []
    for number in range(256):
        value = number << 24
        for _ in range(8):
            value = (value << 1) ^ (0x104C11DB7 if value & 0x80000000 else 0)
        table.append(value & 0xFFFFFFFF)
    return tuple(table)


_TABLE = _made_table()


def _checksum(data: bytes) -> int:
    """CRC-32 as Ogg has it: from the highest bit down, from 0 on (RFC 3533, section 6)."""
    value = 0
    for byte in data:
        value = (value << 8 & 0xFFFFFFFF) ^ _TABLE[value >> 24 ^ byte]
    return value


# HLS


def fragments_for(latency: float) -> int:
    """Fragments in a segment with which HLS is heard `latency` seconds late, at the least.

    Who begins BEHIND segments before the end is that far behind, and half a segment more on
    average, because playlists are as old as that. Rounded up, which spares the server requests.
    """
    return max(1, math.ceil(latency / (BEHIND + 0.5) / seconds(FRAGMENT) - 1e-9))


def segment_seconds(fragments: int) -> float:
    return fragments * seconds(FRAGMENT)


def target_duration(fragments: int) -> int:
    """The nearest whole number of seconds, as RFC 8216 (4.3.3.1) wants it."""
    return max(1, math.floor(segment_seconds(fragments) + 0.5))


def playlist(pid: str, stop: int, fragments: int) -> str:
    """The media playlist whose last segment is the one before `stop`."""
    first = max(0, stop - LISTED)
    lines = [
        "#EXTM3U",
        "#EXT-X-VERSION:7",
        f"#EXT-X-TARGETDURATION:{target_duration(fragments)}",
        f"#EXT-X-MEDIA-SEQUENCE:{first}",
        f'#EXT-X-MAP:URI="{init_name(pid, "opus")}"',
    ]
    for number in range(first, stop):
        lines += [f"#EXTINF:{segment_seconds(fragments):.5f},", segment_name(pid, "opus", number)]
    return "\n".join(lines) + "\n"


def burst_bytes(programme: Programme, latency: float) -> int:
    """What Icecast gives a newcomer at once, so that it hears `latency` seconds late.

    A burst begins with a whole page, and its last page is half a page old on average.
    """
    pages = max(1.0, latency / programme.page_seconds - 0.5)
    return round(pages * programme.page_bytes)
