"""What is heard of sound that comes in pieces."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.rehearsal.player import Fills, Players

ONE = np.array([0])


class One:
    """A single player."""

    def __init__(self, start: float = 0.0, burst: float = 1.28) -> None:
        self.players = Players(1, 100)
        self.players.place(0, start, 0.64, burst)
        self.fills: list[tuple[float, float]] = []

    def comes(self, end: float, when: float) -> bool:
        at = np.array([end]), np.array([when])
        return bool(len(self.players.arrive(ONE, *at, self.fills)))

    def plays(self, until: float) -> One:
        self.players.advance(ONE, np.array([until]), self.fills)
        return self

    @property
    def silence(self) -> float:
        return float(self.players.silence[0])

    @property
    def at(self) -> float:
        return float(self.players.position[0])

    @property
    def silent(self) -> list[int]:
        return [int(count) for count in np.cumsum(self.players.silent_changes)]


def test_it_begins_with_three_tenths_of_a_second() -> None:
    one = One(start=100.0)
    assert not one.comes(100.1, 5.0)
    assert one.comes(100.32, 6.0)
    assert not one.comes(100.64, 6.1)
    assert one.plays(6.5).at == pytest.approx(100.5)
    assert one.silence == 0


def test_waiting_for_the_first_sound_is_not_silence() -> None:
    one = One()
    one.comes(0.32, 20.0)
    assert one.plays(20.3).silence == 0


def test_an_empty_buffer_is_silence_until_the_next_bytes() -> None:
    one = One()
    one.comes(1.0, 0.0)
    one.comes(2.0, 3.5)
    assert one.silence == pytest.approx(2.5)
    assert one.plays(4.0).at == pytest.approx(1.5)
    assert one.silence == pytest.approx(2.5)
    assert one.silent[:5] == [0, 1, 1, 1, 0]


def test_what_comes_in_time_is_heard_without_a_gap() -> None:
    one = One()
    for turn in range(100):
        one.comes(1.28 + 0.64 * turn, 0.64 * turn)
    assert one.silence == 0
    assert one.at == pytest.approx(0.64 * 99)


def test_a_silence_that_is_looked_at_often_counts_once_in_each_second() -> None:
    one = One()
    one.comes(1.0, 0.0)
    for tick in range(1, 9):
        one.plays(0.5 * tick)
    assert one.silent[:6] == [0, 1, 1, 1, 1, 0]


def test_time_that_was_heard_is_not_heard_again_when_news_of_before_come() -> None:
    one = One()
    one.comes(1.0, 0.0)
    one.plays(4.0)
    one.comes(1.0, 2.0)
    assert one.plays(4.0).silence == pytest.approx(3.0)


def test_what_never_came_is_jumped_over() -> None:
    one = One()
    one.comes(1.0, 0.0)
    one.plays(0.5)
    assert one.players.place(0, 5.0, 0.64, 1.28) == pytest.approx(4.0)
    one.comes(6.0, 0.6)
    assert one.plays(1.9).silence == 0
    assert one.at == pytest.approx(5.9)


def test_what_came_before_is_not_heard_again() -> None:
    one = One()
    one.comes(2.0, 0.0)
    assert one.players.place(0, 1.0, 0.64, 1.28) == 0
    one.comes(1.5, 1.0)
    assert one.plays(2.5).silence == pytest.approx(0.5)


def test_marked_silence_is_left_out_but_for_the_distance_from_live() -> None:
    one = One(burst=1.28)
    one.comes(10.0, 0.0)
    one.plays(10.0)
    one.fills.append((10.0, 14.0))
    one.comes(14.4, 14.0)  # four seconds late, and the mark says why
    assert one.silence == pytest.approx(4.0)
    one.plays(14.1)
    # The page keeps 0.9 of the burst in front of it: it goes on at 14.4 - 1.152.
    assert one.at == pytest.approx(14.4 - 0.9 * 1.28 + 0.1)
    assert one.silence == pytest.approx(4.1)
    assert one.plays(15.0).silence == pytest.approx(4.752)
    assert one.at == pytest.approx(14.248)


def test_marked_silence_ahead_is_jumped_into_when_its_time_comes() -> None:
    one = One(burst=1.0)
    one.fills.append((2.0, 4.0))
    one.comes(8.0, 0.0)
    assert one.plays(1.0).silence == 0
    assert one.plays(2.5).silence == pytest.approx(0)
    assert one.at == pytest.approx(4.55)  # it jumped 0.05 s before the fill


def test_other_players_hear_marked_silence() -> None:
    one = One(burst=1e9)
    one.fills.append((2.0, 4.0))
    one.comes(8.0, 0.0)
    assert one.plays(6.0).silence == pytest.approx(2.0)
    assert one.at == pytest.approx(6.0)


def test_too_far_from_live_it_plays_faster_and_too_near_slower() -> None:
    for late, rate in ((1.5, 1.02), (-0.5, 0.98)):
        one = One()
        for turn in range(12):
            one.comes(1.28 + late + 0.64 * turn, 0.64 * turn)
        before, now = one.at, 0.64 * 11
        assert one.plays(now + 0.1).at - before == pytest.approx(0.1 * rate, abs=1e-4)
        assert one.silence == 0


def test_near_enough_it_plays_as_it_came() -> None:
    one = One()
    for turn in range(60):
        one.comes(1.28 + 0.3 + 0.64 * turn, 0.64 * turn)
    assert one.at == pytest.approx(0.64 * 59)


arrivals = st.lists(st.tuples(st.floats(0, 3), st.floats(0, 3)), min_size=1, max_size=30)
marks = st.lists(st.tuples(st.floats(0, 40), st.floats(0.32, 5)), max_size=2)


@given(arrivals, marks)
def test_time_is_either_heard_or_silent(
    steps: list[tuple[float, float]], filled: list[tuple[float, float]]
) -> None:
    one = One()
    fills: Fills = [(start, start + length) for start, length in filled[:1]]
    one.fills = list(fills)
    one.comes(1.0, 0.0)
    now, end = 0.0, 1.0
    for wait, more in steps:
        now, end = now + wait, end + more
        before = one.at
        one.comes(end, now)
        assert before <= one.at <= end + 1e-9
        assert 0 <= one.silence <= now + 1e-9
    if not fills:
        assert one.silence + one.at == pytest.approx(now, rel=0.02)


@given(arrivals)
def test_many_are_each_as_one_alone(steps: list[tuple[float, float]]) -> None:
    many, one = Players(3, 100), One()
    for who in range(3):
        many.place(who, float(who), 0.64, 1.28)
    many.arrive(np.arange(3), np.array([1.0, 2.0, 3.0]), np.zeros(3), [])
    one.comes(1.0, 0.0)
    now, end = 0.0, 1.0
    for wait, more in steps:
        now, end = now + wait, end + more
        one.comes(end, now)
        many.arrive(np.arange(3), end + np.arange(3), np.full(3, now), [])
    assert many.silence == pytest.approx(np.full(3, one.silence))
    assert many.position - np.arange(3) == pytest.approx(np.full(3, one.at))
