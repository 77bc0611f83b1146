"""Candidates that come after the offer, and networks that change: over the bus, as web has it."""

from __future__ import annotations

import re
from typing import Any

import pytest
from aioice import Candidate
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rostra.stage.peer import Peer
from rostra.testing.patience import in_time
from rostra.wire.sdp import MOST_CANDIDATES, read_offer

RESTART = "a=ice-ufrag:othr\r\na=ice-pwd:aaaaaaaaaaaaaaaaaaaaaaaa\r\n"


async def patched(hall, session: str, owner: str = "ben", **more: str) -> dict[str, Any]:
    answer: dict[str, Any] = await hall.ask(
        "whip", op="patch", session=session, owner=owner, **more
    )
    return answer


async def test_a_speaker_whose_candidates_come_later_is_connected(
    hall, speaker, a_tone, until_true
) -> None:
    await hall.open()
    person = speaker(a_tone(400))
    offer = await person.offer()
    trickled = "\r\n".join(re.findall(r"a=(?:candidate|ice-ufrag|ice-pwd):[^\r]*", offer))
    bare = re.sub(r"a=(?:candidate:.*|end-of-candidates)\r\n", "", offer)
    who = {"id": "ben", "name": "Ben", "role": "speaker"}
    answer = await hall.ask("whip", op="offer", sdp=bare, who=who)
    assert "a=ice-options:trickle" in answer["answer"]
    ours = hall.stage._room.chairs["ben"].peer._ice._connection
    assert not ours.remote_candidates
    await patched(hall, answer["session"], etag=answer["etag"], fragment=trickled)
    assert {each.host for each in ours.remote_candidates} >= set(
        re.findall(r"candidate:\S+ 1 udp \d+ (\S+)", offer)
    )
    await person.accept(answer["answer"])
    await until_true(lambda: hall.stage._room.chairs["ben"].jitter.received > 5, "sound")
    await person.close()


@pytest.mark.parametrize(
    ("change", "refusal"),
    [
        ({"etag": "another"}, (412, "If-Match")),
        ({"fragment": "a=ice-ufrag:othr"}, (400, "no ice-pwd")),
        ({"fragment": "hello"}, (400, "cannot be read")),
        ({"fragment": "a=x\n" * 1_000}, (413, "too large")),
        ({"session": "x" * 32}, (404, "no such session")),
        ({"owner": "mallory"}, (403, "Only the one")),
    ],
)
async def test_what_cannot_be_trickled_is_refused_and_the_session_stays(
    hall, a_tone, refused, change, refusal
) -> None:
    await hall.open()
    seat = await hall.join("ben", a_tone(400))
    chair = hall.stage._room.chairs["ben"]
    right = {"session": seat.session, "etag": chair.peer.etag, "fragment": "a=mid:0"}
    with pytest.raises(refused, match=refusal[1]) as caught:
        await patched(hall, **(right | change))
    assert caught.value.status == refusal[0]
    before = chair.jitter.received
    await in_time(lambda: chair.jitter.received > before + 5, "sound goes on")


def end_of(person) -> Any:
    """The speaker's end: it is made of the same class here, and restarts the same way."""
    return person.transceiver.sender.transport.transport._connection


async def restarted(hall, person, etag: str = "*") -> dict[str, Any]:
    """Do as a browser does that restarts ICE. What the stage answered."""
    theirs = end_of(person)
    theirs.restart("to-be-told", "by the answer")
    lines = [f"a=ice-ufrag:{theirs.local_username}", f"a=ice-pwd:{theirs.local_password}"]
    lines += [f"a=candidate:{each.to_sdp()}" for each in theirs.local_candidates]
    answer = await patched(hall, person.session, etag=etag, fragment="\n".join(lines))
    told = dict(re.findall(r"a=ice-(ufrag|pwd):([^\r]*)", answer["fragment"]))
    theirs.remote_username, theirs.remote_password = told["ufrag"], told["pwd"]
    for candidate in re.findall(r"a=candidate:([^\r]*)", answer["fragment"]):
        await theirs.add_remote_candidate(Candidate.from_sdp(candidate))
    await theirs.connect()
    return answer


async def sound_goes_on(hall, person) -> None:
    chair = hall.stage._room.chairs["ben"]
    said, heard = chair.jitter.received, len(person.heard)
    await in_time(lambda: chair.jitter.received > said + 20, "sound of the speaker")
    await in_time(lambda: len(person.heard) > heard + 20, "the return")


async def test_a_speaker_whose_network_changed_restarts_ice_and_keeps_the_session(
    hall, a_tone
) -> None:
    await hall.open()
    person = await hall.join("ben", a_tone(400))
    chair = hall.stage._room.chairs["ben"]
    theirs, before = end_of(person), chair.peer.etag
    old = list(theirs._protocols)
    theirs._protocols = []
    theirs._local_candidates = await theirs.get_component_candidates(
        1, [protocol.local_candidate.host for protocol in old]
    )
    for protocol in old:
        protocol.transport.abort()  # the old network is gone
    answer = await restarted(hall, person)
    await sound_goes_on(hall, person)
    assert hall.stage._room.chairs["ben"] is chair
    assert answer["etag"] == chair.peer.etag != before
    ours = chair.peer._ice._connection
    assert not ours._former
    await in_time(lambda: chair.peer._reconnecting is None, "the restart to be over")


async def test_ice_restarts_again_and_again_while_sound_flows(hall, a_tone) -> None:
    await hall.open()
    person = await hall.join("ben", a_tone(400))
    chair = hall.stage._room.chairs["ben"]
    for _ in range(4):
        await restarted(hall, person, chair.peer.etag)
        await sound_goes_on(hall, person)
        await in_time(lambda: chair.peer._reconnecting is None, "the restart to be over")
    assert chair.peer.faults == 0
    consents = [chair.peer._ice._connection, end_of(person)]
    assert all(not each._query_consent_task.done() for each in consents)


async def test_sound_flows_while_a_restart_waits_for_the_speaker(hall, a_tone, refused) -> None:
    await hall.open()
    person = await hall.join("ben", a_tone(400))
    chair = hall.stage._room.chairs["ben"]
    await patched(hall, person.session, etag="*", fragment=RESTART)
    await sound_goes_on(hall, person)
    with pytest.raises(refused, match="not connected yet") as caught:
        await patched(hall, person.session, etag="*", fragment=RESTART.replace("othr", "more"))
    assert caught.value.status == 409
    line = "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host"
    await patched(hall, person.session, etag=chair.peer.etag, fragment=line)


async def test_a_restart_that_leads_nowhere_ends_the_session_and_keeps_the_seat(
    hall, a_tone, monkeypatch
) -> None:
    from rostra.stage import peer

    await hall.open()
    person = await hall.join("ben", a_tone(400))
    monkeypatch.setattr(peer, "HANDSHAKE_SECONDS", 0.3)
    await patched(hall, person.session, etag="*", fragment=RESTART)
    await in_time(lambda: "ben" not in hall.stage._room.chairs, "the end of the session")
    assert "ben" in hall.stage._room.room.seats


async def test_only_so_many_candidates_are_taken(hall, a_tone, refused) -> None:
    await hall.open()
    seat = await hall.join("ben", a_tone(400))
    etag = hall.stage._room.chairs["ben"].peer.etag
    line = "a=candidate:1 1 udp 1 192.0.2.1 {} typ host\r\n"
    half = [line.format(port) for port in range(5_000, 5_000 + MOST_CANDIDATES // 2)]
    for _ in range(2):
        await patched(hall, seat.session, etag=etag, fragment="".join(half))
    with pytest.raises(refused, match="more than 40 candidates") as caught:
        await patched(hall, seat.session, etag=etag, fragment=line.format(9))
    assert caught.value.status == 429


async def test_a_session_has_an_entity_tag_of_its_own() -> None:
    peers = [Peer(lambda number, payload: None, lambda: None) for _ in range(2)]
    assert peers[0].etag != peers[1].etag
    for peer in peers:
        await peer.close()


pieces = st.sampled_from(
    ["a=ice-ufrag:abcd", "a=ice-pwd:abcdefghijklmnopqrstuv", "a=mid:0", "a=end-of-candidates",
     "m=audio 9 X 0", "a=candidate:",
     "a=candidate:1 1 udp 1 192.0.2.1 5000 typ host", "a=candidate:1 1 udp 1 ::1 1 typ relay x y",
     "a=candidate:" + "9" * 40 + " 1 udp 99999999999 1.1.1.1 99999 typ host"]
)  # fmt: skip


@settings(
    max_examples=100, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(fragment=st.lists(pieces | st.text(max_size=40), max_size=12).map("\n".join), etag=st.text())
async def test_no_fragment_is_the_stages_fault(hall, a_tone, refused, fragment, etag) -> None:
    if hall.stage is None:
        await hall.open()
        hall.seat = await hall.join("ben", a_tone(400))
    if "ben" not in hall.stage._room.chairs:  # it restarted ICE, and nobody answered
        hall.seat = await hall.join("ben", a_tone(400))
    chair = hall.stage._room.chairs["ben"]
    chair.peer._trickled = 0
    for tag in (chair.peer.etag, etag):
        try:
            await patched(hall, hall.seat.session, etag=tag, fragment=fragment)
        except refused as error:
            assert 400 <= error.status < 500
            assert error.sentence.endswith(".")


async def test_an_offer_without_candidates_is_named_by_its_user_fragment(speaker, a_tone) -> None:
    person = speaker(a_tone(400))
    offer = await person.offer()
    ufrag = re.search(r"a=ice-ufrag:(\S+)", offer)
    assert ufrag is not None
    assert read_offer(offer.encode()).ufrag == ufrag[1]
    await person.close()
