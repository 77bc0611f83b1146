"""Whom a speaker's connection listens to, and how much."""

from __future__ import annotations

from rostra.stage.guard import (
    BURST,
    CHECK_BURST,
    FIRST_PAUSE,
    LARGEST_DATAGRAM,
    LONGEST_PAUSE,
    MOST_ADDRESSES,
    RATE,
    Guard,
)


def flood(guard: Guard, now: float) -> int:
    """As many datagrams as it takes until they are not taken."""
    taken = 0
    while guard.takes(100, True, now):
        taken += 1
    return taken


def test_only_what_fits_and_comes_from_a_known_address_is_taken() -> None:
    guard = Guard()
    assert guard.takes(1, True, 0.0) and guard.takes(LARGEST_DATAGRAM, True, 0.0)
    assert not guard.takes(0, True, 0.0)
    assert not guard.takes(LARGEST_DATAGRAM + 1, True, 0.0)
    assert not guard.takes(100, False, 0.0)


def test_four_times_what_sound_needs_may_be_sent_for_ever() -> None:
    guard = Guard()
    assert all(guard.takes(100, True, n / RATE) for n in range(20_000))


def test_five_seconds_of_sound_may_come_at_once() -> None:
    assert flood(Guard(), 0.0) == BURST


def test_a_flood_ends_in_pauses_that_double_up_to_the_longest() -> None:
    guard, now, pauses = Guard(), 100.0, []
    for _ in range(8):
        flood(guard, now)
        pauses.append(guard.pause_left(now))
        assert not guard.takes(100, True, now + pauses[-1] / 2)
        now += pauses[-1]
        assert guard.pause_left(now) == 0
    assert pauses == [FIRST_PAUSE, 2, 4, 8, 16, LONGEST_PAUSE, LONGEST_PAUSE, LONGEST_PAUSE]


def test_after_a_quiet_minute_a_flood_is_a_first_one() -> None:
    guard = Guard()
    flood(guard, 0.0)
    flood(guard, FIRST_PAUSE)
    assert guard.pause_left(FIRST_PAUSE) == 2 * FIRST_PAUSE
    flood(guard, 100.0)
    assert guard.pause_left(100.0) == FIRST_PAUSE


def test_an_address_is_new_once_and_they_are_bounded() -> None:
    guard = Guard()
    assert guard.admit(("192.0.2.1", 4_000))
    assert not guard.admit(("192.0.2.1", 4_000))
    for port in range(100):
        guard.admit(("192.0.2.2", port))
    assert len(guard.checked) == MOST_ADDRESSES
    guard.forget()
    assert guard.checked == frozenset()


def test_checks_have_an_allowance_of_their_own() -> None:
    guard = Guard()
    flood(guard, 0.0)
    assert sum(guard.takes_check(100, 0.0) for _ in range(1_000)) == CHECK_BURST
    assert not guard.takes_check(LARGEST_DATAGRAM + 1, 10.0)
