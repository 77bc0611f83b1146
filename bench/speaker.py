"""A WHIP speaker that says the coded programme, and knows when it said which sample."""

from __future__ import annotations

import asyncio
import fractions
import time
from multiprocessing.synchronize import Event
from typing import Any

import av
import httpx
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from bench.aside import Aside
from bench.rig import Server
from rostra.programme.opus import Encoder
from rostra.testing.coded import programme
from rostra.testing.patience import until
from rostra.wire.timing import FRAME, RATE


class Coded(MediaStreamTrack):
    """The coded programme, whose sample 0 was said at the wall time `began` (seconds)."""

    kind = "audio"

    def __init__(self, began: float) -> None:
        super().__init__()
        self._began = began
        self._sent = 0
        self._encoder = Encoder(48_000)
        self._stamp = 0

    async def recv(self) -> Any:
        if not self._stamp:
            # What was said before the line was there, nobody can hear. Later nothing is left out:
            # a microphone that was kept waiting sends late what it heard.
            self._sent = int((time.time() - self._began) * RATE) // FRAME
        self._sent += 1
        # A frame is complete, and leaves, when its last sample has been said.
        await asyncio.sleep(max(0.0, self._began + self._sent * FRAME / RATE - time.time()))
        start = (self._sent - 1) * FRAME
        packet = av.Packet(self._encoder.encode(programme(start, FRAME)))
        packet.pts, packet.time_base = self._stamp, fractions.Fraction(1, RATE)
        self._stamp += FRAME
        return packet


class CodedSpeaker(Aside):
    """Speaks from `begin()` to `end()`, in a process of its own so that nobody's work delays it.

    Sample n of the programme leaves the mouth at wall time `began + n / 48000`. Ready when the
    stage has answered.
    """

    def __init__(self, origin: str, slug: str, token: str) -> None:
        self.began = time.time()
        super().__init__(_speak, f"{origin}/whip/{slug}", token, self.began, patience=20)


def on_air(running: Server, slug: str) -> CodedSpeaker:
    """A Space on air in which the coded programme is being said."""
    running.space(slug)
    speaker = CodedSpeaker(running.origin, slug, running.invite(slug, "Clock")).begin()
    until(lambda: running.state(slug)["stage"], "speaker", 10)
    return speaker


def _speak(url: str, token: str, began: float, over: Event, connected: Event) -> None:
    asyncio.run(_Mouth(url, token, began, over, connected).speak())


class _Mouth:
    """One seat, taken again whenever its return falls silent."""

    def __init__(self, url: str, token: str, began: float, over: Event, connected: Event) -> None:
        self._url, self._began, self._over, self._connected = url, began, over, connected
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/sdp"}

    async def speak(self) -> None:
        """Until the other process says that it is over."""
        while not self._over.is_set():
            connection = RTCPeerConnection()
            try:
                heard = await self._call(connection)
                # Another process ends this, and the clock: the loop has no event to wait for.
                while not self._over.is_set() and time.monotonic() - heard[0] < 1.5:  # noqa: ASYNC110
                    await asyncio.sleep(0.05)
            except (httpx.HTTPError, ConnectionError):
                await asyncio.sleep(0.2)
            finally:
                await connection.close()

    async def _call(self, connection: Any) -> list[float]:
        transceiver = connection.addTransceiver(Coded(self._began), direction="sendrecv")
        await connection.setLocalDescription(await connection.createOffer())
        async with httpx.AsyncClient(timeout=10) as client:
            answer = await client.post(
                self._url, headers=self._headers, content=connection.localDescription.sdp
            )
        answer.raise_for_status()
        heard = [time.monotonic() + 3.0]

        async def packet(packet: Any, arrival_time_ms: int) -> None:
            heard[0] = time.monotonic()

        transceiver.receiver._handle_rtp_packet = packet
        await connection.setRemoteDescription(RTCSessionDescription(answer.text, "answer"))
        self._connected.set()
        return heard
