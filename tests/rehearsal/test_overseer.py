"""How the stage does is asked of the server while a rehearsal runs."""

from __future__ import annotations

import pytest

from rostra.clock import SystemClock
from rostra.rehearsal import permission
from rostra.rehearsal.overseer import Overseer
from rostra.rehearsal.watch import worst_tick
from rostra.testing.edges import SLUG, House
from rostra.testing.patience import until


def test_the_tick_is_told_in_milliseconds_or_not_at_all() -> None:
    assert worst_tick(b"# TYPE rostra_stage_tick_p99_seconds gauge\n") is None
    assert worst_tick(b"a 1\nrostra_stage_tick_p99_seconds 0.0125\nb 2\n") == 12.5
    both = b'rostra_stage_tick_p99_seconds{a="1"} 0.01\nrostra_stage_tick_p99_seconds{a="2"} 2e-2\n'
    assert worst_tick(both) == 20.0


@pytest.mark.process
def test_the_worst_of_all_stages_and_looks_is_kept(talking: House) -> None:
    board, clock = talking.board(), SystemClock()
    place = permission.find(f"http://127.0.0.1:{talking.port}/s/{SLUG}")
    board.tell_stage(SLUG, 31_000, clock.boot_ns())
    board.tell_stage("another", 4_000, clock.boot_ns())
    overseer = Overseer(place, None, 1)
    overseer.start()
    try:
        until(lambda: overseer.stage_tick == 31.0, "the worst stage is seen")
        board.tell_stage(SLUG, 2_000, clock.boot_ns())
        asked = board.totals()["requests_total"]
        until(lambda: board.totals()["requests_total"] >= asked + 2, "it looked again")
        assert overseer.stage_tick == 31.0
        assert overseer.trouble is None
    finally:
        overseer.stop()
