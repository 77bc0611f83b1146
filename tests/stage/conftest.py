"""A real stage in this loop, and people who speak into it."""

from __future__ import annotations

import asyncio
import fractions
import json
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import av
import numpy as np
import numpy.typing as npt
import pytest
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription
from aiortc.mediastreams import MediaStreamError

from rostra.bus.memory import MemoryBus
from rostra.clock import Clock, SystemClock
from rostra.errors import RostraError
from rostra.programme import manifest as manifests
from rostra.programme.index import Record
from rostra.programme.manifest import Manifest
from rostra.programme.opus import Decoder, Encoder
from rostra.programme.places import Places
from rostra.programme.reader import LogReader
from rostra.programme.replay import recording
from rostra.settings import StageSettings
from rostra.stage.events import unpack
from rostra.stage.process import Stage
from rostra.stage.rules import Event
from rostra.testing.coded import programme
from rostra.testing.decode import decoded
from rostra.testing.link import Climate, Link, candidate_of, hidden, through
from rostra.testing.meter import read
from rostra.testing.nats_server import NatsServer
from rostra.testing.patience import PATIENCE, in_time
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]
SLUG = "hall"


def tone(hertz: float) -> Callable[[int], Pcm]:
    """A sound by its sample number."""
    return lambda start: (
        0.2 * np.sin(2 * np.pi * hertz * (start + np.arange(FRAME)) / RATE)
    ).astype(np.float32)


def power_at(sound: Pcm, hertz: float) -> float:
    """The power of one pitch in the last second, in dBFS."""
    last = sound[-RATE:]
    wave = np.exp(-2j * np.pi * hertz * np.arange(len(last)) / RATE)
    amplitude = 2 * abs(np.dot(last, wave)) / len(last)
    return float(20 * np.log10(max(amplitude, 1e-6)))


def coded(start: int) -> Pcm:
    """The coded programme by its sample number."""
    return programme(start, FRAME)


class Microphone(MediaStreamTrack):
    """Sends what `sound` gives, 20 ms at a time, in real time."""

    kind = "audio"

    def __init__(self, sound: Callable[[int], Pcm]) -> None:
        super().__init__()
        self._sound, self._encoder, self._sent = sound, Encoder(48_000), 0
        self._began = 0.0

    async def recv(self) -> Any:
        if self.readyState != "live":
            raise MediaStreamError
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._sent / RATE - loop.time()))
        packet = av.Packet(self._encoder.encode(self._sound(self._sent)))
        packet.pts, packet.time_base = self._sent, fractions.Fraction(1, RATE)
        self._sent += FRAME
        return packet


class Speaker:
    """One person's browser, so to speak."""

    def __init__(self, sound: Callable[[int], Pcm], direction: str = "sendrecv") -> None:
        self.connection = RTCPeerConnection()
        self.channel: Any = None
        self.link: Link | None = None
        self.told: list[dict[str, Any]] = []
        self.transceiver = self.connection.addTransceiver(Microphone(sound), direction=direction)
        self.session = self.answer = ""
        self.heard: list[bytes] = []

    def open_channel(self) -> None:
        """As our page does, before the offer."""
        self.channel = self.connection.createDataChannel("rostra")
        self.channel.on("message", lambda text: self.told.append(json.loads(text)))

    async def call(self, move: str, **more: Any) -> dict[str, Any]:
        """Ask for a move over the channel; what the stage answered."""
        number = len(self.told)
        self.channel.send(json.dumps({"n": number, "move": move, **more}))
        answers = lambda: [told for told in self.told if told.get("n") == number]  # noqa: E731
        found: dict[str, Any] = (await in_time(answers, f"an answer to {move}"))[0]
        return found

    async def offer(self) -> str:
        await self.connection.setLocalDescription(await self.connection.createOffer())
        return str(self.connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        self.answer = answer
        await self.connection.setRemoteDescription(RTCSessionDescription(answer, "answer"))

        async def hear(packet: Any, arrival_time_ms: int) -> None:
            self.heard.append(packet.payload)

        self.transceiver.receiver._handle_rtp_packet = hear
        await in_time(lambda: self.connection.connectionState == "connected", "a connection")

    def sound(self) -> Pcm:
        """What was heard of the return."""
        decoder = Decoder()
        return np.concatenate([decoder.decode(packet) for packet in self.heard])

    async def close(self) -> None:
        await self.connection.close()
        if self.link is not None:
            self.link.close()


class Refused(RostraError):
    """What the stage answered instead."""

    def __init__(self, error: dict[str, Any]) -> None:
        super().__init__(error["sentence"])
        self.status, self.code = error["status"], error["code"]


class Hall:
    """One Space, its stage and those who are on it."""

    def __init__(self, root: Path, clock: Clock) -> None:
        self.places, self.clock, self.bus = Places(root), clock, MemoryBus()
        self.speakers: dict[str, Speaker] = {}
        self.stage: Stage | None = None
        self.running: asyncio.Task[int] | None = None

    def make(self, **more: Any) -> None:
        manifest = Manifest(slug=SLUG, title="Hall", phase="lobby", **more)
        manifests.create(self.places.manifest(SLUG), manifest)

    @property
    def manifest(self) -> Manifest:
        found = manifests.read(self.places.manifest(SLUG))
        assert found is not None
        return found

    async def open(self, **more: Any) -> None:
        """Begin a stage process in this loop; again, after `stop`."""
        if not self.places.manifest(SLUG).exists():
            self.make(**more)
        self.bus = MemoryBus()
        self.stage = Stage(SLUG, self.manifest, self.places, StageSettings(), self.clock)
        self.running = asyncio.create_task(self.stage.run(self.bus))
        await in_time(lambda: self.manifest.programme, "a programme")
        await in_time(lambda: f"stage.{SLUG}.status" in self.bus._answerers, "its desk")

    async def ask(self, what: str, **body: Any) -> dict[str, Any]:
        raw = await self.bus.request(f"stage.{SLUG}.{what}", json.dumps(body).encode(), 15.0)
        answer: dict[str, Any] = json.loads(raw)
        if "error" in answer:
            raise Refused(answer["error"])
        return answer

    async def move(self, move: str, by: str = "host", **more: Any) -> dict[str, Any]:
        role = "host" if by == "host" else "speaker"
        return await self.ask("command", move=move, by=who(by, role), **more)

    async def join(
        self,
        ident: str,
        sound: Callable[[int], Pcm] = coded,
        *,
        role: str = "speaker",
        direction: str = "sendrecv",
        channel: bool = False,
        green: bool = False,
        climate: Climate | None = None,
        **page: Any,
    ) -> Speaker:
        speaker = Speaker(sound, direction)
        if channel:
            speaker.open_channel()
        offer, person = await speaker.offer(), who(ident, role)
        offer = offer if climate is None else hidden(offer)
        try:
            answer = await self.ask("whip", op="offer", sdp=offer, who=person, green=green, **page)
        except Refused:
            await speaker.close()
            raise
        speaker.session = answer["session"]
        self.speakers[speaker.session] = speaker
        described = answer["answer"]
        if climate is not None:
            speaker.link = Link(candidate_of(described), climate)
            described = through(described, await speaker.link.open())
        await speaker.accept(described)
        if channel:
            await in_time(lambda: speaker.told, "word over the channel")
        return speaker

    def events(self) -> list[Event]:
        """What the event log says happened."""
        return unpack(self.places.events(SLUG).read_bytes())[0]

    def reader(self, rendition: str = "opus") -> LogReader:
        assert self.manifest.programme is not None
        return LogReader(*self.places.log(SLUG, self.manifest.programme, rendition))

    def end(self, rendition: str = "opus") -> int:
        with self.reader(rendition) as reader:
            return reader.end

    def records(self, rendition: str = "opus") -> list[Record]:
        """All that the log holds."""
        with self.reader(rendition) as reader:
            return [reader[number] for number in range(len(reader))]

    async def pass_time(self, seconds: float) -> None:
        """Until the log is so much longer."""
        goal = self.end() + seconds * RATE
        await in_time(lambda: self.end() >= goal, f"{seconds} s of log")

    def recorded(self, rendition: str = "opus") -> Pcm:
        """The recording, decoded by FFmpeg."""
        with self.reader(rendition) as reader:
            assert self.manifest.on_air is not None
            made = recording(reader, self.manifest.on_air)
            with self.places.log(SLUG, reader.header.pid, rendition)[0].open("rb") as file:
                file.seek(made.offset)
                return decoded(made.head + file.read(made.length))

    async def hears(self, wanted: Callable[[Any], Any], why: str) -> None:
        """Until the meter finds chirps in the recording whose slots are `wanted`.

        How long after a join that takes depends on how busy the machine is: the jitter buffer
        begins by measuring the network, and the meter reads no chirp from what it stretches.
        """
        for _ in range(40):
            await self.pass_time(0.5)
            slots = (await asyncio.to_thread(lambda: read(self.recorded()))).slots
            if wanted(slots):
                return
        raise AssertionError(f"20 s of log without {why}")

    async def stop(self) -> int:
        """SIGTERM, as it were."""
        assert self.stage is not None and self.running is not None
        self.stage._stopped.set()
        return await asyncio.wait_for(self.running, PATIENCE)

    async def close(self) -> None:
        for speaker in self.speakers.values():
            await speaker.close()
        if self.running is not None and not self.running.done():
            await self.stop()


def who(ident: str, role: str) -> dict[str, str]:
    return {"id": ident, "name": ident.title(), "role": role}


class Shifted:
    """The system's clock, but later by what a test likes."""

    def __init__(self) -> None:
        self._real = SystemClock()
        self.later_ns = 0
        self.boot = self._real.boot_id()

    def boot_ns(self) -> int:
        return self._real.boot_ns() + self.later_ns

    def wall_ms(self) -> int:
        return self._real.wall_ms() + self.later_ns // 1_000_000

    def boot_id(self) -> bytes:
        return self.boot


@pytest.fixture
def nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path)
    server.start()
    yield server
    server.kill()


@pytest.fixture
def clock() -> Shifted:
    return Shifted()


@pytest.fixture
async def hall(tmp_path: Path, clock: Shifted) -> AsyncIterator[Hall]:
    made = Hall(tmp_path, clock)
    yield made
    await made.close()


@pytest.fixture
def refused() -> type[Refused]:
    return Refused


@pytest.fixture
def a_tone() -> Callable[[float], Callable[[int], Pcm]]:
    return tone


@pytest.fixture
def until_true() -> Callable[[Callable[[], Any], str], Awaitable[None]]:
    return in_time


@pytest.fixture
def speaker() -> type[Speaker]:
    return Speaker


@pytest.fixture
def power() -> Callable[[Pcm, float], float]:
    return power_at
