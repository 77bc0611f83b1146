"""Many listeners of whom nothing is known but how many bytes they got, and when."""

from __future__ import annotations

from typing import Any

import pytest

from rostra.rehearsal.audience import Audience, State
from rostra.rehearsal.reference import Reference

LENGTH = 0.32


class Hall:
    """An audience of three before a programme."""

    def __init__(self, programme: Any, read: int = 20) -> None:
        self.programme = programme
        self.reference = Reference()
        self.reference.begin(programme.pid)
        self.reference.feed(programme.response(0, read))
        self.read = read
        self.audience = Audience(3, self.reference, 100)

    def joins(self, who: int, begin: int, end: int, now: float) -> None:
        self.audience.asked[who] = now - 0.1
        self.audience.live(who, self.programme.live(begin, end), now)

    def gets(self, who: int, begin: int, end: int, now: float) -> None:
        self.audience.heard([who], [self.programme.size(begin, end)], [now])

    def reads(self, until: int) -> None:
        self.reference.feed(b"".join(self.programme.fragments[self.read : until]))
        self.read = until

    def settled(self, now: float) -> Hall:
        self.audience.settle(now)
        self.audience.listen(now)
        return self

    def end(self, who: int) -> float:
        return float(self.audience.players.end[who]) / LENGTH

    def silence(self, who: int) -> float:
        return float(self.audience.players.silence[who])


def test_bytes_become_sound(programme: Any) -> None:
    hall = Hall(programme)
    hall.joins(0, 5, 9, 1.0)
    assert hall.settled(1.0).end(0) == pytest.approx(9)
    hall.gets(0, 9, 11, 1.6)
    hall.gets(0, 11, 12, 2.2)
    assert hall.settled(2.3).end(0) == pytest.approx(12)
    assert hall.silence(0) == 0
    assert hall.audience.first_sound == pytest.approx([0.1])
    assert hall.audience.join_times == pytest.approx([0.1])


def test_half_a_fragment_is_no_sound_yet(programme: Any) -> None:
    hall = Hall(programme)
    hall.joins(0, 5, 9, 1.0)
    hall.audience.heard([0], [500], [1.1])
    assert hall.settled(1.2).end(0) == pytest.approx(9)


def test_what_the_reference_has_not_read_waits_and_loses_no_time(programme: Any) -> None:
    hall = Hall(programme, read=9)
    hall.joins(0, 5, 9, 1.0)
    hall.gets(0, 9, 12, 2.0)  # 1.28 s of sound came at 1.0
    assert hall.settled(4.0).end(0) == pytest.approx(9)
    assert hall.silence(0) == 0
    hall.reads(20)
    hall.settled(4.0)
    assert hall.end(0) == pytest.approx(12)
    # The sound up to fragment 12 lasted until 1.0 + 7 * 0.32.
    assert hall.silence(0) == pytest.approx(4.0 - 1.0 - 7 * LENGTH)


def test_who_begins_ahead_of_the_reference_is_placed_later(programme: Any) -> None:
    hall = Hall(programme, read=5)
    hall.joins(0, 8, 10, 1.0)
    hall.gets(0, 10, 12, 1.5)
    assert not hall.settled(1.6).audience.players.begun[0]
    hall.reads(20)
    assert hall.settled(2.0).end(0) == pytest.approx(12)
    assert hall.audience.first_sound == pytest.approx([0.1])
    assert hall.silence(0) == 0


def test_who_begins_where_the_reference_never_was_is_told_of(
    programme: Any, make_programme: Any
) -> None:
    hall = Hall(programme)
    stranger = make_programme(10, pid="other")
    hall.audience.live(1, stranger.live(2, 5), 1.0)
    assert hall.settled(5.0).audience.strays == []
    assert hall.settled(22.0).audience.strays == [1]


def test_several_arrivals_of_many_are_kept_apart(programme: Any) -> None:
    hall = Hall(programme, read=60)
    for who, begin in enumerate((5, 7, 9)):
        hall.joins(who, begin, begin + 4, 1.0)
    pieces = [programme.size(at, at + 1) for at in range(60)]
    order = [0, 1, 2, 0, 2, 1]
    reached = {0: 9, 1: 11, 2: 13}
    counts = []
    for who in order:
        counts.append(pieces[reached[who]])
        reached[who] += 1
    hall.audience.heard(order, counts, [1.1] * 6)
    hall.settled(1.2)
    assert [hall.end(who) for who in range(3)] == pytest.approx([11, 13, 15])


def test_who_is_cut_off_goes_on_behind_what_it_has(programme: Any) -> None:
    hall = Hall(programme, read=30)
    hall.joins(0, 5, 9, 1.0)
    hall.gets(0, 9, 12, 1.5)
    assert hall.audience.cut([0, 1], 1.6) == [pytest.approx(12 * LENGTH), None]
    assert hall.audience.state[0] == State.AWAY
    hall.audience.live(0, hall.programme.live(12, 15), 2.0)
    assert hall.settled(2.1).end(0) == pytest.approx(15)
    assert hall.audience.missing == 0
    assert hall.audience.join_times == pytest.approx([0.1])  # once


def test_what_came_unread_before_the_cut_is_neither_lost_nor_missing(programme: Any) -> None:
    hall = Hall(programme, read=11)
    hall.joins(0, 5, 9, 1.0)
    hall.gets(0, 9, 14, 1.5)
    (after,) = hall.audience.cut([0], 1.6)
    assert after == pytest.approx(11 * LENGTH)
    hall.audience.live(0, hall.programme.live(11, 16), 1.8)
    hall.reads(30)
    assert hall.settled(2.0).end(0) == pytest.approx(16)
    assert hall.audience.missing == 0


def test_bytes_of_a_response_that_ended_early_are_not_those_of_the_next(programme: Any) -> None:
    hall = Hall(programme, read=5)
    hall.joins(0, 8, 10, 1.0)
    hall.gets(0, 10, 12, 1.1)
    assert hall.audience.cut([0], 1.2) == [None]
    hall.joins(0, 9, 11, 1.3)
    hall.reads(30)
    assert hall.settled(1.4).end(0) == pytest.approx(11)


def test_who_comes_back_too_late_misses_what_was_said(programme: Any) -> None:
    hall = Hall(programme, read=60)
    hall.joins(0, 5, 9, 1.0)
    hall.audience.cut([0], 1.2)
    hall.audience.live(0, programme.live(29, 33), 7.0)
    hall.settled(7.0)
    assert hall.audience.missing == pytest.approx(20 * LENGTH)
    assert hall.silence(0) == pytest.approx(7.0 - 1.0 - 4 * LENGTH)


def test_the_page_gives_up_what_is_silent(programme: Any) -> None:
    hall = Hall(programme)
    hall.joins(0, 5, 9, 1.0)
    hall.joins(1, 5, 9, 3.0)
    assert hall.audience.silent_connections(3.9) == []
    assert hall.audience.silent_connections(4.1) == [0]


def test_latency_is_from_the_mouth_to_the_ear(programme: Any) -> None:
    hall = Hall(programme, read=30)
    hall.joins(0, 20, 24, 1.0)
    hall.settled(1.0)
    # At wall time 1000 + 24 * 0.32 fragment 24 was just finished; it begins to hear fragment 20.
    told = hall.audience.latencies(1.0, 1000 + 24 * LENGTH)
    assert told == pytest.approx([4 * LENGTH])


def test_force_works_out_what_nobody_has_read(programme: Any) -> None:
    hall = Hall(programme, read=40)
    hall.joins(0, 36, 40, 1.0)
    hall.gets(0, 40, 46, 1.2)
    hall.audience.settle(1.3, force=True)
    assert hall.end(0) == pytest.approx(46, abs=1.01)
