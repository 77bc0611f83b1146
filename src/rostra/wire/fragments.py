"""Reading what `cmaf` writes: one fragment's frames, and a byte stream cut into pieces.

Good enough for our own listener, edge and meter: one track, boxes in the usual order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal, NamedTuple

from rostra.wire.boxes import Box, Bytes, box_at, boxes
from rostra.wire.emsg import Event, read_emsg
from rostra.wire.malformed import Malformed

LARGEST_PIECE = 1 << 20
_ENDS_A_PIECE: dict[bytes, Literal["init", "fragment"]] = {b"moov": "init", b"mdat": "fragment"}
# Optional words of tfhd (flag bit, bytes) before the default duration, and of trun per sample.
_TFHD_BEFORE_DURATION = ((0x01, 8), (0x02, 4))


@dataclass(frozen=True)
class Fragment:
    """A fragment taken apart: media time in samples, coded frames, the events in front of it."""

    media_time: int
    frames: tuple[bytes, ...]
    events: tuple[Event, ...]
    sequence: int
    samples_per_frame: int

    @property
    def end(self) -> int:
        return self.media_time + len(self.frames) * self.samples_per_frame


class Piece(NamedTuple):
    """A whole init segment or a whole fragment with the boxes in front of it."""

    kind: Literal["init", "fragment"]
    data: bytes


def read_fragment(data: Bytes) -> Fragment:
    """The fragment in `data` (events, `moof`, `mdat`). Raises Malformed for anything else."""
    view = memoryview(data)
    events: list[Event] = []
    moof: Box | None = None
    for found in boxes(view):
        if found.type == b"emsg":
            events.append(read_emsg(view[found.start : found.end]))
        elif found.type == b"moof":
            moof = found
        elif found.type == b"mdat" and moof is not None:
            return _joined(view, moof, found, tuple(events))
    raise Malformed("A fragment needs a moof box and then an mdat box.")


def _joined(view: memoryview, moof: Box, mdat: Box, events: tuple[Event, ...]) -> Fragment:
    try:
        sequence, media_time, samples_per_frame, sizes, offset = _run(view, moof)
    except (struct.error, KeyError):
        raise Malformed("The moof box of a fragment is not as CMAF wants it.") from None
    at = moof.start + offset
    if at < mdat.body or at + sum(sizes) > mdat.end:
        raise Malformed("The frames of a fragment do not lie in its mdat box.")
    return Fragment(media_time, tuple(_cut(view, at, sizes)), events, sequence, samples_per_frame)


def _cut(view: memoryview, at: int, sizes: list[int]) -> Iterator[bytes]:
    for size in sizes:
        yield bytes(view[at : at + size])
        at += size


def _run(view: memoryview, moof: Box) -> tuple[int, int, int, list[int], int]:
    top = {found.type: found for found in boxes(view, moof.body, moof.end)}
    track = {found.type: found for found in boxes(view, top[b"traf"].body, top[b"traf"].end)}
    (sequence,) = struct.unpack_from(">I", view, top[b"mfhd"].body + 4)
    decode_time = track[b"tfdt"]
    wide = view[decode_time.body] == 1
    (media_time,) = struct.unpack_from(">Q" if wide else ">I", view, decode_time.body + 4)
    samples_per_frame, size = _defaults(view, track[b"tfhd"])
    sizes, offset = _sizes(view, track[b"trun"], size)
    return sequence, media_time, samples_per_frame, sizes, offset


def _defaults(view: memoryview, header: Box) -> tuple[int, int]:
    flags = struct.unpack_from(">I", view, header.body)[0] & 0xFFFFFF
    at = header.body + 8 + sum(size for bit, size in _TFHD_BEFORE_DURATION if flags & bit)
    values = []
    for bit in (0x08, 0x10):
        values.append(struct.unpack_from(">I", view, at)[0] if flags & bit else 0)
        at += 4 if flags & bit else 0
    return values[0], values[1]


def _sizes(view: memoryview, run: Box, default: int) -> tuple[list[int], int]:
    flags, count = struct.unpack_from(">II", view, run.body)
    if not flags & 0x1 or flags & 0xD04:
        raise Malformed("A fragment's run needs a data offset and frames of equal length.")
    (offset,) = struct.unpack_from(">i", view, run.body + 8)
    if flags & 0x200:
        if count > (run.end - run.body - 12) // 4:
            raise Malformed("A fragment says that it has more frames than it lists.")
        return list(struct.unpack_from(f">{count}I", view, run.body + 12)), offset
    if default == 0 or count > LARGEST_PIECE // default:
        raise Malformed("A fragment does not say how long its frames are.")
    return [default] * count, offset


class Splitter:
    """Cuts a live byte stream, fed in any chunks, into init segments and fragments.

    Holds at most one unfinished piece, 1 MiB; what is bigger, or no box at all, raises Malformed,
    and after that every feed does: make a new one for a new response.
    """

    def __init__(self) -> None:
        self._held = bytearray()
        self._looked = 0  # up to here the held bytes are whole boxes
        self._broken = False

    @property
    def pending(self) -> int:
        """Bytes of a piece that is not whole yet; they are lost when the response ends here."""
        return len(self._held)

    def feed(self, data: Bytes) -> list[Piece]:
        """The pieces that `data` completes. Raises Malformed once the stream makes no sense."""
        if self._broken:
            raise Malformed("This stream was damaged before: nothing after that can be used.")
        self._held += data
        pieces = []
        try:
            while (piece := self._next()) is not None:
                pieces.append(piece)
        except Malformed:
            self._broken = True
            self._held.clear()
            raise
        return pieces

    def _next(self) -> Piece | None:
        while (found := box_at(self._held, self._looked, len(self._held))) is not None:
            if found.end > LARGEST_PIECE:
                raise Malformed("A piece of the stream is larger than 1 MiB: it is not ours.")
            if found.end > len(self._held):
                return None
            self._looked = found.end
            if (kind := _ENDS_A_PIECE.get(found.type)) is not None:
                return self._taken(kind)
        return None

    def _taken(self, kind: Literal["init", "fragment"]) -> Piece:
        data = bytes(self._held[: self._looked])
        del self._held[: self._looked]
        self._looked = 0
        return Piece(kind, data)
