"""What the edges count together: the rate at which listeners join, and whether sound is late."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.edge.cadence import CALM, CROWD, choose_class, dear_places
from rostra.edge.counts import Counts
from rostra.edge.standing import Origins
from rostra.programme.board import Board

SECOND = 1_000_000_000
MINUTE = 60 * SECOND
MS = 1_000_000


@pytest.fixture
def board(tmp_path: Path) -> Iterator[Board]:
    with Board.create(tmp_path / "board") as made:
        yield made


def counts(board: Board, number: int) -> Counts:
    return Counts(board, number, 1000, dear_places(2), Origins(bytes(16), 2, 16, cells=64))


def test_the_rate_is_that_of_the_last_second_however_quiet_it_was_before(board: Board) -> None:
    one = counts(board, 0)
    assert one.load(MINUTE).joins_per_second == 0
    now = 2 * MINUTE  # nobody asked for a minute
    one.load(now)
    for _ in range(10):
        now += 50 * MS
        board.slot(1).add("joins_total", 350)
        one.load(now)
    assert one.load(now).joins_per_second == pytest.approx(7_000)
    for _ in range(30):
        now += 50 * MS
        one.load(now)
    assert one.load(now).joins_per_second == 0


def test_a_storm_is_known_after_a_tenth_of_a_second(board: Board) -> None:
    one, now = counts(board, 0), MINUTE
    one.load(now)
    for _ in range(2):
        now += 50 * MS
        board.slot(1).add("joins_total", 350)
        load = one.load(now)
    assert choose_class(load) is not CALM


def test_what_is_late_on_one_edge_is_known_to_all_for_a_moment(board: Board) -> None:
    one, other = counts(board, 0), counts(board, 1)
    assert not one.any_late(MINUTE)
    other.is_late(MINUTE)
    assert one.any_late(MINUTE + 60 * MS)
    assert choose_class(one.load(MINUTE + 60 * MS)) is CROWD
    assert not one.any_late(MINUTE + 300 * MS)
    assert choose_class(one.load(MINUTE + 300 * MS)) is CALM
