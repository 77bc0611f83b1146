"""Moves over a speaker's own data channel, and what those on the stage are told by it."""

from __future__ import annotations

import json
import re

import pytest

from rostra.stage import channel as channels
from rostra.stage.rules import By


async def test_a_speaker_is_told_who_it_is_and_how_all_are(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    told = ana.told[0]
    assert told["you"] == "ana"
    assert told["seats"]["ana"]["role"] == "host"
    assert told["state"]["phase"] == "lobby"
    await hall.join("ben", a_tone(900))
    await until_true(lambda: "ben" in reports(ana)[-1]["seats"], "word of Ben")
    await until_true(lambda: "ben" in reports(ana)[-1]["health"], "word of Ben's line")
    await until_true(
        lambda: any(t["levels"].get("ben", 0) > 3 for t in ana.told if "levels" in t), "levels"
    )


def reports(speaker):
    return [told for told in speaker.told if "seats" in told]


async def test_mute_remove_and_end_need_neither_web_nor_bus(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    ben = await hall.join("ben", a_tone(900), channel=True)
    await hall.bus.close()
    assert "ok" in await ana.call("start")
    room = lambda: hall.stage._room.room  # noqa: E731
    assert room().phase == "live"
    assert "ok" in await ben.call("mute")
    assert room().seats["ben"].muted
    assert (await ana.call("unmute", target="ben"))["error"]["status"] == 403
    assert (await ben.call("end"))["error"]["status"] == 403
    assert "ok" in await ana.call("remove", target="ben")
    await until_true(lambda: ben.connection.connectionState == "closed", "Ben is out")
    assert "ok" in await ana.call("end")
    assert await hall.running == 0
    assert [event.move for event in hall.events()] == [
        "join", "join", "start", "mute", "remove", "end",
    ]  # fmt: skip


async def test_what_is_said_in_the_green_room_stays_there(hall, a_tone, power, until_true) -> None:
    await hall.open()
    await hall.join("ana", a_tone(500), role="host")
    await hall.move("start")
    ben = await hall.join("ben", a_tone(1_100), green=True, channel=True)
    eve = await hall.join("eve", a_tone(1_700), green=True)
    await until_true(lambda: min(len(ben.heard), len(eve.heard)) > 90, "sound")
    assert power(ben.sound(), 1_700) > -25  # each other
    assert -45 < power(ben.sound(), 500) < -20  # the stage, quietly
    assert power(ben.sound(), 1_100) < -45
    assert list((await hall.ask("status"))["state"]["stage"]) == ["ana"]
    await hall.pass_time(1.5)
    before = hall.end()
    assert "ok" in await ben.call("air")
    await until_true(lambda: "ben" in hall.stage._room.state["stage"], "Ben is shown")
    await hall.pass_time(2.5)
    await hall.move("end")
    await hall.running
    sound = hall.recorded()
    on_air = hall.manifest.on_air
    backstage = sound[: before - on_air - 48_000]
    assert power(backstage, 500) > -25
    assert power(backstage, 1_100) < -60
    assert power(sound, 1_100) > -25
    assert power(sound, 1_700) < -60


async def test_only_oneself_goes_on_the_stage_and_a_host_may_send_back(hall, a_tone) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    ben = await hall.join("ben", a_tone(900), green=True, channel=True)
    assert (await ana.call("air", target="ben"))["error"]["status"] == 403
    assert "ok" in await ben.call("air")
    assert (await ben.call("green", target="ana"))["error"]["status"] == 403
    assert "ok" in await ana.call("green", target="ben")
    assert hall.stage._room.room.seats["ben"].green
    again = await hall.join("ben", a_tone(900))  # a reconnect does not go on air by itself
    assert hall.stage._room.room.seats["ben"].green
    assert hall.stage._room.chairs["ben"].green
    await again.close()


async def test_a_countdown_is_told_to_all_and_only_by_hosts(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    ben = await hall.join("ben", a_tone(900), channel=True)
    assert "ok" in await ana.call("countdown", value=3)
    await until_true(lambda: {"countdown": 3, "by": "Ana"} in ben.told, "the countdown")
    assert (await ana.call("countdown", value=99))["error"]["status"] == 400
    assert (await ben.call("countdown", value=3))["error"]["status"] == 403


async def test_a_connection_that_was_taken_over_has_no_say(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    chair = hall.stage._room.chairs["ana"]
    await hall.join("ana", a_tone(500), role="host")
    board = hall.stage._desk.switchboard
    sent: list[str] = []
    chair.channel.send = lambda text: bool(sent.append(text)) or True
    board._heard(By("ana", "Ana", "host"), chair, json.dumps({"n": 1, "move": "end"}))
    await until_true(lambda: sent, "an answer")
    assert json.loads(sent[0])["error"]["status"] == 403
    assert hall.stage._room.room.phase == "lobby"
    assert ana.told


async def test_too_many_moves_at_once_are_refused(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    for number in range(40):
        ana.channel.send(json.dumps({"n": 1_000 + number, "move": "pin", "value": {"text": "x"}}))
    answers = lambda: [t for t in ana.told if t.get("n", 0) >= 1_000]  # noqa: E731
    await until_true(lambda: len(answers()) == 40, "all answers")
    refused = [t["error"]["status"] for t in answers() if "error" in t]
    assert set(refused) <= {429}
    assert 15 <= len(refused) < 40
    await until_true(lambda: hall.stage._room.chairs["ana"].asked == 0, "a second")
    assert "ok" in await ana.call("mute")


@pytest.mark.parametrize("text", ["", "nonsense", "[1]", "x" * 20_000, '{"n": {}}'])
async def test_nonsense_over_the_channel_is_survived(hall, a_tone, text: str) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    ana.channel.send(text)
    assert "ok" in await ana.call("mute")


async def test_who_floods_the_channel_is_not_heard_any_more(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    eve = await hall.join("eve", a_tone(900), channel=True)
    sctp = hall.stage._room.chairs["eve"].peer._connection.sctp
    eve.connection.sctp._remote_max_message_size = 0  # as a page that keeps no rule
    eve.channel.send("x" * (4 * channels.WINDOW))
    for _ in range(10):
        eve.connection.createDataChannel("more")
    await hall.pass_time(1)
    held = sum(
        len(chunk.user_data) for stream in sctp._inbound_streams.values()
        for chunk in stream.reassembly
    )  # fmt: skip
    assert held <= channels.WINDOW
    assert len(sctp._inbound_streams) <= channels.MOST_STREAMS
    assert "ok" in await ana.call("mute")
    await until_true(lambda: hall.stage._room.chairs["eve"].jitter.received > 5, "Eve's sound")


async def test_noise_suppression_is_switched_while_one_speaks(hall, a_tone, until_true) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    await until_true(lambda: hall.stage._room.chairs["ana"].meter.level > 3, "her sound")
    assert "ok" in await ana.call("denoise", value=True)
    await until_true(lambda: hall.stage._room.chairs["ana"].denoiser, "a denoiser")
    await until_true(lambda: reports(ana)[-1]["seats"]["ana"]["denoise"], "word of it")
    assert (await ana.call("denoise", value="on"))["error"]["status"] == 400
    again = await hall.join("ana", a_tone(500), role="host", channel=True)
    await until_true(lambda: hall.stage._room.chairs["ana"].denoiser, "a denoiser again")
    assert "ok" in await again.call("denoise", value=False)
    assert not hall.stage._room.room.seats["ana"].denoise


async def test_a_page_that_takes_no_message_of_ours_harms_nobody(
    hall, speaker, a_tone, until_true
) -> None:
    await hall.open()
    ana = await hall.join("ana", a_tone(500), role="host", channel=True)
    eve = speaker(a_tone(900))
    eve.open_channel()
    offer = re.sub(r"a=max-message-size:\d+", "a=max-message-size:10", await eve.offer())
    assert "max-message-size:10\r" in offer
    person = {"id": "eve", "name": "Eve", "role": "speaker"}
    answer = await hall.ask("whip", op="offer", sdp=offer, who=person)
    await eve.accept(answer["answer"])
    await until_true(lambda: hall.stage._room.chairs["eve"].channel, "her channel")
    before = len(reports(ana))
    await until_true(lambda: len(reports(ana)) > before + 2, "more reports")
    assert not eve.told
    assert not hall.running.done()
    await eve.close()
