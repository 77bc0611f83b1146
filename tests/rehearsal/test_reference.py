"""What the bytes of all listeners mean, by one who reads the programme whole."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from rostra.rehearsal.reference import Reference
from rostra.wire.timing import FRAGMENT, seconds

LENGTH = 0.32


def reader(programme: Any, begin: int = 0, end: int = 10) -> Reference:
    reference = Reference()
    reference.begin(programme.pid)
    reference.feed(programme.response(begin, end))
    return reference


def test_offsets_count_the_log_alone(programme: Any) -> None:
    reference = reader(programme)
    assert reference.known == programme.size(1, 10)
    offset, start = reference.place("p1", programme.start(4))
    assert offset == programme.size(1, 5)
    assert start == pytest.approx(4 * LENGTH)
    assert reference.size("p1", programme.start(4)) == programme.size(4, 5)


def test_of_the_first_fragment_nobody_knows_what_the_edge_put_before_it(programme: Any) -> None:
    reference = reader(programme)
    assert reference.size("p1", 0) is None
    assert reference.place("p1", 0) == (0, pytest.approx(0.0))


def test_sound_is_whole_with_its_last_byte(programme: Any) -> None:
    reference = reader(programme)
    second = programme.size(1, 2)
    told = reference.times(np.array([0, second - 1, second, second + 1, programme.size(1, 10)]))
    assert told == pytest.approx([LENGTH, LENGTH, 2 * LENGTH, 2 * LENGTH, 10 * LENGTH])


def test_beyond_what_was_read_the_usual_size_is_believed(programme: Any) -> None:
    reference = reader(programme, 0, 40)
    beyond = reference.times(np.array([programme.size(1, 40) + 3 * 1_250]))
    assert beyond == pytest.approx([42 * LENGTH], abs=1.5 * LENGTH)


def test_another_response_goes_on_without_a_seam(programme: Any) -> None:
    reference = reader(programme)
    reference.feed(programme.fragments[10][:500])  # torn
    reference.begin("p1")
    reference.feed(programme.response(10, 20))
    assert reference.known == programme.size(1, 20)
    assert reference.holes == 0
    assert bytes(reference.bytes_between(0, reference.known)) == b"".join(programme.fragments[1:20])


def test_a_hole_is_noticed(programme: Any) -> None:
    reference = reader(programme)
    reference.begin("p1")
    reference.feed(programme.response(12, 20))
    assert reference.holes == 1


def test_a_new_programme_follows_the_old_one(programme: Any, make_programme: Any) -> None:
    reference = reader(programme)
    other = make_programme(20, first=FRAGMENT * 1000, pid="p2")
    reference.begin("p2")
    reference.feed(other.response(0, 5))
    offset, start = reference.place("p2", other.start(3))
    assert start == pytest.approx(13 * LENGTH)
    assert offset == programme.size(1, 10) + other.size(1, 4)
    assert reference.own_time(start) == pytest.approx(seconds(other.start(3)))
    assert reference.place("p1", other.start(3)) is None


def test_marked_silence_is_one_stretch(make_programme: Any) -> None:
    reference = reader(make_programme(20, filled=range(5, 9)), 0, 20)
    assert [pytest.approx((5 * LENGTH, 9 * LENGTH))] == list(reference.fills)


def test_the_wall_time_of_a_sound_is_that_of_its_fragment(programme: Any) -> None:
    reference = reader(programme, 0, 25)
    time, wall = reference.spoken_at()
    assert time == pytest.approx(21 * LENGTH)
    assert wall == pytest.approx(1_000 + 21 * LENGTH)


def test_only_the_last_minutes_are_kept(make_programme: Any) -> None:
    programme = make_programme(4_000)
    reference = reader(programme, 0, 4_000)
    assert reference.place("p1", programme.start(100)) is None
    assert reference.place("p1", programme.start(3_999)) is not None
    assert reference.bytes_between(0, 100) is None
    assert reference.times(np.array([programme.size(1, 101)])) == pytest.approx([101 * LENGTH])
