"""Seats: taken, taken over, given back, lost; and what each of them hears."""

from __future__ import annotations

import asyncio
import json
import threading

import pytest

from rostra.stage.rules import MOST_SEATS


async def test_everybody_hears_the_others_and_not_themselves(
    hall, a_tone, power, until_true
) -> None:
    await hall.open()
    ana = await hall.join("host", a_tone(500), role="host")
    ben = await hall.join("ben", a_tone(1_100))
    await until_true(lambda: min(len(ana.heard), len(ben.heard)) > 90)
    for who, own, other in ((ana, 500, 1_100), (ben, 1_100, 500)):
        heard = who.sound()
        assert power(heard, other) > -20
        assert power(heard, own) < -45


async def test_the_silent_share_one_encoding_and_always_get_packets(
    hall, a_tone, power, until_true
) -> None:
    await hall.open()
    silence = a_tone(0)
    quiet = [await hall.join(f"quiet-{n}", silence) for n in range(3)]
    talker = await hall.join("host", a_tone(700), role="host")
    await until_true(lambda: min(len(seat.heard) for seat in (*quiet, talker)) > 60)
    tails = [seat.heard[-20:] for seat in quiet]
    shared = set(tails[0]) & set(tails[1]) & set(tails[2])
    assert len(shared) > 12
    assert not shared & set(talker.heard)
    assert all(chair._encoder is None for i, chair in chairs(hall) if i != "host")
    assert power(quiet[0].sound(), 700) > -20


def chairs(hall):
    return hall.stage._room.chairs.items()


async def test_who_only_sends_gets_nothing_and_costs_no_encoding(hall, a_tone) -> None:
    await hall.open()
    seat = await hall.join("host", a_tone(500), role="host", direction="sendonly")
    await hall.pass_time(1)
    assert "a=recvonly" in seat.answer
    assert not seat.heard
    assert not hall.stage._room._foldback._shared


async def test_thirteen_speak_at_once_and_the_fourteenth_is_refused(
    hall, a_tone, power, refused, until_true
) -> None:
    await hall.open()
    seats = [
        await hall.join(f"seat-{n}", a_tone(300 + 100 * n), role="speaker")
        for n in range(MOST_SEATS)
    ]
    await hall.move("start")
    with pytest.raises(refused, match="The stage is full") as caught:
        await hall.join("one-too-many", a_tone(440))
    assert caught.value.status == 409
    await hall.pass_time(2)
    health = (await hall.ask("status"))["health"]
    assert all(seat["received"] > 50 for seat in health["seats"].values())
    await until_true(lambda: all(len(seat.heard) > 50 for seat in seats))
    await hall.move("end")
    await hall.running
    sound = hall.recorded()
    assert all(power(sound, 300 + 100 * n) > -45 for n in range(MOST_SEATS))


async def test_a_page_that_comes_back_by_itself_leaves_the_seat_to_another_tab(
    hall, a_tone, refused, until_true
) -> None:
    await hall.open()
    await hall.join("ben", a_tone(500), tab="phone")
    await hall.join("ben", a_tone(500), tab="laptop")  # by hand: takes over
    await until_true(lambda: dict(chairs(hall))["ben"].occupied, "the laptop's sound")
    with pytest.raises(refused) as caught:
        await hall.join("ben", a_tone(500), tab="phone", again=True)
    assert (caught.value.status, caught.value.code) == (409, "taken_over")
    again = await hall.join("ben", a_tone(500), tab="laptop", again=True)
    assert dict(chairs(hall))["ben"].session == again.session
    await again.close()
    await until_true(lambda: "ben" not in dict(chairs(hall)), "that it is gone")
    back = await hall.join("ben", a_tone(500), tab="phone", again=True)  # nobody else has it now
    assert dict(chairs(hall))["ben"].session == back.session


async def test_the_same_seat_again_takes_over(hall, a_tone, refused, until_true) -> None:
    await hall.open()
    before = await hall.join("ben", a_tone(400))
    after = await hall.join("ben", a_tone(900))
    assert len(hall.stage._room.chairs) == 1
    with pytest.raises(refused) as caught:
        await hall.ask("whip", op="delete", session=before.session, owner="ben")
    assert caught.value.status == 404
    await until_true(lambda: before.connection.connectionState == "closed")
    await hall.ask("whip", op="delete", session=after.session, owner="ben")
    assert not hall.stage._room.room.seats


async def test_only_its_holder_ends_a_session(hall, a_tone, refused) -> None:
    await hall.open()
    seat = await hall.join("ben", a_tone(400))
    for operation in ("delete", "patch"):
        with pytest.raises(refused) as caught:
            await hall.ask("whip", op=operation, session=seat.session, owner="mallory")
        assert caught.value.status == 403
    assert "ben" in hall.stage._room.room.seats


async def test_who_is_removed_loses_the_connection_and_the_seat(
    hall, a_tone, refused, until_true
) -> None:
    await hall.open()
    seat = await hall.join("ben", a_tone(400))
    await hall.move("remove", target="ben")
    await until_true(lambda: seat.connection.connectionState == "closed")
    with pytest.raises(refused, match="has removed you"):
        await hall.join("ben", a_tone(400))


async def test_who_disappears_is_away_and_keeps_the_seat(hall, a_tone, clock, until_true) -> None:
    await hall.open()
    seat = await hall.join("ben", a_tone(400))
    await until_true(lambda: hall.stage._room.chairs["ben"].jitter.received > 5)
    seat.transceiver.sender.track.stop()
    await until_true(lambda: hall.stage._room.room.seats["ben"].away)
    await seat.close()
    await until_true(lambda: "ben" not in hall.stage._room.chairs)
    assert hall.stage._room.room.seats["ben"].away
    desk = hall.stage._desk
    await desk.look_for_absent(clock.boot_ns())
    await desk.look_for_absent(clock.boot_ns() + 121 * 10**9)
    assert not hall.stage._room.room.seats


async def test_a_microphone_that_is_closed_for_long_does_not_cost_the_seat(
    hall, a_tone, clock, until_true
) -> None:
    await hall.open()
    seat = await hall.join("ben", a_tone(400))
    seat.transceiver.sender.track.stop()
    await until_true(lambda: hall.stage._room.room.seats["ben"].away)
    await hall.stage._desk.look_for_absent(clock.boot_ns() + 600 * 10**9)
    assert "ben" in hall.stage._room.room.seats


async def test_a_handshake_that_never_comes_ends_after_its_deadline(
    hall, a_tone, speaker, until_true, monkeypatch
) -> None:
    from rostra.stage import peer

    monkeypatch.setattr(peer, "HANDSHAKE_SECONDS", 0.3)
    await hall.open()
    ghost = speaker(a_tone(400))
    offer = await ghost.offer()
    await hall.ask(
        "whip", op="offer", sdp=offer, who={"id": "g", "name": "Ghost", "role": "speaker"}
    )
    await ghost.close()
    await until_true(lambda: "g" not in hall.stage._room.chairs)
    await until_true(lambda: hall.stage._room.room.seats["g"].away)


async def test_a_connection_that_ends_while_the_disk_is_slow_leaves_no_ghost(
    hall, a_tone, speaker, monkeypatch
) -> None:
    from rostra.stage import peer
    from rostra.stage.events import EventLog

    monkeypatch.setattr(peer, "HANDSHAKE_SECONDS", 0.3)
    await hall.open()
    real, may_write = EventLog.append, threading.Event()

    def slow(log, event):
        assert may_write.wait(10)
        real(log, event)

    monkeypatch.setattr(EventLog, "append", slow)
    ghost = speaker(a_tone(400))
    who = {"id": "g", "name": "Ghost", "role": "speaker"}
    joining = asyncio.create_task(hall.ask("whip", op="offer", sdp=await ghost.offer(), who=who))
    await hall.pass_time(1)  # the handshake's deadline comes and goes
    may_write.set()
    await joining
    assert "g" not in hall.stage._room.chairs
    assert not hall.stage._desk._sessions
    await ghost.close()


async def test_connections_that_ended_leave_nothing_behind(hall, a_tone, until_true) -> None:
    await hall.open()
    await hall.join("host", a_tone(400), role="host")
    await hall.pass_time(0.5)
    tasks, sockets = len(asyncio.all_tasks()), open_sockets()
    for number in range(6):
        seat = await hall.join(f"guest-{number}", a_tone(500))
        if number % 2:
            await hall.ask("whip", op="delete", session=seat.session, owner=f"guest-{number}")
        await seat.close()
    await until_true(lambda: len(hall.stage._room.chairs) == 1)
    await until_true(lambda: len(asyncio.all_tasks()) <= tasks)
    await until_true(lambda: open_sockets() <= sockets)


def open_sockets() -> int:
    import psutil

    return len(psutil.Process().net_connections("udp"))


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"[" * 50_000,
        b'{"move": "start"}',
        b'{"move": "start", "by": {"id": "", "name": "x", "role": "host"}}',
        b'{"move": "start", "by": {"id": "a", "name": "\\ud800", "role": "host"}}',
        b'{"move": "join", "by": {"id": "a", "name": "A", "role": "host"}}',
        b'{"move": 3, "by": {"id": "a", "name": "A", "role": "host"}}',
        b'{"op": "offer", "who": {"id": "a", "name": "A", "role": "host"}}',
        b'{"op": "offer", "sdp": 5, "who": {"id": "a", "name": "A", "role": "host"}}',
        b'{"op": "delete", "session": "none", "owner": "a"}',
    ],
)
async def test_what_the_desk_cannot_use_is_refused_in_a_sentence(hall, body: bytes) -> None:
    await hall.open()
    for what in ("command", "whip"):
        answer = json.loads(await hall.bus.request(f"stage.hall.{what}", body, 2.0))
        assert 400 <= answer["error"]["status"] < 500
        assert answer["error"]["sentence"].endswith((".", "one."))


async def test_the_tab_that_lost_the_seat_does_not_take_it_back_from_one_that_is_connecting(
    hall, speaker, a_tone, refused
) -> None:
    await hall.open()
    phone = await hall.join("ben", a_tone(500), tab="phone")
    laptop = speaker(a_tone(500))
    ben = {"id": "ben", "name": "Ben", "role": "speaker"}
    taken = await hall.ask("whip", op="offer", sdp=await laptop.offer(), who=ben, tab="laptop")
    with pytest.raises(refused) as caught:
        await hall.join("ben", a_tone(500), tab="phone", again=True)
    assert caught.value.code == "taken_over"
    await laptop.accept(taken["answer"])
    assert dict(chairs(hall))["ben"].session == taken["session"]
    await laptop.close()
    await phone.close()
