"""Pictures for those who chose none, drawn from the handle. Pure.

An avatar is a mirrored pattern of five by five fields in one of our colours, a header a field of
slanted stripes: the same for the same handle for ever, and nothing of what a person wrote is in
them. They are PNG with a palette (RFC 2083), as apps on phones do not draw SVG.
"""

from __future__ import annotations

import hashlib
import struct
import zlib
from functools import lru_cache

AVATAR_SIZE = 240
HEADER_SIZE = (600, 200)
_FIELDS = 5
_MARGIN = 30
_COLOURS = (
    (0xB4, 0x53, 0x09), (0x0F, 0x76, 0x6E), (0x1D, 0x4E, 0xD8), (0x7C, 0x3A, 0xED),
    (0xBE, 0x18, 0x5D), (0x15, 0x80, 0x3D), (0x0E, 0x74, 0x90), (0xB9, 0x1C, 0x1C),
    (0x4D, 0x7C, 0x0F), (0xA2, 0x1C, 0xAF), (0x43, 0x38, 0xCA), (0x92, 0x40, 0x0E),
)  # fmt: skip
_Colour = tuple[int, int, int]


@lru_cache(maxsize=512)
def avatar(handle: str) -> bytes:
    """The square picture of `handle`, 240 by 240."""
    chance = hashlib.sha256(b"avatar:" + handle.encode()).digest()
    colour = _COLOURS[chance[0] % len(_COLOURS)]
    field = (AVATAR_SIZE - 2 * _MARGIN) // _FIELDS
    rows = []
    for line in range(_FIELDS):
        half = [chance[1 + line * 3 + column] & 1 for column in range(3)]
        cells = bytes([*half, half[1], half[0]])
        edge = bytes(_MARGIN)
        row = edge + b"".join(bytes([cell]) * field for cell in cells) + edge
        rows += [row] * field
    blank = [bytes(AVATAR_SIZE)] * _MARGIN
    return _png([*blank, *rows, *blank], (_pale(colour), colour))


@lru_cache(maxsize=128)
def header(handle: str) -> bytes:
    """The wide picture of `handle`, 600 by 200."""
    chance = hashlib.sha256(b"header:" + handle.encode()).digest()
    colour = _COLOURS[chance[0] % len(_COLOURS)]
    width, height = HEADER_SIZE
    slant, step = (1 if chance[1] & 1 else -1), 40 + chance[2] % 60
    rows = [bytes(((x + slant * y) // step) % 3 for x in range(width)) for y in range(height)]
    return _png(rows, (_pale(colour, 0.86), _pale(colour, 0.8), _pale(colour, 0.74)))


def _pale(colour: _Colour, by: float = 0.85) -> _Colour:
    red, green, blue = (round(each + (255 - each) * by) for each in colour)
    return red, green, blue


def _png(rows: list[bytes], palette: tuple[_Colour, ...]) -> bytes:
    """A picture whose rows are one byte for each pixel, a place in the palette."""
    head = struct.pack(">IIBBBBB", len(rows[0]), len(rows), 8, 3, 0, 0, 0)
    lines = b"".join(b"\0" + row for row in rows)
    colours = b"".join(bytes(colour) for colour in palette)
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        _chunk(kind, body)
        for kind, body in (
            (b"IHDR", head), (b"PLTE", colours), (b"IDAT", zlib.compress(lines, 9)), (b"IEND", b""),
        )
    )  # fmt: skip


def _chunk(kind: bytes, body: bytes) -> bytes:
    return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
