"""ISO base media boxes: building and walking them (ISO/IEC 14496-12, section 4.2)."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import NamedTuple

from rostra.wire.malformed import Malformed

Bytes = bytes | bytearray | memoryview


class Box(NamedTuple):
    """Where a box lies: its four-letter type, offset and whole size in bytes, header included."""

    type: bytes
    start: int
    size: int
    header: int = 8

    @property
    def body(self) -> int:
        return self.start + self.header

    @property
    def end(self) -> int:
        return self.start + self.size


def box(kind: bytes, *parts: bytes) -> bytes:
    """A box of `kind` with `parts` as its body."""
    body = b"".join(parts)
    return struct.pack(">I4s", 8 + len(body), kind) + body


def full_box(kind: bytes, version: int, flags: int, *parts: bytes) -> bytes:
    """A box whose body begins with a version and 24 flags."""
    return box(kind, struct.pack(">I", version << 24 | flags), *parts)


def box_at(data: Bytes, start: int, end: int) -> Box | None:
    """The box at `start`, or None while its header is not whole before `end`.

    The box itself may reach beyond `end`. Raises Malformed for a size that cannot be, and for
    boxes that say "to the end of the file", which a stream does not have.
    """
    if end - start < 8:
        return None
    size, kind = struct.unpack_from(">I4s", data, start)
    header = 8
    if size == 1:
        if end - start < 16:
            return None
        (size,) = struct.unpack_from(">Q", data, start + 8)
        header = 16
    if size < header:
        raise Malformed(f"A media box of {size} bytes cannot be: the stream is damaged.")
    return Box(kind, start, size, header)


def boxes(data: Bytes, start: int = 0, end: int | None = None) -> Iterator[Box]:
    """Every box between `start` and `end`, in order. Raises Malformed unless they fill it."""
    end = len(data) if end is None else end
    while start < end:
        found = box_at(data, start, end)
        if found is None or found.end > end:
            raise Malformed("A media box is cut off: the stream is damaged.")
        yield found
        start = found.end
