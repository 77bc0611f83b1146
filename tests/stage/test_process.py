"""A whole stage: what is said is in the log, from the lobby to the end and over restarts."""

from __future__ import annotations

import numpy as np
import pytest

from rostra.programme.index import FILL, LOBBY, WHOLE
from rostra.settings import StageSettings
from rostra.testing.meter import read
from rostra.wire.timing import FRAGMENT, RATE, SEGMENT


async def test_what_is_said_is_in_both_recordings(hall) -> None:
    await hall.open()
    await hall.join("host", role="host")
    await hall.move("start")
    await hall.pass_time(5)
    await hall.move("end")
    assert await hall.running == 0
    assert (hall.manifest.phase, hall.manifest.replay) == ("ended", True)
    for rendition in ("opus", "aac"):
        heard = read(hall.recorded(rendition))
        assert heard.heard_seconds > 0.9  # on a starved machine the speaker stutters
        assert not heard.repeated
    assert hall.end("opus") == hall.end("aac")


async def test_nobody_is_heard_before_the_host_is_on_air(hall) -> None:
    await hall.open()
    await hall.join("host", role="host")
    await hall.pass_time(1.5)
    assert hall.manifest.on_air is None
    await hall.move("start")
    await hall.pass_time(1)
    flags = {record.media_time: record.flags for record in hall.records()}
    on_air = hall.manifest.on_air
    assert on_air is not None and on_air % FRAGMENT == 0
    assert all(bool(flag & LOBBY) == (at < on_air) for at, flag in flags.items())
    assert flags[0] & WHOLE
    await hall.move("end")


async def test_a_muted_seat_is_not_heard(hall) -> None:
    await hall.open()
    await hall.join("host", role="host")
    await hall.join("ben")
    await hall.move("mute", target="host")
    await hall.move("mute", by="ben")
    await hall.move("start")
    await hall.pass_time(2)
    await hall.move("end")
    await hall.running
    after_the_hold_music = hall.recorded()[RATE // 10 :]
    assert float(np.abs(after_the_hold_music).max()) < 0.01


async def test_a_paused_room_plays_on_without_its_speakers(hall) -> None:
    await hall.open()
    await hall.join("host", role="host")
    await hall.move("start")
    await hall.hears(lambda slots: len(slots) > 40, "the host")
    await hall.move("pause")
    await hall.pass_time(1)
    assert hall.manifest.phase == "paused"
    paused_at = hall.end()
    await hall.pass_time(1.5)
    await hall.move("resume")
    await hall.pass_time(3)
    await hall.move("end")
    await hall.running
    silent_from = (paused_at - hall.manifest.on_air) + RATE // 2
    heard = read(hall.recorded())
    inside = [at for at in heard.places if silent_from < at < silent_from + RATE // 2]
    assert heard.heard_seconds > 3
    assert not inside


async def test_time_in_the_log_is_real_time(hall, clock) -> None:
    await hall.open()
    await hall.pass_time(2)
    with hall.reader() as reader:
        last, origin = reader[len(reader) - 1], reader.header.origin
    behind = (clock.boot_ns() - origin.boot_ns) / 1e9 - (last.media_time + FRAGMENT) / RATE
    assert -0.021 <= behind < 1.0  # a tick is mixed when its 20 ms begin


async def test_a_stopped_stage_goes_on_where_it_was(hall, clock, until_true) -> None:
    await hall.open()
    await hall.join("host", role="host")
    await hall.join("ben")
    await hall.move("mute", by="ben")
    await hall.move("start")
    await hall.pass_time(1)
    assert await hall.stop() == 0
    before, programme = hall.end(), hall.manifest.programme
    assert hall.manifest.phase == "live"
    clock.later_ns = 2 * 10**9
    await hall.open()
    await hall.pass_time(3)
    assert hall.manifest.programme == programme
    state = (await hall.ask("status"))["state"]
    assert {i: (s["muted"], s["away"]) for i, s in state["stage"].items()} == {
        "host": (False, True),
        "ben": (True, True),
    }
    records = hall.records()
    times = [record.media_time for record in records]
    assert times == [FRAGMENT * n for n in range(len(times))]
    assert any(record.flags & FILL for record in records if record.media_time >= before)
    again = await hall.join("host", role="host")
    assert again.session
    await until_true(lambda: not hall.stage._room.room.seats["host"].away)


@pytest.mark.parametrize("absence", ["of three minutes", "over a boot"])
async def test_after_a_long_absence_the_room_is_paused_in_a_new_programme(
    hall, clock, absence: str
) -> None:
    await hall.open()
    await hall.move("start")
    await hall.pass_time(1)
    await hall.stop()
    before, programme = hall.end(), hall.manifest.programme
    if absence == "over a boot":
        clock.boot, clock.later_ns = b"another boot id!", -(10**9)
    else:
        clock.later_ns = 180 * 10**9
    await hall.open()
    await hall.pass_time(1)
    assert hall.manifest.programme != programme
    assert hall.manifest.phase == "paused"
    with hall.reader() as reader:
        assert reader.first % SEGMENT == 0
        assert reader.first > before
    await hall.move("resume")
    await hall.pass_time(1)
    assert hall.manifest.phase == "live"


async def test_a_room_that_ended_unseen_keeps_its_replay_over_a_boot(hall, clock) -> None:
    from rostra.stage.events import EventLog
    from rostra.stage.process import Stage
    from rostra.stage.rules import By, Event

    await hall.open()
    await hall.move("start")
    await hall.pass_time(1)
    await hall.stop()
    before = hall.manifest
    log, _ = EventLog.open(hall.places.events("hall"))
    log.append(Event("end", By("host", "Host", "host"), 0))  # killed before the manifest was told
    log.close()
    clock.boot, clock.later_ns = b"another boot id!", -(10**9)
    again = Stage("hall", before, hall.places, StageSettings(), clock)
    assert await again.run(hall.bus) == 0
    after = hall.manifest
    assert (after.phase, after.replay) == ("ended", True)
    assert (after.programme, after.on_air) == (before.programme, before.on_air)
    assert len(hall.recorded()) > RATE // 2


async def test_a_stage_that_slept_fills_what_it_missed(hall, clock) -> None:
    await hall.open()
    await hall.pass_time(0.5)
    slept_at = hall.end()
    clock.later_ns = 5 * 10**9 + 7_000_000
    await hall.pass_time(6.5)
    records = hall.records("aac")
    times = [record.media_time for record in records]
    assert times == [FRAGMENT * n for n in range(len(times))]
    filled = [r for r in records if r.media_time >= slept_at and r.flags & FILL]
    assert 4.5 < len(filled) * FRAGMENT / RATE < 6


async def test_a_stage_that_slept_too_long_asks_to_be_started_again(hall, clock) -> None:
    await hall.open()
    await hall.pass_time(0.5)
    clock.later_ns = 200 * 10**9
    assert await hall.running == 1
    assert hall.manifest.phase == "lobby"


async def test_what_must_not_be_recorded_is_gone_at_the_end(hall) -> None:
    await hall.open(record=False)
    await hall.move("start")
    await hall.pass_time(1)
    assert not (await hall.ask("status"))["state"]["recorded"]
    await hall.move("end")
    assert await hall.running == 0
    assert (hall.manifest.phase, hall.manifest.replay) == ("ended", False)
    left = {path.name for path in hall.places.space("hall").iterdir()}
    assert not [name for name in left if name.endswith((".mp4", ".idx"))]


async def test_a_room_that_ended_in_the_lobby_has_no_replay(hall) -> None:
    await hall.open()
    await hall.pass_time(0.5)
    await hall.move("end")
    assert await hall.running == 0
    assert (hall.manifest.phase, hall.manifest.replay) == ("ended", False)


async def test_a_full_disk_costs_fragments_and_not_the_room(hall, monkeypatch) -> None:
    from rostra.programme.log import DiskFull, LogWriter

    await hall.open()
    await hall.join("host", role="host")
    await hall.move("start")
    await hall.pass_time(0.7)
    real, refusals = LogWriter.append, []

    def full(self, *arguments, **named):
        if len(refusals) < 4:
            refusals.append(self.end)
            raise DiskFull("full")
        return real(self, *arguments, **named)

    monkeypatch.setattr(LogWriter, "append", full)
    await hall.pass_time(2)
    for rendition in ("opus", "aac"):
        records = hall.records(rendition)
        times = [record.media_time for record in records]
        assert times == [FRAGMENT * n for n in range(len(times))]
        assert any(record.flags & FILL for record in records)
    assert not (await hall.ask("status"))["health"]["disk_full"]


async def test_listeners_and_reactions_come_from_the_board(hall, until_true) -> None:
    from rostra.programme.board import Board
    from rostra.stage.statement import Audience

    hall.places.run.mkdir(parents=True)
    with Board.create(hall.places.board) as board:
        row = board.slot(0).space("hall")
        await hall.open()
        for name, value in (
            ("hearing", 41),
            ("unverified", 7),
            ("rehearsed", 3),
            ("listeners", 60),
        ):
            row.set(name, value)
        await until_true(lambda: hall.stage._room.audience == Audience(41, 7, 3, 60))
        await until_true(lambda: hall.stage._room.state.get("unverified") == 7)
        assert hall.stage._room.state["listeners"] == 41


async def test_how_late_the_ticks_are_is_on_the_board_while_the_stage_lives(
    hall, clock, until_true
) -> None:
    from rostra.programme.board import Board

    hall.places.run.mkdir(parents=True)
    with Board.create(hall.places.board) as board:
        await hall.open()
        told = lambda: board.stage_tick(clock.boot_ns())  # noqa: E731
        await until_true(lambda: told() is not None, "word of the stage")
        assert 0 <= told() < 1_000_000
        await hall.stop()
        clock.later_ns += 11_000_000_000
        assert told() is None


async def test_a_stage_that_did_not_run_for_seconds_was_late(hall, clock, until_true) -> None:
    await hall.open()
    await hall.pass_time(1)
    clock.later_ns += 5_000_000_000
    await hall.pass_time(1)
    health = (await hall.ask("status"))["health"]
    assert health["stage_tick_p99_ms"] > 3_000
    assert 4_900 < health["stage_tick_max_ms"] < 10_000


async def test_health_tells_how_late_the_ticks_were(hall) -> None:
    await hall.open()
    await hall.pass_time(1)
    health = (await hall.ask("status"))["health"]
    assert 0 <= health["stage_tick_p50_ms"] <= health["stage_tick_p99_ms"]
    assert health["stage_tick_p99_ms"] <= health["stage_tick_max_ms"]
