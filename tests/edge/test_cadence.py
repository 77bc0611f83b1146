"""The timetable of the crowd."""

from __future__ import annotations

import random
import time

from hypothesis import given
from hypothesis import strategies as st

from rostra.edge.cadence import (
    BUSY,
    CALM,
    CLASSES,
    CROWD,
    THRONG,
    DearPlaces,
    Load,
    Ring,
    choose_class,
    class_again,
    dear_places,
    nap,
    shared_places,
)

SECOND = 1_000_000_000


def test_classes_are_those_of_the_design() -> None:
    table = [(one.name, one.period_ns / SECOND, one.burst_ns / SECOND) for one in CLASSES]
    assert table == [
        ("calm", 0.64, 1.28),
        ("busy", 1.92, 3.84),
        ("crowd", 7.68, 9.28),
        ("throng", 15.36, 17.92),
    ]
    assert all(one.period_ns == one.phases * one.step_ns for one in CLASSES)


def test_ten_thousand_who_come_within_a_minute_are_calm_on_two_cores() -> None:
    dear = dear_places(2)
    assert all(choose_class(Load(n, 0, 10_000 / 60, dear)) is CALM for n in range(10_000))


def test_classes_fill_one_after_the_other_and_free_places_are_given_again() -> None:
    dear = DearPlaces(100, 300, 1000)
    assert choose_class(Load(99, 0, 0, dear)) is CALM
    assert choose_class(Load(100, 0, 0, dear)) is BUSY
    assert choose_class(Load(100, 300, 0, dear)) is CROWD
    assert choose_class(Load(99, 300, 0, dear)) is CALM


def test_a_storm_is_a_crowd_before_the_dear_places_are_taken() -> None:
    dear = dear_places(2)
    assert choose_class(Load(0, 0, 7_000, dear)) is CROWD
    assert choose_class(Load(0, 0, 2_000, dear)) is BUSY


def test_dear_places_may_be_given_by_number_and_be_none() -> None:
    assert shared_places(42_000, 2) == dear_places(2)
    assert choose_class(Load(0, 0, 0.0, shared_places(0, 2))) is CROWD


def test_who_goes_on_stays_in_its_class_however_many_come_at_once() -> None:
    dear = DearPlaces(100, 300, 1000)
    rush = Load(0, 0, 9_000, dear, late=True)
    assert choose_class(rush) is THRONG
    assert [class_again(kind, rush) for kind in CLASSES] == list(CLASSES)
    full = Load(125, 375, 9_000, dear, crowd=1_249)
    assert [class_again(kind, full) for kind in CLASSES] == [CROWD, CROWD, CROWD, THRONG]


def test_phones_take_what_they_cost_from_the_dear_places() -> None:
    dear = DearPlaces(100, 300, 1000)
    assert choose_class(Load(0, 0, 0, dear, phones=99)) is CALM
    assert choose_class(Load(0, 0, 0, dear, phones=100)) is BUSY
    assert choose_class(Load(0, 67, 0, dear, phones=100)) is CROWD
    assert choose_class(Load(0, 0, 0, dear, phones=129)) is CROWD


def test_what_the_crowd_takes_is_not_given_a_second_time() -> None:
    dear = DearPlaces(100, 300, 1000)
    assert choose_class(Load(0, 0, 0, dear, crowd=699)) is CALM
    assert choose_class(Load(0, 0, 0, dear, crowd=700)) is BUSY
    assert choose_class(Load(0, 0, 0, dear, crowd=900)) is CROWD
    assert choose_class(Load(0, 0, 0, dear, crowd=100, throng=1600)) is CROWD


def test_while_sound_is_late_nobody_becomes_dear() -> None:
    assert choose_class(Load(0, 0, 0, dear_places(2), late=True)) is CROWD


def test_beyond_what_cores_are_trusted_with_the_crowd_is_a_throng() -> None:
    dear = dear_places(2)
    assert choose_class(Load(0, 0, 0, dear, crowd=99_999)) is CROWD
    assert choose_class(Load(0, 0, 0, dear, crowd=100_000)) is THRONG
    assert choose_class(Load(0, 0, 7_000, dear, crowd=30_000)) is THRONG


def test_tls_has_a_third_of_the_dear_places() -> None:
    assert dear_places(6, tls=True)[:2] == dear_places(2)[:2]


def test_an_hour_serves_everybody_once_in_each_period_and_the_load_is_flat() -> None:
    ring = Ring(CALM, 0)
    rng = random.Random(7)
    phases = [ring.sit(rng.randrange(SECOND)) for _ in range(2000)]
    seated = [phases.count(phase) for phase in range(CALM.phases)]
    assert max(seated) - min(seated) <= 1
    served = [0] * CALM.phases
    last = [0] * CALM.phases
    largest_gap = steps = 0
    now, began = SECOND, time.perf_counter()
    while now < 3601 * SECOND:
        for turn in ring.due(now):
            served[turn.phase] += 1
            if last[turn.phase]:
                largest_gap = max(largest_gap, turn.due_ns - last[turn.phase])
            last[turn.phase] = turn.due_ns
        steps += 1
        following = ring.next_due()
        assert following is not None
        now = following
    each = (time.perf_counter() - began) / steps
    assert all(abs(count - 3600 * SECOND // CALM.period_ns) <= 1 for count in served)
    assert largest_gap == CALM.period_ns
    assert all(served[phase] for phase in phases)
    assert each < 200e-6


@given(st.lists(st.integers(0, 10 * SECOND), min_size=1, max_size=60), st.integers(0, 2**40))
def test_nobody_is_served_twice_in_a_period_or_forgotten(pauses: list[int], start: int) -> None:
    ring = Ring(CALM, start)
    phase = ring.sit(start)
    now, last = start, start
    for pause in pauses:
        now += pause
        turns = list(ring.due(now))
        assert len(turns) <= 1
        if now - last >= CALM.period_ns:
            assert [turn.phase for turn in turns] == [phase]
        for turn in turns:
            assert now - CALM.period_ns < turn.due_ns <= now
            last = turn.due_ns


def test_newcomers_sit_where_the_fewest_sit_and_farthest_from_their_turn() -> None:
    ring = Ring(CALM, 0)
    now = 5 * CALM.period_ns + 3 * CALM.step_ns
    list(ring.due(now))
    assert ring.sit(now) == 3  # whose turn has just been
    assert ring.sit(now) == 2
    ring.rise(3)
    assert ring.sit(now) == 3
    assert len(ring) == 2


def test_a_missed_hour_is_made_up_for_by_one_turn() -> None:
    ring = Ring(CALM, 0)
    for _ in range(CALM.phases):
        ring.sit(0)
    assert len(list(ring.due(3600 * SECOND))) == CALM.phases
    assert list(ring.due(3600 * SECOND)) == []


def test_an_empty_ring_wakes_nobody() -> None:
    ring = Ring(CROWD, 0)
    assert ring.next_due() is None
    phase = ring.sit(0)
    assert ring.next_due() is not None
    ring.rise(phase)
    assert ring.next_due() is None


def test_a_clock_that_stands_still_or_goes_back_serves_nobody_again() -> None:
    ring = Ring(CALM, SECOND)
    ring.sit(SECOND)
    assert len(list(ring.due(2 * SECOND))) == 1
    assert list(ring.due(2 * SECOND)) == list(ring.due(SECOND)) == []


@given(st.lists(st.tuples(st.sampled_from("srd"), st.integers(1, 200)), max_size=200))
def test_the_next_turn_is_that_of_the_next_step_in_which_somebody_sits(
    moves: list[tuple[str, int]],
) -> None:
    ring, now, phases = Ring(BUSY, 0), 0, []
    done = 0
    for move, number in moves:
        if move == "s":
            phases.append(ring.sit(now))
        elif move == "r" and phases:
            ring.rise(phases.pop(number % len(phases)))
        elif move == "d":
            now += number * 10_000_000
            list(ring.due(now))
            done = now // BUSY.step_ns
        steps = range(done + 1, done + 1 + BUSY.phases)
        wanted = [step * BUSY.step_ns for step in steps if step % BUSY.phases in phases]
        assert ring.next_due() == (wanted[0] if wanted else None)


def test_in_a_rush_an_edge_looks_away_for_as_long_as_there_are_others() -> None:
    assert nap(100, 64) == 0
    assert nap(7_000, 2) == 5_000_000
    assert nap(7_000, 10) == 10_000_000
    assert nap(7_000, 64) == 20_000_000
