"""The `moov` box of one mono sound track at 48 kHz, with a sample table or without.

Both clocks in it (movie and track) tick in samples, so every time in the file is media time.
"""

from __future__ import annotations

import struct

from rostra.wire.boxes import box, full_box
from rostra.wire.timing import RATE

TRACK_ID = 1
_MATRIX = struct.pack(">9I", 0x10000, 0, 0, 0, 0x10000, 0, 0, 0, 0x40000000)
_UNDETERMINED = 0x55C4  # the language code "und"
_ENABLED_IN_MOVIE_AND_PREVIEW = 7


def file_type(major: bytes, *compatible: bytes) -> bytes:
    """The `ftyp` box."""
    return box(b"ftyp", major, struct.pack(">I", 1), *compatible)


def movie(duration: int, table: bytes, extends: bytes = b"") -> bytes:
    """`moov` of `duration` samples (0: unknown) with a ready `stbl` and, for fragments, `mvex`."""
    media = box(b"mdia", _media_header(duration), _handler(), _media_information(table))
    return box(
        b"moov", _movie_header(duration), box(b"trak", _track_header(duration), media), extends
    )


def sample_description(entry: bytes) -> bytes:
    """The `stsd` box with one sample entry."""
    return full_box(b"stsd", 0, 0, struct.pack(">I", 1), entry)


def empty_table(entry: bytes) -> bytes:
    """The `stbl` of a file whose samples are all in fragments."""
    none = bytes(4)
    return box(
        b"stbl",
        sample_description(entry),
        full_box(b"stts", 0, 0, none),
        full_box(b"stsc", 0, 0, none),
        full_box(b"stsz", 0, 0, none, none),
        full_box(b"stco", 0, 0, none),
    )


def audio_entry(kind: bytes, specific: bytes) -> bytes:
    """A mono sample entry of `kind` around its own box."""
    return box(kind, struct.pack(">6xH8xHHHHI", 1, 1, 16, 0, 0, RATE << 16), specific)


def _movie_header(duration: int) -> bytes:
    times = struct.pack(">IIII", 0, 0, RATE, duration)
    rest = struct.pack(">IHH8x", 0x10000, 0x100, 0) + _MATRIX + bytes(24)
    return full_box(b"mvhd", 0, 0, times, rest, struct.pack(">I", TRACK_ID + 1))


def _track_header(duration: int) -> bytes:
    fields = struct.pack(">IIIII8xhhHH", 0, 0, TRACK_ID, 0, duration, 0, 0, 0x100, 0)
    return full_box(b"tkhd", 0, _ENABLED_IN_MOVIE_AND_PREVIEW, fields, _MATRIX, bytes(8))


def _media_header(duration: int) -> bytes:
    fields = struct.pack(">IIIIHH", 0, 0, RATE, duration, _UNDETERMINED, 0)
    return full_box(b"mdhd", 0, 0, fields)


def _handler() -> bytes:
    return full_box(b"hdlr", 0, 0, struct.pack(">I4s12x", 0, b"soun"), b"Sound\0")


def _media_information(table: bytes) -> bytes:
    in_this_file = full_box(b"dref", 0, 0, struct.pack(">I", 1), full_box(b"url ", 0, 1))
    return box(b"minf", full_box(b"smhd", 0, 0, bytes(4)), box(b"dinf", in_this_file), table)
