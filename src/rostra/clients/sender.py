"""A speaker's WebRTC connection, sending packets that are coded already.

aiortc gives ICE, DTLS and SRTP; its encoder and decoder are not used. What comes back is only
counted. Whether the other side still lives is seen in what arrives from it:

    a return is taken    it always carries packets, so 1.5 s without one mean the stage is gone
    sending only         reports come every 0.5 to 1.5 s; in a pause the stage is also asked (STUN),
                         and 2.5 s without any answer mean that it is gone
    refused              the machine says that nobody listens at that port any more
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
import socket
import sys
from collections.abc import Callable
from typing import Any

import aioice.ice
import av
from aioice import stun
from aiortc import (
    MediaStreamTrack,
    RTCConfiguration,
    RTCIceServer,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError

from rostra.clients.reel import Reel
from rostra.errors import Unavailable
from rostra.ice_servers import IceServer
from rostra.wire.timing import RATE

CONNECT_SECONDS = 5.0
RETURN_SILENCE = 1.5
ANY_SILENCE = 2.5
_ASK_AFTER = 1.6  # s without a report before the stage is asked
_LOOK = 0.1
_IP_RECVERR = 11  # Linux: tell an unconnected UDP socket about ICMP errors
_MSG_ERRQUEUE = 0x2000

_host_addresses = aioice.ice.get_host_addresses


def _addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """This machine's addresses; loopback when there is no other, or nobody could connect."""
    return _host_addresses(use_ipv4, use_ipv6) or ["127.0.0.1"]


aioice.ice.get_host_addresses = _addresses


class _ReelTrack(MediaStreamTrack):
    """The reel at the speed of time."""

    kind = "audio"

    def __init__(self, reel: Reel) -> None:
        super().__init__()
        self._reel = reel
        self._speaking = False
        self.ended = asyncio.Event()

    async def recv(self) -> Any:
        """aiortc asks for the next packet; it sends what is encoded already as it is."""
        loop = asyncio.get_running_loop()
        if not self._speaking:
            # Late packets at the start would only wait at the stage and delay all that follow.
            self._reel.pass_time(loop.time(), late=0)
            self._speaking = True
        due = self._reel.next(loop.time()) if self.readyState == "live" else None
        if due is None:
            self.ended.set()
            raise MediaStreamError
        if (wait := due.at - loop.time()) > 0:
            await asyncio.sleep(wait)
        packet = av.Packet(due.data)
        packet.pts = due.position
        packet.time_base = fractions.Fraction(1, RATE)
        return packet


class NotReached(Unavailable):
    """The stage's answer came, but no way to it for sound: perhaps there is one by a relay."""


class Sender:
    """One connection: `offer()`, then `accept(answer)`, `run()`, and always `close()`.

    `relay` is a TURN server that may be used where there is no straight way.
    """

    def __init__(self, reel: Reel, *, receive: bool, relay: IceServer | None = None) -> None:
        self._receive = receive
        self._track = _ReelTrack(reel)
        self._connection: Any = RTCPeerConnection(_configuration(relay))
        direction = "sendrecv" if receive else "sendonly"
        self._transceiver: Any = self._connection.addTransceiver(self._track, direction=direction)
        self._lost = asyncio.Event()
        self._up = asyncio.Event()
        self._heard = 0.0  # when the last sign of life came, on the loop's clock
        self.returned = 0  # packets of the return feed
        self._connection.on("connectionstatechange", self._changed)

    async def offer(self) -> str:
        """The session description to be posted."""
        await self._connection.setLocalDescription(await self._connection.createOffer())
        return str(self._connection.localDescription.sdp)

    async def accept(self, answer: str) -> None:
        """Connect as `answer` says. Raises NotReached when that does not succeed in time."""
        receiver: Any = self._transceiver.receiver
        receiver._handle_rtp_packet = self._count
        kept = [line for line in answer.splitlines() if not _is_unresolvable(line)]
        description = RTCSessionDescription("\r\n".join(kept) + "\r\n", "answer")
        try:
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connection.setRemoteDescription(description)
                await _first(self._up, self._lost)
        except TimeoutError:
            raise _not_reached() from None
        if self._lost.is_set():
            raise _not_reached()
        self._watch_arrivals()

    async def run(self) -> bool:
        """Speak until the sound is over (True) or the stage is lost (False)."""
        loop = asyncio.get_running_loop()
        limit = RETURN_SILENCE if self._receive else ANY_SILENCE
        while not (self._lost.is_set() or self._track.ended.is_set()):
            silent = loop.time() - self._heard
            if silent > limit:
                return False
            if silent > _ASK_AFTER:
                await self._ask()
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(_LOOK):
                    await _first(self._track.ended, self._lost)
        return self._track.ended.is_set()

    async def close(self) -> None:
        """Let go of the connection, within CONNECT_SECONDS."""
        self._track.stop()
        with contextlib.suppress(TimeoutError):
            async with asyncio.timeout(CONNECT_SECONDS):
                await self._connection.close()

    def _changed(self) -> None:
        state = self._connection.connectionState
        if state == "connected":
            self._up.set()
        elif state in ("failed", "closed"):
            self._lost.set()

    def _watch_arrivals(self) -> None:
        self._alive()
        connection = self._ice()
        if not self._receive:
            take = connection.data_received

            def taken(data: bytes, component: int) -> None:
                self._alive()
                take(data, component)

            connection.data_received = taken
        for pair in connection._nominated.values():
            _hear_refusals(pair.protocol, self._lost.set)

    def _ice(self) -> Any:
        return self._transceiver.sender.transport.transport._connection

    def _alive(self) -> None:
        self._heard = asyncio.get_running_loop().time()

    async def _count(self, packet: Any, arrival_time_ms: int) -> None:
        self.returned += 1
        self._alive()

    async def _ask(self) -> None:
        """Ask the other side of the connection whether it is there (RFC 7675)."""
        connection = self._ice()
        for pair in connection._nominated.values():
            request = connection.build_request(pair, nominate=False)
            key = connection.remote_password.encode()
            try:
                await pair.protocol.request(request, pair.remote_addr, key, retransmissions=0)
            except (stun.TransactionError, ConnectionError):
                continue
            if not self._receive:
                self._alive()


def _hear_refusals(protocol: Any, refused: Callable[[], None]) -> None:
    """Call `refused` when the machine at the other end says that its port is closed."""

    def on_error(error: Exception) -> None:
        _forget_errors(protocol.transport.get_extra_info("socket"))
        if isinstance(error, ConnectionRefusedError):
            refused()

    if sys.platform == "linux":
        plain = protocol.transport.get_extra_info("socket")  # None where a relay is used
        if plain is not None and plain.family == socket.AF_INET:
            plain.setsockopt(socket.IPPROTO_IP, _IP_RECVERR, 1)
            protocol.error_received = on_error


def _forget_errors(transport_socket: Any) -> None:
    """Empty the queue of errors; while something is in it the loop would be woken for ever."""
    with transport_socket.dup() as plain, contextlib.suppress(BlockingIOError):
        while True:
            plain.recvmsg(1, 512, _MSG_ERRQUEUE | socket.MSG_DONTWAIT)


def _is_unresolvable(line: str) -> bool:
    return line.startswith("a=candidate:") and ".local " in line.lower() + " "


def _configuration(relay: IceServer | None) -> RTCConfiguration:
    if relay is None:
        return RTCConfiguration(iceServers=[])
    server = RTCIceServer(relay.url, username=relay.username, credential=relay.credential)
    return RTCConfiguration(iceServers=[server])


def _not_reached() -> NotReached:
    return NotReached(
        "The stage's answer came, but no sound connection to it could be made: "
        "check that its UDP ports can be reached."
    )


async def _first(*events: asyncio.Event) -> None:
    """Wait for any of `events`."""
    tasks = [asyncio.ensure_future(event.wait()) for event in events]
    try:
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
