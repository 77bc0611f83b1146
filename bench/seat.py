"""One aiortc peer on a stage: what it says, what it hears and when, and its data channel."""

from __future__ import annotations

import asyncio
import json
import time
from typing import Any, NamedTuple

import httpx
from aiortc import MediaStreamTrack, RTCPeerConnection, RTCSessionDescription

from rostra.testing.link import Climate, Link, candidate_of, hidden, through
from rostra.testing.patience import in_time

PATIENCE = 10.0


class Packet(NamedTuple):
    """20 ms of return: RTP sequence number, Opus payload, wall time of arrival in seconds."""

    number: int
    payload: bytes
    arrived: float


class Quiet(MediaStreamTrack):
    """A microphone that sends nothing."""

    kind = "audio"

    async def recv(self) -> Any:
        """Wait until the connection is over."""
        await asyncio.Event().wait()


class Seat:
    """Takes a seat at `url` with `token`; `keep` keeps the packets that come.

    With a `climate` they go through a bad network.
    """

    def __init__(
        self,
        url: str,
        token: str,
        track: MediaStreamTrack,
        *,
        keep: bool = True,
        climate: Climate | None = None,
    ) -> None:
        self.packets: list[Packet] = []
        self.told: list[dict[str, Any]] = []
        self._url, self._token, self._track, self._keep = url, token, track, keep
        self._connection: Any = RTCPeerConnection()
        self._calls = 0
        self._climate = climate
        self.link: Link | None = None

    async def join(self) -> Seat:
        """Be on the stage, with an open channel."""
        transceiver = self._connection.addTransceiver(self._track, direction="sendrecv")
        self._channel = self._connection.createDataChannel("rostra")
        self._channel.on("message", lambda text: self.told.append(json.loads(text)))
        await self._connection.setLocalDescription(await self._connection.createOffer())
        headers = {"Authorization": f"Bearer {self._token}", "Content-Type": "application/sdp"}
        async with httpx.AsyncClient(timeout=PATIENCE) as client:
            offer = self._connection.localDescription.sdp
            offer = offer if self._climate is None else hidden(offer)
            answer = await client.post(self._url, headers=headers, content=offer)
        answer.raise_for_status()
        transceiver.receiver._handle_rtp_packet = self._heard
        described = answer.text
        if self._climate is not None:
            self.link = Link(candidate_of(described), self._climate)
            described = through(described, await self.link.open())
        await self._connection.setRemoteDescription(RTCSessionDescription(described, "answer"))
        await in_time(lambda: self.told, "word over the channel", PATIENCE)
        return self

    async def _heard(self, packet: Any, arrival_time_ms: int) -> None:
        if self._keep:
            self.packets.append(Packet(packet.sequence_number, packet.payload, time.time()))

    async def call(self, move: str, **more: Any) -> dict[str, Any]:
        """Ask for a move over the channel; the stage's answer."""
        self._calls += 1
        self._channel.send(json.dumps({"n": self._calls, "move": move, **more}))
        answers = lambda: [told for told in self.told if told.get("n") == self._calls]  # noqa: E731
        found: dict[str, Any] = (await in_time(answers, f"an answer to {move}", PATIENCE))[0]
        self.told.clear()
        return found

    @property
    def transport(self) -> Any:
        """aiortc's DTLS transport, for those who mean harm."""
        return self._connection.getTransceivers()[0].sender.transport

    @property
    def stage(self) -> tuple[str, int]:
        """Where the stage takes this seat's packets."""
        return candidate_of(self._connection.remoteDescription.sdp)

    async def leave(self) -> None:
        """End the connection."""
        await self._connection.close()
        if self.link is not None:
            self.link.close()
