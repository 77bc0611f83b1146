"""A head that makes a plain MP4 of bytes which already hold coded frames somewhere in them. Pure.

`ftyp`, `moov` with a full sample table, and the header of one `mdat` that swallows everything
after it. Whatever lies between the frames (here: the boxes of fragments) is not looked at.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence

from rostra.wire.boxes import Box, box, boxes, full_box
from rostra.wire.malformed import Malformed
from rostra.wire.movie import file_type, movie

_FIRST_BIG = 1 << 32
_PATH = (b"moov", b"trak", b"mdia", b"minf", b"stbl", b"stsd")


def progressive_head(
    description: bytes,
    *,
    durations: Sequence[tuple[int, int]],
    sizes: bytes,
    constant_size: int,
    chunks: Sequence[int],
    frames_per_chunk: int,
    length: int,
) -> bytes:
    """The head for `length` bytes of body.

    `description` is a ready `stsd`; `durations` are runs of (frames, samples each); `sizes` the
    bytes of each frame as packed big-endian 32-bit numbers, unless `constant_size` says them all;
    `chunks` where, in the body, each `frames_per_chunk` frames without a space between begin.
    """
    frames = sum(count for count, _ in durations)
    total = sum(count * each for count, each in durations)
    runs = b"".join(struct.pack(">II", *run) for run in durations)
    listed = b"" if constant_size else sizes

    def head(first: int) -> bytes:
        table = box(
            b"stbl",
            description,
            full_box(b"stts", 0, 0, struct.pack(">I", len(durations)), runs),
            full_box(b"stsc", 0, 0, struct.pack(">IIII", 1, 1, frames_per_chunk, 1)),
            full_box(b"stsz", 0, 0, struct.pack(">II", constant_size, frames), listed),
            _chunk_offsets([first + chunk for chunk in chunks], wide=length >= _FIRST_BIG // 2),
        )
        brands = file_type(b"isom", b"isom", b"iso6", b"mp41")
        return brands + movie(total, table) + struct.pack(">I4sQ", 1, b"mdat", 16 + length)

    return head(len(head(0)))


def description_of(init: bytes) -> bytes:
    """The `stsd` box of an init segment. Raises Malformed when there is none."""
    inside = Box(b"", -8, 8 + len(init))
    for kind in _PATH:
        inside = _child(init, inside, kind)
    return init[inside.start : inside.end]


def _child(data: bytes, parent: Box, kind: bytes) -> Box:
    for found in boxes(data, parent.body, parent.end):
        if found.type == kind:
            return found
    raise Malformed("This init segment describes no sound.")


def without_priming(description: bytes) -> bytes:
    """An Opus `stsd` for a file that begins after the coder's priming: nothing is to be skipped."""
    at = description.find(b"dOps")
    return description[: at + 6] + bytes(2) + description[at + 8 :] if at >= 0 else description


def _chunk_offsets(chunks: Sequence[int], *, wide: bool) -> bytes:
    kind, letter = (b"co64", "Q") if wide else (b"stco", "I")
    packed = struct.pack(f">{len(chunks)}{letter}", *chunks)
    return full_box(kind, 0, 0, struct.pack(">I", len(chunks)), packed)
