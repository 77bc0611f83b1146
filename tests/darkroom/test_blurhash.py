"""BlurHash, beside a decoder written from its description."""

from __future__ import annotations

from math import cos, pi

from hypothesis import given
from hypothesis import strategies as st

from rostra.darkroom.blurhash import blurhash

DIGITS = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz#$%*+,-.:;=?@[]^_{|}~"
Pixel = tuple[int, int, int]
COLOURS = st.tuples(*[st.integers(0, 255)] * 3)


def number(text: str) -> int:
    value = 0
    for digit in text:
        value = value * 83 + DIGITS.index(digit)
    return value


def light(value: int) -> float:
    part = value / 255
    return part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4


def decoded(hash_: str, x: float, y: float) -> list[float]:
    """Linear light at a place from 0 to 1 in both directions, by the algorithm's description."""
    size = number(hash_[0])
    across, down = size % 9 + 1, size // 9 + 1
    largest = (number(hash_[1]) + 1) / 166
    average = number(hash_[2:6])
    terms = [[light(average >> shift & 255) for shift in (16, 8, 0)]]
    for start in range(6, len(hash_), 2):
        value = number(hash_[start : start + 2])
        steps = (value // 361, value // 19 % 19, value % 19)
        signed = [(step - 9) / 9 for step in steps]
        terms.append([abs(each) * each * largest for each in signed])
    assert len(terms) == across * down
    weights = [cos(pi * i * x) * cos(pi * j * y) for j in range(down) for i in range(across)]
    return [sum(w * term[c] for w, term in zip(weights, terms, strict=True)) for c in range(3)]


@given(COLOURS)
def test_one_colour_is_given_back(colour: Pixel) -> None:
    hash_ = blurhash([colour] * 64, 8, 8)
    assert len(hash_) == 28
    average = number(hash_[2:6])
    assert (average >> 16, average >> 8 & 255, average & 255) == colour


def test_left_and_right_and_above_and_below_are_told_apart() -> None:
    pixels = [(255, 0, 0) if x < 16 else (0, 0, 255) for _ in range(32) for x in range(32)]
    red_left = blurhash(pixels, 32, 32)
    assert decoded(red_left, 0.1, 0.5)[0] > 0.8
    assert decoded(red_left, 0.9, 0.5)[0] < 0.2
    pixels = [(255, 255, 255) if y < 16 else (0, 0, 0) for y in range(32) for _ in range(32)]
    light_above = blurhash(pixels, 32, 32)
    assert decoded(light_above, 0.5, 0.1)[1] > 0.8
    assert decoded(light_above, 0.5, 0.9)[1] < 0.2


@given(st.integers(1, 9), st.integers(1, 9), st.lists(COLOURS, min_size=12, max_size=12))
def test_any_pixels_have_a_hash_of_the_right_length(
    across: int, down: int, pixels: list[Pixel]
) -> None:
    hash_ = blurhash(pixels, 4, 3, across, down)
    assert len(hash_) == 4 + 2 * across * down
    assert set(hash_) <= set(DIGITS)
