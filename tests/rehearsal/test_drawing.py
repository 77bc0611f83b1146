"""Axes with round numbers, lines that lose no peak, pictures that are XML."""

from __future__ import annotations

from itertools import pairwise
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.rehearsal.drawing import HEIGHT, WIDTH, Axis, Curve, Labels, Range, over_time, ranges
from rostra.rehearsal.scale import marks, sampled, thinned, time_marks

AXIS = Axis("a & b", lambda value: f"<{value:g}>")
LABELS = Labels("x", "a < b", "c & d")


@given(st.floats(0, 1e15), st.integers(1, 10), st.booleans())
def test_marks_are_few_rise_evenly_and_reach_the_most(most: float, count: int, whole: bool) -> None:
    found = marks(most, count, whole=whole)
    assert found[0] == 0
    assert 2 <= len(found) <= count + 1
    assert found[-1] >= most * (1 - 1e-6)
    steps = [later - sooner for sooner, later in pairwise(found)]
    assert max(steps) == pytest.approx(min(steps))
    if whole:
        assert all(mark == round(mark) for mark in found)


@pytest.mark.parametrize(
    ("most", "expected"),
    [
        (120_000, [0, 50_000, 100_000, 150_000]),
        (0, [0, 0.25, 0.5, 0.75, 1]),
        (0.61, [0, 0.2, 0.4, 0.6, 0.8]),
    ],
)  # fmt: skip
def test_marks_are_round(most: float, expected: list[float]) -> None:
    assert marks(most) == pytest.approx(expected)


@given(st.floats(0, 1e6))
def test_time_marks_are_within_the_time(seconds: float) -> None:
    found = time_marks(seconds)
    assert 1 <= len(found) <= 6
    assert found[-1] <= seconds


@given(st.lists(st.integers(0, 1000), max_size=500), st.integers(3, 50))
def test_thinning_keeps_ends_and_the_peak(heights: list[int], most: int) -> None:
    points = [(float(at), float(height)) for at, height in enumerate(heights)]
    found = thinned(points, most)
    assert len(found) <= max(most, len(points) if len(points) <= most else most)
    assert set(found) <= set(points)
    assert found == sorted(found)
    if points:
        assert (found[0], found[-1]) == (points[0], points[-1])
        assert max(y for _, y in found) == max(heights)


def test_sampling_keeps_the_first_and_the_last() -> None:
    assert sampled(range(1_000), 3) == [0, 500, 999]
    assert sampled([1, 2], 3) == [1, 2]


@given(st.lists(st.tuples(st.floats(0, 1e5), st.floats(0, 1e9)), max_size=30))
def test_what_is_drawn_is_xml_and_within_the_picture(points: list[tuple[float, float]]) -> None:
    curve = Curve("joined", "n", tuple(sorted(points)), area=True)
    root = ElementTree.fromstring(over_time([curve], AXIS, AXIS, LABELS))
    assert root.get("aria-labelledby") == "x-title x-told"
    assert [root.findtext("title"), root.findtext("desc")] == ["a < b", "c & d"]
    for path in root.findall("path"):
        numbers = [float(one) for one in path.attrib["d"].strip("MZ").replace("L", " ").split()]
        assert all(-0.1 <= x <= WIDTH + 0.1 for x in numbers[::2])
        assert all(-0.1 <= y <= HEIGHT + 0.1 for y in numbers[1::2])


def test_a_row_without_values_keeps_its_name() -> None:
    svg = ranges([Range("<i>", (None, None)), Range("j", (1, 2))], ("half", "all"), AXIS, LABELS)
    root = ElementTree.fromstring(svg)
    assert [text.text for text in root.findall("text") if text.get("class") == "row"] == [
        "<i>",
        "j",
    ]
    assert len(root.findall("circle")) == 2
