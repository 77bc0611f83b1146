"""A speaker against the stage's own end of the connection, behind a small WHIP endpoint."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest

from rostra.clients import sender
from rostra.clients.speak import speak, whip_address
from rostra.errors import BadInput, Gone, NotAllowed, NotFound, NotProcessable, NotSignedIn
from rostra.programme.opus import Decoder
from rostra.stage.peer import Peer
from rostra.testing.coded import programme
from rostra.testing.meter import read
from rostra.wire.sdp import read_offer
from rostra.wire.timing import FRAME, RATE

from .conftest import Asked, Server, read_request, says

DEADLINE = 15.0
SEAT = "rst1.seat.token"


@dataclass
class Stage:
    """One seat. `refusals` are answered first; the packets of every session are kept apart."""

    url: str = ""
    refusals: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    phase: str = "live"
    asked: list[Asked] = field(default_factory=list)
    peers: list[Peer] = field(default_factory=list)
    sessions: list[list[bytes]] = field(default_factory=list)
    feeding: list[asyncio.Task[None]] = field(default_factory=list)
    arrived: asyncio.Event = field(default_factory=asyncio.Event)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            while True:
                asked = await read_request(reader)
                self.asked.append(asked)
                status, headers, body = await self._answer(asked)
                lines = [f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""]
                writer.write("\r\n".join(lines).encode() + body)
        writer.close()

    async def _answer(self, asked: Asked) -> tuple[str, list[str], bytes]:
        if asked.method == "DELETE":
            return "200 OK", [], b""
        if asked.method == "GET":
            return "200 OK", [], json.dumps({"phase": self.phase}).encode()
        if asked.target.endswith("/invites"):
            return "201 Created", [], json.dumps({"token": SEAT}).encode()
        if self.refusals:
            status, problem = self.refusals.pop(0)
            wait = problem.pop("retry", None)
            headers = [f"Retry-After: {wait}"] if wait else []
            return status, headers, json.dumps(problem).encode()
        return "201 Created", [f"Location: /whip/talk/{len(self.peers)}"], await self._seat(asked)

    async def _seat(self, asked: Asked) -> bytes:
        session: list[bytes] = []
        offer = read_offer(asked.body)

        def on_packet(sequence: int, payload: bytes) -> None:
            session.append(payload)
            self.arrived.set()

        peer = Peer(on_packet, lambda: None)
        answer = await peer.answer(offer)
        self.peers.append(peer)
        self.sessions.append(session)
        if offer.wants_return:
            self.feeding.append(asyncio.create_task(self._feed(peer)))
        return answer.encode()

    async def _feed(self, peer: Peer) -> None:
        """The return feed: a packet every 20 ms."""
        assert peer.returns is not None
        while True:
            peer.returns.put(b"\xf8\xff\xfe")
            await asyncio.sleep(0.02)

    async def heard(self, session: int, packets: int) -> list[bytes]:
        """The packets of a session, once there are so many."""
        async with asyncio.timeout(DEADLINE):
            while len(self.sessions) <= session or len(self.sessions[session]) < packets:
                self.arrived.clear()
                await self.arrived.wait()
        return self.sessions[session]

    @property
    def offers(self) -> list[Asked]:
        return [asked for asked in self.asked if asked.target == "/whip/talk"]

    def end_of(self, session: int) -> Any:
        """The transports below a session's connection."""
        (transport,) = self.peers[session]._connection._RTCPeerConnection__iceTransports
        return transport._connection

    def die(self, session: int) -> None:
        """As kill -9 does: the port is closed and nothing is said."""
        for protocol in self.end_of(session)._protocols:
            protocol.transport.abort()

    def hang(self, session: int) -> None:
        """As kill -STOP does: the port is open, nothing is read, nothing is said."""
        for protocol in self.end_of(session)._protocols:
            protocol.datagram_received = lambda *_: None
            protocol.transport.sendto = lambda *_: None


@pytest.fixture
async def stage() -> AsyncIterator[Stage]:
    made = Stage()
    listening = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.url = f"http://127.0.0.1:{listening.sockets[0].getsockname()[1]}/whip/talk"
    yield made
    for task in made.feeding:
        task.cancel()
    for peer in made.peers:
        await peer.close()
    listening.close()


def opus_file(path: Path, sound: npt.NDArray[np.float32]) -> Path:
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libopus", rate=RATE, layout="mono")
        for at in range(0, len(sound), FRAME):
            samples = sound[at : at + FRAME].reshape(1, -1)
            frame = av.AudioFrame.from_ndarray(samples, format="fltp", layout="mono")
            frame.sample_rate, frame.pts = RATE, at
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return path


@pytest.fixture(scope="module")
def talk(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Two seconds of the coded programme as Ogg Opus."""
    return opus_file(tmp_path_factory.mktemp("sound") / "talk.opus", programme(0, 2 * RATE))


@pytest.fixture(scope="module")
def noise(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four seconds of noise, in which no packet is like another."""
    sound = np.random.default_rng(1).normal(0, 0.1, 4 * RATE).astype(np.float32)
    return opus_file(tmp_path_factory.mktemp("sound") / "noise.opus", sound)


def packets_of(path: Path) -> list[bytes]:
    with av.open(str(path)) as container:
        return [bytes(packet) for packet in container.demux(audio=0) if packet.size]


@contextlib.asynccontextmanager
async def speaking(stage: Stage, path: Path, **options: Any) -> AsyncIterator[list[str]]:
    """Somebody speaks in a loop; the notes are given."""
    notes: list[str] = []
    options = {"token": SEAT, "loop": True, **options}
    task = asyncio.create_task(speak(path, whip_url=stage.url, on_note=notes.append, **options))
    try:
        yield notes
        assert not task.done()
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("receive", [True, False])
async def test_a_file_is_said_once_in_real_time_and_the_seat_given_back(
    stage: Stage, talk: Path, receive: bool
) -> None:
    clock = asyncio.get_running_loop()
    began = clock.time()
    async with asyncio.timeout(DEADLINE):
        await speak(talk, whip_url=stage.url, token=SEAT, receive=receive)
    assert clock.time() - began >= 1.9
    assert stage.sessions == [packets_of(talk)]
    decoder = Decoder()
    sound = np.concatenate([decoder.decode(packet) for packet in stage.sessions[0]])
    assert read(sound).clean
    assert [(asked.method, asked.target) for asked in stage.asked] == [
        ("POST", "/whip/talk"),
        ("DELETE", "/whip/talk/0"),
    ]
    assert {asked.headers["authorization"] for asked in stage.asked} == {f"Bearer {SEAT}"}


async def test_two_speakers_live_in_one_process(stage: Stage, talk: Path) -> None:
    async with speaking(stage, talk), speaking(stage, talk, receive=False):
        said = packets_of(talk)
        assert (await stage.heard(0, 40))[:40] == said[:40]
        assert (await stage.heard(1, 40))[:40] == said[:40]


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(sender, "RETURN_SILENCE", 0.4)
    monkeypatch.setattr(sender, "ANY_SILENCE", 0.8)
    monkeypatch.setattr(sender, "_ASK_AFTER", 0.3)
    return None


@pytest.mark.parametrize("receive", [True, False])
@pytest.mark.parametrize("how", ["die", "hang"])
@pytest.mark.usefixtures("impatient")
async def test_a_stage_that_is_lost_is_found_again_and_time_went_on(
    stage: Stage, noise: Path, how: str, receive: bool
) -> None:
    clock = asyncio.get_running_loop()
    said = packets_of(noise)
    async with speaking(stage, noise, receive=receive) as notes:
        await stage.heard(0, 20)
        lost = clock.time()
        getattr(stage, how)(0)
        again = (await stage.heard(1, 10))[:10]
        away = clock.time() - lost
    assert away < 2.5
    first = said.index(again[0])
    assert again == said[first : first + 10]
    assert abs((first + 10 - 20) * FRAME / RATE - away) < 0.1
    assert notes[:2] == ["On stage.", "The stage was lost. Trying again."]
    assert [asked.method for asked in stage.asked[:2]] == ["POST", "POST"]


@pytest.mark.usefixtures("impatient")
async def test_a_stage_that_says_little_is_asked_before_it_is_given_up(
    stage: Stage, talk: Path
) -> None:
    # Reports come every 0.5 to 1.5 s, so many pauses are longer than the 0.8 s of this test.
    async with speaking(stage, talk, receive=False):
        await stage.heard(0, 250)
    assert len(stage.offers) == 1


async def test_refusals_for_now_are_followed_by_another_offer(stage: Stage, talk: Path) -> None:
    stage.refusals = [
        ("503 No", {"sentence": "Not answering.", "retry": "9"}),
        ("409 No", {"sentence": "Not open."}),
        ("429 No", {"sentence": "Too often.", "retry": "1"}),
    ]
    clock = asyncio.get_running_loop()
    began = clock.time()
    async with speaking(stage, talk) as notes:
        await stage.heard(0, 1)
    assert len(stage.offers) == 4
    assert 1 <= clock.time() - began < 6  # "too often" is waited for, a stage that starts is not
    assert notes == ["Not answering. Trying again.", "On stage."]


@pytest.mark.parametrize(
    ("status", "kind"),
    [(401, NotSignedIn), (403, NotAllowed), (404, NotFound), (410, Gone), (400, BadInput)],
)
async def test_refusals_for_good_end_it_with_the_servers_sentence(
    stage: Stage, talk: Path, status: int, kind: type[Exception]
) -> None:
    stage.refusals = [(f"{status} No", {"error": "x", "sentence": "That is so."})] * 2
    with pytest.raises(kind, match=r"^That is so\.$"):
        await speak(talk, whip_url=stage.url, token=SEAT)
    assert len(stage.offers) == 1


async def test_a_space_that_is_over_ends_it(stage: Stage, talk: Path) -> None:
    stage.refusals, stage.phase = [("409 No", {"sentence": "It is over."})], "ended"
    with pytest.raises(Gone, match="over"):
        await speak(talk, whip_url=stage.url, token=SEAT)


async def test_what_is_no_whip_endpoint_is_told(server: Server, talk: Path) -> None:
    server.script = [says("201 Created", b"hello")]
    with pytest.raises(NotProcessable, match="not a WHIP endpoint"):
        await speak(talk, whip_url=f"{server.url}/whip/talk", token=SEAT)


async def test_who_has_an_account_is_seated_under_a_name(stage: Stage, talk: Path) -> None:
    async with speaking(stage, talk, token="rsta_account", name="Ana"):
        await stage.heard(0, 1)
    invited, offered = stage.asked[:2]
    assert invited.target == "/api/spaces/talk/invites"
    assert json.loads(invited.body) == {"role": "speaker", "name": "Ana"}
    assert invited.headers["authorization"] == "Bearer rsta_account"
    assert offered.headers["authorization"] == f"Bearer {SEAT}"


async def test_nothing_is_offered_for_a_file_without_sound(stage: Stage, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match="There is no file"):
        await speak(tmp_path / "none", whip_url=stage.url, token=SEAT)
    assert not stage.asked


async def test_the_whip_address_of_every_kind_of_address(server: Server) -> None:
    api = says("200 OK", b'{"urls": {"whip": "http://square/whip/talk"}}')
    assert await whip_address("http://square/whip/talk", SEAT) == "http://square/whip/talk"
    server.script = [api]
    assert await whip_address(f"{server.url}/spaces/talk", SEAT) == "http://square/whip/talk"
    server.script = [api, says("307 Home", b"", f"Location: {server.url}"), api]
    assert await whip_address(f"{server.url}/s/talk", SEAT) == "http://square/whip/talk"
    assert [asked.target for asked in server.asked] == [
        "/api/spaces/talk",
        "/",
        "/api/spaces/talk",
    ]
    # The token is for the square, not for whoever sends there.
    assert "authorization" not in server.asked[1].headers


@pytest.mark.parametrize(
    "url", ["", "talk", "ftp://x/s/talk", "http://x/", "http://x/whip/", "http://[/s/t"]
)
async def test_an_address_that_is_none_is_told(url: str) -> None:
    with pytest.raises(BadInput, match="not the address of a Space"):
        await whip_address(url, SEAT)


async def test_a_live_origin_that_does_not_know_its_square_is_told(server: Server) -> None:
    server.script = [says("404 No", b"{}")]
    with pytest.raises(BadInput, match="does not say where its stage is"):
        await whip_address(f"{server.url}/s/talk", SEAT)
