"""Putting the index of a plain MP4 in front of its sound, so that players need not fetch the end
first ("fast start"). ISO/IEC 14496-12, section 8.7.5: the offsets of chunks count from the start of
the file, so each grows by what is put before it. Pure.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator

from rostra.wire.boxes import Box, Bytes, boxes
from rostra.wire.malformed import Malformed

_HOLDS_OTHERS = frozenset({b"moov", b"trak", b"mdia", b"minf", b"stbl"})


def moov_first(data: Bytes) -> list[bytes | memoryview]:
    """The parts of the same file with `moov` behind `ftyp`. Raises Malformed, also for what is
    larger than 32-bit offsets allow."""
    found = list(boxes(data))
    kinds = [each.type for each in found]
    if kinds[:1] != [b"ftyp"] or kinds.count(b"moov") != 1 or kinds.count(b"mdat") != 1:
        raise Malformed("This is no plain MP4 file.")
    view = memoryview(data)
    index = found[kinds.index(b"moov")]
    moved = bytearray(view[index.start : index.end])
    before_sound = kinds.index(b"moov") < kinds.index(b"mdat")
    if not before_sound:
        for table in _chunk_tables(moved, Box(b"", -8, 8 + len(moved))):
            _shift(moved, table, index.size)
    rest = [view[each.start : each.end] for each in found[1:] if each is not index]
    return [view[: found[0].end], bytes(moved), *rest]


def _chunk_tables(data: bytearray, inside: Box) -> Iterator[Box]:
    for found in boxes(data, inside.body, inside.end):
        if found.type in _HOLDS_OTHERS:
            yield from _chunk_tables(data, found)
        elif found.type == b"stco":
            yield found
        elif found.type == b"co64":
            raise Malformed("This MP4 file is too large.")


def _shift(data: bytearray, table: Box, by: int) -> None:
    (number,) = struct.unpack_from(">I", data, table.body + 4)
    if table.body + 8 + 4 * number > table.end:
        raise Malformed("A media box is cut off: the file is damaged.")
    form = f">{number}I"
    offsets = struct.unpack_from(form, data, table.body + 8)
    try:
        struct.pack_into(form, data, table.body + 8, *(each + by for each in offsets))
    except struct.error:
        raise Malformed("This MP4 file is too large.") from None
