"""Waits between restarts."""

from __future__ import annotations

from rostra.node.backoff import YOUNG_SECONDS, Backoff


def test_the_first_restart_comes_at_once() -> None:
    assert Backoff().wait_after(0.01) == 0.0


def test_waits_grow_while_children_die_young_and_stay_bounded() -> None:
    backoff = Backoff()
    waits = [backoff.wait_after(0.1) for _ in range(20)]
    assert waits == sorted(waits)
    assert waits[1] > 0
    assert waits[-1] == 5.0


def test_a_child_that_lived_long_is_forgiven() -> None:
    backoff = Backoff()
    for _ in range(5):
        backoff.wait_after(0.1)
    assert backoff.wait_after(YOUNG_SECONDS) == 0.0
    assert backoff.wait_after(0.1) > 0.0
