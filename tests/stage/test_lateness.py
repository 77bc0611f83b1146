"""How late ticks were, over the last minute."""

from __future__ import annotations

from rostra.stage.lateness import KEPT, Lateness, Spread

MS = 1_000_000


def test_nothing_is_late_before_the_first_tick() -> None:
    assert Lateness().spread() == Spread(0, 0, 0)


def test_all_but_thirty_of_a_minute_count_also_before_a_minute_has_passed() -> None:
    late = Lateness()
    for _ in range(30):
        late.note(3 * MS)
    assert late.spread() == Spread(0, 3 * MS, 3 * MS)
    one = Lateness()
    for _ in range(29):
        one.note(3 * MS)
    assert one.spread() == Spread(0, 0, 3 * MS)


def test_ninety_nine_of_a_hundred_were_late_by_no_more() -> None:
    late = Lateness()
    for number in range(KEPT):
        late.note(number * MS)
    assert late.spread() == Spread(1_500 * MS, 2_970 * MS, 2_999 * MS)


def test_a_minute_later_it_is_forgotten() -> None:
    late = Lateness()
    for _ in range(100):
        late.note(500 * MS)
    for _ in range(KEPT - 20):
        late.note(MS)
    assert late.spread() == Spread(MS, MS, 500 * MS)
    for _ in range(20):
        late.note(MS)
    assert late.spread() == Spread(MS, MS, MS)


def test_ticks_that_were_missed_were_late_each_by_its_own_time() -> None:
    late = Lateness()
    for _ in range(KEPT):
        late.note(0)
    late.note_missed(100, 2_000 * MS)
    assert late.spread() == Spread(0, (2_000 - 29 * 20) * MS, 2_000 * MS)


def test_of_a_long_absence_the_last_minute_counts_and_no_tick_came_early() -> None:
    late = Lateness()
    late.note_missed(KEPT + 500, 500 * 20 * MS + MS)
    assert late.spread() == Spread(0, 0, MS)
