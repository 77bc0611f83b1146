"""Counters written by one process are read by another."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.errors import Misconfigured, Unavailable
from rostra.programme.board import GAUGES, NAMES, TOTALS, Board, SpaceCounts

NOBODY = SpaceCounts(0, 0, 0, 0, 0, 0, (0,) * 8)


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "run" / "board"


@pytest.fixture
def board(path: Path) -> Iterator[Board]:
    with Board.create(path) as made:
        yield made


def test_a_fresh_board_is_all_zeros(board: Board) -> None:
    totals = board.totals()
    assert set(totals) == (set(NAMES) | {"edges"}) - {"pid", "heartbeat_ms"}
    assert set(totals.values()) == {0}
    assert board.space("demo") == NOBODY


def test_slots_are_summed_and_the_worst_lateness_stands_for_all(board: Board, path: Path) -> None:
    one, two = board.slot(0), board.slot(63)
    one.add("joins_total", 5)
    two.add("joins_total")
    one.set("listeners_calm", 7)
    two.set("listeners_calm", 4)
    two.add("listeners_calm", -1)
    one.set("lateness_max_us", 900)
    two.set("lateness_max_us", 1_200)
    with Board.open(path) as other:
        totals = other.totals()
    assert (totals["joins_total"], totals["listeners_calm"]) == (6, 10)
    assert totals["lateness_max_us"] == 1_200
    assert one.get("joins_total") == 5


def test_a_board_has_no_holes_that_a_full_disk_could_not_fill(board: Board, path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())
    status = path.stat()
    assert status.st_blocks * 512 >= status.st_size


def test_every_name_has_its_own_place(board: Board) -> None:
    slot = board.slot(1)
    for value, name in enumerate(NAMES, 1):
        slot.set(name, value)
    assert [slot.get(name) for name in NAMES] == list(range(1, len(NAMES) + 1))
    assert board.slot(0).get(NAMES[0]) == board.slot(2).get(NAMES[-1]) == 0


def test_a_space_is_summed_over_the_slots_that_serve_it(board: Board) -> None:
    for number in (0, 5, 63):
        row = board.slot(number).space("demo")
        row.set("listeners", 10)
        row.set("hearing", 8)
        row.add("joins_total", number)
        row.react(0)
        row.react(7, 3)
    board.slot(5).space("demo-2").add("hls", 2)
    assert board.space("demo") == SpaceCounts(30, 24, 0, 0, 0, 68, (3, 0, 0, 0, 0, 0, 0, 9))
    assert board.space("demo-2") == SpaceCounts(0, 0, 2, 0, 0, 0, (0,) * 8)
    assert board.space("dem") == NOBODY


def test_there_are_eight_reactions(board: Board) -> None:
    row = board.slot(0).space("demo")
    for which in (-1, 8):
        with pytest.raises(IndexError):
            row.react(which)


def test_gauges_of_the_dead_are_cleared_and_totals_go_on(board: Board, path: Path) -> None:
    slot = board.slot(3)
    for name in NAMES:
        slot.set(name, 9)
    row = slot.space("demo")
    for name in ("listeners", "hearing", "hls", "joins_total"):
        row.set(name, 9)
    row.react(2, 9)
    with Board.open(path) as supervisor:
        supervisor.slot(3).clear_gauges()
        assert all(supervisor.slot(3).get(name) == 0 for name in GAUGES)
        assert all(supervisor.slot(3).get(name) == 9 for name in TOTALS)
    assert board.space("demo") == SpaceCounts(0, 0, 0, 0, 0, 9, (0, 0, 9, 0, 0, 0, 0, 0))


def test_a_process_that_comes_back_to_its_slot_goes_on_counting(board: Board, path: Path) -> None:
    board.slot(2).space("demo").react(1)
    with Board.open(path) as again:
        again.slot(2).space("demo").react(1)
    assert board.space("demo").reactions[1] == 2


def test_a_full_slot_gives_the_row_of_a_silent_space_to_a_new_one(path: Path) -> None:
    with Board.create(path, slots=1, rows=2) as board:
        slot = board.slot(0)
        slot.space("one").set("listeners", 1)
        slot.space("two").react(0)
        slot.space("three").set("hls", 1)
        assert board.space("one").listeners == 1
        assert board.space("two") == NOBODY
        assert board.space("three") == SpaceCounts(0, 0, 1, 0, 0, 0, (0,) * 8)
        with pytest.raises(Unavailable):
            slot.space("four")


def test_a_slug_of_every_length_finds_its_row(board: Board) -> None:
    slot = board.slot(0)
    slugs = ["a" * length for length in range(1, 65)]
    for slug in slugs:
        slot.space(slug).set("listeners", len(slug))
    assert [board.space(slug).listeners for slug in slugs] == list(range(1, 65))


def test_slots_that_are_not_there_are_refused(board: Board) -> None:
    for number in (-1, 64):
        with pytest.raises(IndexError):
            board.slot(number)


def test_what_is_no_board_says_so(path: Path, board: Board) -> None:
    with pytest.raises(Misconfigured):
        Board.open(path.with_name("none"))
    for content in (b"", b"rostraBD" + bytes(100), path.read_bytes()[:5000]):
        other = path.with_name("other")
        other.write_bytes(content)
        with pytest.raises(Misconfigured):
            Board.open(other)


SECOND = 1_000_000_000
NOW = 5_000 * SECOND


def test_the_worst_stage_stands_for_all(board: Board, path: Path) -> None:
    assert board.stage_tick(NOW) is None
    for late_us, slug in enumerate(("a", "demo", "b" * 64), 100):
        board.tell_stage(slug, late_us, NOW)
    with Board.open(path) as edge:
        assert edge.stage_tick(NOW) == 102
        board.tell_stage("b" * 64, 0, NOW + SECOND)
        assert edge.stage_tick(NOW + SECOND) == 101


def test_what_a_dead_stage_said_is_passed_over(board: Board) -> None:
    board.tell_stage("dead", 90_000, NOW)
    board.tell_stage("alive", 1_000, NOW + 5 * SECOND)
    assert board.stage_tick(NOW + 5 * SECOND) == 90_000
    assert board.stage_tick(NOW + 11 * SECOND) == 1_000
    assert board.stage_tick(NOW + 16 * SECOND) is None
    assert board.stage_tick(SECOND) is None  # the machine was started again since


def test_places_of_dead_stages_are_taken_by_others(board: Board) -> None:
    for number in range(256):
        board.tell_stage(f"space-{number}", number, NOW)
    board.tell_stage("space-7", 70_000, NOW)
    with pytest.raises(Unavailable, match="more stages"):
        board.tell_stage("late", 1, NOW)
    assert board.stage_tick(NOW) == 70_000
    for number in range(256):
        board.tell_stage(f"other-{number}", 2_000 + number, NOW + 20 * SECOND)
    assert board.stage_tick(NOW + 20 * SECOND) == 2_255


def test_a_stage_that_lost_its_place_to_another_takes_a_new_one(board: Board) -> None:
    board.tell_stage("one", 500, NOW)
    # As when both found it free at the same moment, and the other wrote later.
    board._stages["slug"][0] = b"two"
    board.tell_stage("two", 300, NOW)
    board.tell_stage("one", 400, NOW)
    assert board.stage_tick(NOW) == 400
    board.tell_stage("one", 100, NOW)
    assert board.stage_tick(NOW) == 300


def test_edges_do_not_count_what_stages_tell(board: Board) -> None:
    board.tell_stage("demo", 500, NOW)
    assert set(board.totals().values()) == {0}
    assert board.space("demo") == NOBODY


COUNT = """
import sys
from pathlib import Path
from rostra.programme.board import Board
slot = Board.open(Path(sys.argv[1])).slot(4)
row = slot.space("demo")
for _ in range(20_000):
    slot.add("sends_total")
    row.react(3)
    row.set("listeners", 1 << 40)
    row.set("listeners", 0)
"""


@pytest.mark.process
def test_another_process_is_read_while_it_counts(board: Board, path: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", COUNT, str(path)])
    sends, reactions = [0], [0]
    while process.poll() is None:
        sends.append(board.totals()["sends_total"])
        counts = board.space("demo")
        reactions.append(counts.reactions[3])
        assert counts.listeners in (0, 1 << 40)
    assert process.returncode == 0
    assert sends == sorted(sends)
    assert reactions == sorted(reactions)
    assert board.totals()["sends_total"] == board.space("demo").reactions[3] == 20_000


def test_a_gauge_that_a_successor_cleared_does_not_fall_below_zero(tmp_path: Path) -> None:
    with Board.create(tmp_path / "board", slots=1) as board:
        slot = board.slot(0)
        slot.add("connections", 2)
        slot.space("hall").add("listeners", 2)
        slot.clear_gauges()
        slot.add("connections", -1)
        slot.space("hall").add("listeners", -1)
        assert slot.get("connections") == 0
        assert board.space("hall").listeners == 0
