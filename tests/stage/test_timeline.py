"""Ticks by boot time, and what a new process makes of a gap."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rostra.programme.index import Origin
from rostra.stage.timeline import (
    LONGEST_FILL,
    TICK_NS,
    due_at,
    media_time_at,
    origin_for,
    resume,
    ticks_due,
)
from rostra.wire.timing import FRAGMENT, FRAME, RATE, SEGMENT

BOOT = b"b" * 16
SECOND = 1_000_000_000


def test_a_tick_is_due_every_twenty_milliseconds() -> None:
    assert ticks_due(0, FRAME, TICK_NS - 1) == 0
    assert ticks_due(0, FRAME, TICK_NS) == 1
    assert ticks_due(0, FRAME, 5 * TICK_NS) == 5
    assert due_at(0, 7 * FRAME) == 7 * TICK_NS


@given(st.integers(0, 10**18), st.integers(0, 10**9), st.integers(0, 10**7))
def test_a_tick_is_due_when_its_time_has_come_and_not_before(
    origin: int, number: int, step: int
) -> None:
    tick = number * FRAME
    at = due_at(origin, tick)
    assert ticks_due(origin, tick, at + 1) >= 1
    assert ticks_due(origin, tick, at - 21) == 0
    assert ticks_due(origin, tick, at + 1 + step * TICK_NS) == 1 + step


def test_twelve_hours_do_not_drift() -> None:
    assert media_time_at(SECOND, SECOND + 12 * 3600 * SECOND) == 12 * 3600 * RATE


@given(st.integers(0, 10**15), st.integers(0, 10**8), st.integers(0, 119 * SECOND))
def test_after_a_crash_whole_fragments_fill_the_gap_up_to_now(
    origin: int, fragments: int, gap: int
) -> None:
    end = fragments * FRAGMENT
    now = due_at(origin, end) + gap
    plan = resume(Origin(BOOT, origin), end, boot_id=BOOT, now_ns=now)
    assert plan.fresh_from is None
    assert plan.fill_until % FRAGMENT == 0
    assert plan.fill_until >= end
    assert 0 <= media_time_at(origin, now) - plan.fill_until < FRAGMENT or plan.fill_until == end


def test_a_log_that_is_ahead_is_not_cut() -> None:
    plan = resume(Origin(BOOT, 0), 10 * FRAGMENT, boot_id=BOOT, now_ns=SECOND)
    assert plan.fill_until == 10 * FRAGMENT


def test_after_two_minutes_a_new_programme_begins_at_a_later_segment() -> None:
    late = 121 * SECOND
    plan = resume(Origin(BOOT, 0), 0, boot_id=BOOT, now_ns=late)
    assert plan.fresh_from is not None
    assert plan.fresh_from % SEGMENT == 0
    assert plan.fresh_from >= LONGEST_FILL


def test_after_another_boot_a_new_programme_begins_and_time_does_not_go_back() -> None:
    plan = resume(Origin(b"a" * 16, 0), 99 * FRAGMENT, boot_id=BOOT, now_ns=0)
    assert plan.fresh_from is not None
    assert plan.fresh_from > 99 * FRAGMENT
    assert plan.fresh_from % SEGMENT == 0


def test_a_programme_that_lost_a_rendition_is_not_continued() -> None:
    plan = resume(Origin(BOOT, 0), FRAGMENT, boot_id=BOOT, now_ns=SECOND, whole=False)
    assert plan.fresh_from is not None


def test_the_first_sample_is_heard_now() -> None:
    origin = origin_for(5 * RATE, boot_id=BOOT, now_ns=7 * SECOND)
    assert media_time_at(origin.boot_ns, 7 * SECOND) == 5 * RATE
