"""A speaker on a bad network, or on none for a while: what the listeners hear of it."""

from __future__ import annotations

import time

import numpy as np

from rostra.stage import ice
from rostra.testing.link import Climate, Weather
from rostra.testing.meter import read
from rostra.wire.timing import FRAME, RATE

BAD = Climate(loss=0.02, burst=0.05, burst_length=3, jitter=0.03)


def away(page, ident: str) -> bool:
    """Whether a page was told last that a seat is."""
    return bool([told for told in page.told if "seats" in told][-1]["seats"][ident]["away"])


async def test_loss_and_jitter_leave_no_gap(hall, until_true) -> None:
    await hall.open()
    seat = await hall.join("ana", role="host", climate=BAD)
    await hall.move("start")
    await hall.pass_time(15)
    health = (await hall.ask("status"))["health"]["seats"]["ana"]
    await hall.move("end")
    await hall.running
    reading = read(hall.recorded())
    assert seat.link is not None and seat.link.lost > 20
    assert health["concealed"] > 10
    assert reading.heard_seconds > 10
    # Nothing of the programme is left out or said twice but a period of the wave, to keep pace;
    # nothing is put in but what stands for a frame that was late or lost.
    left_out = [f.samples for f in (*reading.missing, *reading.repeated)]
    assert max(left_out, default=0) <= RATE * 0.02
    assert sum(f.samples for f in reading.inserted) <= health["concealed"] * FRAME


async def test_a_network_that_is_gone_for_a_moment_comes_back_to_the_same_seat(
    hall, a_tone, power, until_true
) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", climate=Climate())
    ben = await hall.join("ben", a_tone(1_100), channel=True)
    await hall.move("start")
    await hall.pass_time(1)
    session = hall.stage._room.chairs["ana"].session
    for seconds in (1.0, 5.0):
        ana.link.up = False
        if seconds > 3:
            await until_true(lambda: away(ben, "ana"), "the others see it", 3.0)
        await hall.pass_time(seconds)
        ana.link.up = True
        await until_true(
            lambda: hall.stage._room.chairs["ana"].meter.level > 3, "she is heard again", 3.0
        )
        await until_true(lambda: not away(ben, "ana"), "the others see that, too", 1.0)
    assert hall.stage._room.chairs["ana"].session == session
    await hall.pass_time(1)
    await hall.move("end")
    await hall.running
    sound = hall.recorded()
    assert power(sound, 500) > -25
    steps = np.abs(np.diff(sound[RATE // 2 :]))
    assert float(steps.max()) < 0.12  # the tones themselves go 0.04 a sample


async def test_a_seat_that_says_nothing_is_asked_all_the_time_until_it_is_given_up(
    hall, a_tone, until_true, monkeypatch
) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), climate=Climate())
    asked: list[int] = []
    theirs = ana.transceiver.sender.transport.transport._connection
    monkeypatch.setattr(theirs, "check_incoming", lambda *check: asked.append(1))
    await hall.pass_time(2)
    usual = len(asked)
    ana.link._near.weather = Weather(Climate(loss=1.0), 1)  # nothing of hers comes through
    await until_true(lambda: len(asked) > usual + 2, "questions", 5.0)
    assert usual <= 1
    monkeypatch.setattr(ice, "EXPIRES_SECONDS", 1.0)
    await until_true(lambda: "ana" not in hall.stage._room.chairs, "no consent any more")
    assert hall.stage._room.room.seats["ana"].away


async def test_moves_are_done_over_a_bad_network_however_much_else_is_told(hall, a_tone) -> None:
    """At the end nothing may lie before the answers that the page has long been told anew."""
    await hall.open()
    ana = await hall.join("ana", a_tone(500), climate=BAD, role="host", channel=True)
    took = []
    for turn in range(24):
        began = time.monotonic()
        answer = await ana.call(("mute", "unmute")[turn % 2])
        took.append(time.monotonic() - began)
        assert answer["ok"]
        await hall.pass_time(0.2)
    assert sorted(took)[12] < 0.5
    assert max(took) < 5.0


async def test_a_loss_is_repaired_within_seconds_however_late_answers_were(hall, a_tone) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    await ana.call("mute")
    association = hall.stage._room.chairs["ana"].peer._connection.sctp
    for _ in range(10):
        association._update_rto(30.0)  # as if acknowledgements had been lost again and again
    assert association._rto <= 2.0
