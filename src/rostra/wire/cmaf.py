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

_TRACK_ID = 1
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
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
        return _audio_entry(b"Opus", box(b"dOps", declared))


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
        return _audio_entry(b"mp4a", full_box(b"esds", 0, 0, stream))


Track = OpusTrack | AacTrack


def init_segment(track: Track, *, duration: int | None = None) -> bytes:
    """`ftyp` and `moov` of `track`. `duration` in samples is declared when it is known."""
    extends = full_box(
        b"trex",
        0,
        0,
        struct.pack(
            ">5I", _TRACK_ID, 1, track.samples_per_frame, track.sample_size, _EVERY_SAMPLE_IS_SYNC
        ),
    )
    whole = b"" if duration is None else full_box(b"mehd", 1, 0, struct.pack(">Q", duration))
    movie = box(b"moov", _movie_header(), _track_box(track), box(b"mvex", whole, extends))
    return box(b"ftyp", b"iso6", struct.pack(">I", 1), b"iso6cmfcdashmp41") + movie


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
        flags, values = _DEFAULT_BASE_IS_MOOF | 0x18, (_TRACK_ID, samples_per_frame, sizes[0])
        return full_box(b"tfhd", 0, flags, struct.pack(">3I", *values)), 0x1, b""
    flags = _DEFAULT_BASE_IS_MOOF | 0x08
    defaults = full_box(b"tfhd", 0, flags, struct.pack(">2I", _TRACK_ID, samples_per_frame))
    return defaults, 0x201, struct.pack(f">{len(sizes)}I", *sizes)


def _movie_header() -> bytes:
    times = struct.pack(">IIII", 0, 0, RATE, 0)
    rest = struct.pack(">IHH8x", 0x10000, 0x100, 0) + _MATRIX + bytes(24)
    return full_box(b"mvhd", 0, 0, times, rest, struct.pack(">I", _TRACK_ID + 1))


def _track_box(track: Track) -> bytes:
    enabled = 0x7
    header = full_box(
        b"tkhd",
        0,
        enabled,
        struct.pack(">IIIII8xhhHH", 0, 0, _TRACK_ID, 0, 0, 0, 0, 0x100, 0),
        _MATRIX,
        bytes(8),
    )
    media_header = full_box(b"mdhd", 0, 0, struct.pack(">IIIIHH", 0, 0, RATE, 0, 0x55C4, 0))
    handler = full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"soun"), b"Sound\0")
    here = box(b"dinf", full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1)))
    info = box(b"minf", full_box(b"smhd", 0, 0, bytes(4)), here, _sample_table(track))
    return box(b"trak", header, box(b"mdia", media_header, handler, info))


def _sample_table(track: Track) -> bytes:
    none = bytes(4)
    return box(
        b"stbl",
        full_box(b"stsd", 0, 0, struct.pack(">I", 1), track.sample_entry()),
        full_box(b"stts", 0, 0, none),
        full_box(b"stsc", 0, 0, none),
        full_box(b"stsz", 0, 0, none, none),
        full_box(b"stco", 0, 0, none),
    )


def _audio_entry(kind: bytes, specific: bytes) -> bytes:
    return box(kind, struct.pack(">6xH8xHHHHI", 1, 1, 16, 0, 0, RATE << 16), specific)


def _descriptor(tag: int, *parts: bytes) -> bytes:
    body = b"".join(parts)
    if len(body) > 127:
        raise ValueError("an AAC configuration has at most a few bytes")
    return bytes((tag, len(body))) + body
