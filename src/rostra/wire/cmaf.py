"""CMAF tracks of Opus and AAC: init segments and fragments, written (ISO/IEC 23000-19).

One mono track at 48 kHz. There is no edit list: it would move the log's time by the priming, and
then the two renditions would no longer agree about when something was said. The priming is
declared instead (`dOps` pre-skip; the index header for both). Every fragment says its own sample
size (in `tfhd` when constant, else in `trun`), so that it can be read without the init segment.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass
from typing import ClassVar

from rostra.wire.boxes import Box, box, boxes, full_box
from rostra.wire.fragments import Fragment, Piece, Splitter, read_fragment
from rostra.wire.movie import TRACK_ID, audio_entry, empty_table, file_type, movie
from rostra.wire.timing import AAC_FRAME, AAC_PRIMING, FRAME, OPUS_PRIMING, RATE

__all__ = [
    "AacTrack",
    "Box",
    "Fragment",
    "OpusTrack",
    "Piece",
    "Splitter",
    "Track",
    "boxes",
    "fragment",
    "init_segment",
    "read_fragment",
]

_EVERY_SAMPLE_IS_SYNC = 0x02000000
_DEFAULT_BASE_IS_MOOF = 0x020000


@dataclass(frozen=True)
class OpusTrack:
    """Mono Opus in frames of 20 ms. `sample_size` is the bytes of a frame when it is constant."""

    sample_size: int = 0
    priming: int = OPUS_PRIMING
    rendition: ClassVar[str] = "opus"
    codecs: ClassVar[str] = "opus"
    samples_per_frame: ClassVar[int] = FRAME

    def sample_entry(self) -> bytes:
        """RFC 7845's identification header as the Opus-in-ISOBMFF mapping packs it."""
        declared = struct.pack(">BBHIhB", 0, 1, self.priming, RATE, 0, 0)
        return audio_entry(b"Opus", box(b"dOps", declared))


@dataclass(frozen=True)
class AacTrack:
    """Mono AAC-LC. `config` is the AudioSpecificConfig, `bitrate` (bit/s) only declared."""

    config: bytes
    bitrate: int = 48_000
    priming: int = AAC_PRIMING
    rendition: ClassVar[str] = "aac"
    codecs: ClassVar[str] = "mp4a.40.2"
    samples_per_frame: ClassVar[int] = AAC_FRAME
    sample_size: ClassVar[int] = 0

    def sample_entry(self) -> bytes:
        """An `mp4a` entry with its elementary stream descriptor (ISO/IEC 14496-1, 7.2.6)."""
        specific = _descriptor(5, self.config)
        decoder = _descriptor(
            4, struct.pack(">BB3sII", 0x40, 0x15, b"\0\0\0", self.bitrate, self.bitrate), specific
        )
        stream = _descriptor(3, struct.pack(">HB", 0, 0), decoder, _descriptor(6, b"\x02"))
        return audio_entry(b"mp4a", full_box(b"esds", 0, 0, stream))


Track = OpusTrack | AacTrack


def init_segment(track: Track) -> bytes:
    """`ftyp` and `moov` of `track`; no duration, because nobody knows it yet."""
    defaults = (TRACK_ID, 1, track.samples_per_frame, track.sample_size, _EVERY_SAMPLE_IS_SYNC)
    extends = box(b"mvex", full_box(b"trex", 0, 0, struct.pack(">5I", *defaults)))
    brands = file_type(b"iso6", b"iso6", b"cmfc", b"dash", b"mp41")
    return brands + movie(0, empty_table(track.sample_entry()), extends)


def fragment(
    sequence: int,
    media_time: int,
    frames: Sequence[bytes],
    samples_per_frame: int,
    events: Sequence[bytes] = (),
) -> bytes:
    """`events` (ready `emsg` boxes), then `moof` and `mdat` with `frames` from `media_time` on."""
    header = full_box(b"mfhd", 0, 0, struct.pack(">I", sequence & 0xFFFFFFFF))
    decode_time = full_box(b"tfdt", 1, 0, struct.pack(">Q", media_time))
    sizes = list(map(len, frames))
    defaults, run_flags, run_sizes = _sample_sizes(sizes, samples_per_frame)
    # moof 8 + traf 8 + trun's own 12 + count 4 + offset 4 + the mdat header 8
    offset = 44 + len(header) + len(defaults) + len(decode_time) + len(run_sizes)
    run = full_box(b"trun", 0, run_flags, struct.pack(">II", len(frames), offset), run_sizes)
    moof = box(b"moof", header, box(b"traf", defaults, decode_time, run))
    return b"".join((*events, moof, struct.pack(">I4s", 8 + sum(sizes), b"mdat"), *frames))


def _sample_sizes(sizes: list[int], samples_per_frame: int) -> tuple[bytes, int, bytes]:
    """The `tfhd` box, the flags of `trun` and the sizes in it."""
    if len(set(sizes)) == 1:
        flags, values = _DEFAULT_BASE_IS_MOOF | 0x18, (TRACK_ID, samples_per_frame, sizes[0])
        return full_box(b"tfhd", 0, flags, struct.pack(">3I", *values)), 0x1, b""
    flags = _DEFAULT_BASE_IS_MOOF | 0x08
    defaults = full_box(b"tfhd", 0, flags, struct.pack(">2I", TRACK_ID, samples_per_frame))
    return defaults, 0x201, struct.pack(f">{len(sizes)}I", *sizes)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) > 127:
        raise ValueError("an AAC configuration has at most a few bytes")
    return bytes((tag, len(body))) + body
