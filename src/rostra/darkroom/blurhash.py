"""BlurHash: a picture in twenty characters, shown while the picture itself comes. Pure.

The algorithm and its base 83 are Wolt's (github.com/woltapp/blurhash, Algorithm.md): the first
terms of a cosine transform of linear light, the average first, each as a few digits. The pixels
that come here are few (32 by 32), so this needs no numpy, which would take a third of the memory
that the darkroom may have.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import cos, pi

_DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
Light = tuple[float, float, float]


def _linear(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


_LINEAR = [_linear(value) for value in range(256)]


def blurhash(
    pixels: Sequence[tuple[int, int, int]], width: int, height: int, across: int = 4, down: int = 3
) -> str:
    """The hash of `pixels` (sRGB, row by row) with `across` times `down` terms, each 1 to 9."""
    light = [(_LINEAR[r], _LINEAR[g], _LINEAR[b]) for r, g, b in pixels]
    columns = [[cos(pi * i * x / width) for x in range(width)] for i in range(across)]
    rows = [[cos(pi * j * y / height) for y in range(height)] for j in range(down)]
    terms = [_term(light, columns[i], rows[j], i == j == 0) for j in range(down)
             for i in range(across)]  # fmt: skip
    average, details = terms[0], terms[1:]
    largest = max((abs(part) for term in details for part in term), default=0.0)
    scale = max(0, min(82, int(largest * 166 - 0.5)))
    most = (scale + 1) / 166
    size = (across - 1) + (down - 1) * 9
    coded = [_digits(size, 1), _digits(scale if details else 0, 1), _digits(_colour(average), 4)]
    return "".join(coded + [_digits(_detail(term, most), 2) for term in details])


def _term(light: Sequence[Light], column: list[float], row: list[float], first: bool) -> Light:
    red = green = blue = 0.0
    place = 0
    for vertical in row:
        for horizontal in column:
            weight = vertical * horizontal
            r, g, b = light[place]
            red, green, blue = red + weight * r, green + weight * g, blue + weight * b
            place += 1
    norm = (1 if first else 2) / len(light)
    return red * norm, green * norm, blue * norm


def _srgb(value: float) -> int:
    part = max(0.0, min(1.0, value))
    coded = part * 12.92 if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055
    return int(coded * 255 + 0.5)


def _colour(light: Light) -> int:
    red, green, blue = map(_srgb, light)
    return (red << 16) + (green << 8) + blue


def _detail(light: Light, most: float) -> int:
    red, green, blue = (_step(part / most) for part in light)
    return red * 19 * 19 + green * 19 + blue


def _step(value: float) -> int:
    rooted = abs(value) ** 0.5 * (1 if value >= 0 else -1)
    return max(0, min(18, int(rooted * 9 + 9.5)))


def _digits(value: int, length: int) -> str:
    return "".join(_DIGITS[value // 83**place % 83] for place in range(length - 1, -1, -1))
