"""Event message boxes: timed metadata between fragments (ISO/IEC 23009-1, section 5.10.3.3).

Version 1, because its time is absolute. The scheme is the one under which hls.js and Safari hand
ID3 to a page; any other is dropped by them without a word.
"""

from __future__ import annotations

import struct
import zlib
from typing import NamedTuple

from rostra.wire.boxes import Bytes, box_at, full_box
from rostra.wire.malformed import Malformed
from rostra.wire.timing import RATE

ID3_SCHEME = "https://aomedia.org/emsg/ID3"
_FIXED = struct.Struct(">IIQII")


class Event(NamedTuple):
    """One event: when it holds, in ticks of `timescale` (samples in ours), and its message."""

    media_time: int
    duration: int
    ident: int
    scheme: str
    value: str
    message: bytes
    timescale: int = RATE


def emsg(media_time: int, id3: bytes, duration: int = 0, ident: int | None = None) -> bytes:
    """A ready `emsg` box for the ID3 tag `id3` at `media_time`, both times in samples.

    Players drop a second event of the same `ident`; without one it is made from time and tag.
    """
    if ident is None:
        ident = zlib.crc32(id3, media_time & 0xFFFFFFFF)
    fixed = struct.pack(">IQII", RATE, media_time, duration, ident)
    return full_box(b"emsg", 1, 0, fixed, ID3_SCHEME.encode(), b"\0\0", id3)


def read_emsg(data: Bytes) -> Event:
    """The event in one whole `emsg` box. Raises Malformed for anything else."""
    found = box_at(data, 0, len(data))
    if found is None or found.type != b"emsg" or found.end != len(data):
        raise Malformed("This is not one whole event message box.")
    body = bytes(data[found.body :])
    if len(body) < _FIXED.size or body[0] != 1:
        raise Malformed("An event message box is cut off or of another version than 1.")
    _, timescale, media_time, duration, ident = _FIXED.unpack_from(body)
    parts = body[_FIXED.size :].split(b"\0", 2)
    if len(parts) < 3:
        raise Malformed("An event message box has no end of its scheme or value.")
    try:
        scheme, value = parts[0].decode(), parts[1].decode()
    except UnicodeDecodeError:
        raise Malformed("The scheme of an event message box is not text.") from None
    return Event(media_time, duration, ident, scheme, value, parts[2], timescale)
