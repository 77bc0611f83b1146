"""One speaker's WebRTC connection: the only file of the stage that knows aiortc.

aiortc gives us ICE, DTLS and SRTP. Its decoder, jitter buffer and encoder are gone round: RTP
packets are taken as they come out of SRTP, and the return feed is handed over as ready packets.
Private names are touched for it; versions are pinned, and the tests here would notice.
"""

from __future__ import annotations

import asyncio
import contextlib
import fractions
from collections.abc import Callable
from functools import cache
from typing import Any

import aioice.ice
import av
from aiortc import (
    MediaStreamTrack,
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from OpenSSL import SSL

from rostra.errors import BadInput, RostraError, Unavailable
from rostra.wire.sdp import Offer, with_error_correction
from rostra.wire.timing import FRAME, RATE

HANDSHAKE_SECONDS = 10.0
_LARGEST_DATAGRAM = 2_048
_MOST_WAITING = 256  # datagrams between the socket and SRTP: five seconds of one speaker
_MOST_RETURNS = 5  # packets (100 ms) that may wait to be sent to one speaker
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    b"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
)

_host_addresses = aioice.ice.get_host_addresses


def _addresses(use_ipv4: bool, use_ipv6: bool) -> list[str]:
    """This machine's addresses; loopback when there is no other, or nobody could connect."""
    return _host_addresses(use_ipv4, use_ipv6) or ["127.0.0.1"]


aioice.ice.get_host_addresses = _addresses


class _Certificate(RTCCertificate):
    """Offers RSA suites too: some native stacks have only an RSA certificate."""

    def _create_ssl_context(self, srtp_profiles: list[Any]) -> SSL.Context:
        context = super()._create_ssl_context(srtp_profiles)
        context.set_cipher_list(_CIPHERS)
        return context


@cache
def _certificate() -> Any:
    """One certificate for all of a stage's connections: making one costs a millisecond."""
    return _Certificate.generateCertificate()


def _new_connection() -> Any:
    """A connection; typed as Any because private names of it are used below."""
    connection: Any = RTCPeerConnection(RTCConfiguration(iceServers=[]))
    setattr(connection, "_RTCPeerConnection__certificates", [_certificate()])  # noqa: B010
    return connection


class ReturnTrack(MediaStreamTrack):
    """What one speaker hears, as encoded packets. The oldest is dropped when it cannot go out."""

    kind = "audio"

    def __init__(self) -> None:
        super().__init__()
        self._packets: asyncio.Queue[bytes] = asyncio.Queue(_MOST_RETURNS)
        self._timestamp = 0

    def put(self, packet: bytes) -> None:
        """Send 20 ms more."""
        if self._packets.full():
            self._packets.get_nowait()
        self._packets.put_nowait(packet)

    async def recv(self) -> Any:
        """aiortc asks for the next packet; it sends what is encoded already as it is."""
        if self.readyState != "live":
            raise MediaStreamError
        packet = av.Packet(await self._packets.get())
        packet.pts = self._timestamp
        packet.time_base = fractions.Fraction(1, RATE)
        self._timestamp += FRAME
        return packet


class Peer:
    """A connection: RTP payloads go to `on_packet(sequence number, payload)`."""

    def __init__(
        self, on_packet: Callable[[int, bytes], None], on_closed: Callable[[], None]
    ) -> None:
        self._on_packet = on_packet
        self._on_closed = on_closed
        self._connection = _new_connection()
        self._connection.on("connectionstatechange", self._changed)
        self._deadline: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self.returns: ReturnTrack | None = None

    @property
    def connected(self) -> bool:
        return bool(self._connection.connectionState == "connected")

    @property
    def closed(self) -> bool:
        return self._closing is not None

    async def answer(self, offer: Offer) -> str:
        """Our answer to `offer`. Raises BadInput when it cannot be used, and is then closed."""
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                answer = await self._negotiate(offer)
        except TimeoutError:
            await self.close()
            raise Unavailable(
                "The stage could not prepare a connection in time: try again.", retry_after=2
            ) from None
        except RostraError:
            await self.close()
            raise
        except Exception as error:
            # aiortc's parser fails in many ways on what strangers send; all of them are the offer's
            # fault, and none may end the room.
            await self.close()
            raise BadInput(
                "The offer could not be understood: it is not a WebRTC session description "
                "with one audio track."
            ) from error
        loop = asyncio.get_running_loop()
        self._deadline = loop.call_later(HANDSHAKE_SECONDS, self._give_up)
        return answer

    async def _negotiate(self, offer: Offer) -> str:
        connection = self._connection
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        transceiver = connection.getTransceivers()[0]
        receiver = transceiver.receiver
        statistics = receiver._handle_rtp_packet

        async def intake(packet: Any, arrival_time_ms: int) -> None:
            payload, packet.payload = packet.payload, b""
            if packet.payload_type in receiver._RTCRtpReceiver__codecs:
                self._on_packet(packet.sequence_number, payload)
            # With an empty payload aiortc counts the packet for its reports and decodes nothing.
            await statistics(packet, arrival_time_ms)

        receiver._handle_rtp_packet = intake
        receiver._RTCRtpReceiver__jitter_buffer = _NoFrames()
        if offer.wants_return:
            self.returns = ReturnTrack()
            transceiver.direction = "sendrecv"
            transceiver.sender.replaceTrack(self.returns)
        for transport in connection._RTCPeerConnection__iceTransports:
            _bound(transport._connection)
        await connection.setLocalDescription(await connection.createAnswer())
        return with_error_correction(connection.localDescription.sdp)

    def _changed(self) -> None:
        if self._connection.connectionState == "connected" and self._deadline:
            self._deadline.cancel()
        if self._connection.connectionState in ("failed", "closed"):
            self._give_up()

    def _give_up(self) -> None:
        if not self.closed:
            self._closing = asyncio.ensure_future(self._close())
            self._on_closed()

    async def close(self) -> None:
        """End the connection; harmless when it is over already."""
        if not self.closed:
            self._closing = asyncio.ensure_future(self._close())
        assert self._closing is not None
        with contextlib.suppress(asyncio.CancelledError):
            await asyncio.shield(self._closing)

    async def _close(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        if self.returns:
            self.returns.stop()
        await self._connection.close()


class _NoFrames:
    """Stands where aiortc keeps its jitter buffer: ours is elsewhere."""

    def add(self, packet: Any) -> tuple[bool, None]:
        return False, None


def _bound(connection: Any) -> None:
    """Drop empty and oversized datagrams, and new ones when too many wait (aioice has no bound)."""
    receive = connection.data_received

    def bounded(data: bytes, component: int) -> None:
        if 0 < len(data) <= _LARGEST_DATAGRAM and connection._queue.qsize() < _MOST_WAITING:
            receive(data, component)

    connection.data_received = bounded
