"""One speaker's WebRTC connection: with ice.py and channel.py all of the stage that knows aiortc.

aiortc gives us ICE, DTLS and SRTP. Its decoder, jitter buffer and encoder are gone round: RTP
packets are taken as they come out of SRTP, and the return feed is handed over as ready packets.
Private names are touched for it; versions are pinned, and the tests here would notice.
"""

from __future__ import annotations

import asyncio
import fractions
import secrets
from collections.abc import Callable
from functools import cache
from typing import Any

import av
import structlog
from aiortc import (
    MediaStreamTrack,
    RTCCertificate,
    RTCConfiguration,
    RTCPeerConnection,
    RTCRtpSender,
    RTCSessionDescription,
)
from aiortc.mediastreams import MediaStreamError
from aiortc.rtp import RtcpRrPacket, RtcpSrPacket
from aiortc.sdp import candidate_from_sdp, candidate_to_sdp
from OpenSSL import SSL

from rostra.errors import (
    BadInput,
    Conflict,
    PreconditionFailed,
    RostraError,
    TooMany,
    Unavailable,
)
from rostra.settings import StageSettings
from rostra.stage import channel, ice
from rostra.wire.sdp import MOST_CANDIDATES, Offer, with_error_correction, with_trickle
from rostra.wire.sdpfrag import SdpFragment, write_sdpfrag
from rostra.wire.timing import FRAME, RATE

_log = structlog.get_logger("rostra.stage")

HANDSHAKE_SECONDS = 10.0
CLOSE_SECONDS = 3.0
MOST_SOURCES = 8  # SSRCs of one speaker: a new one for each change of microphone
MOST_FAULTS = 500  # packets of one speaker that made a parser fail; then it is no accident
_MOST_RETURNS = 5  # packets (100 ms) that may wait to be sent to one speaker
_CIPHERS = (
    b"ECDHE-ECDSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-GCM-SHA256:"
    b"ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-RSA-CHACHA20-POLY1305:"
    b"ECDHE-ECDSA-AES128-SHA:ECDHE-RSA-AES128-SHA"
)

ice.install()
channel.install()


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


@cache
def _opus_only() -> list[Any]:
    """What we choose of an offer: a speaker that may send G.711 would do so."""
    offered = RTCRtpSender.getCapabilities("audio").codecs
    return [codec for codec in offered if codec.mimeType.lower() == "audio/opus"]


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
    """A connection: RTP payloads go to `on_packet(sequence number, payload)`.

    `on_loss` is told the share of returns that the receiver says it lost, from 0 to 1;
    `on_channel` is given aiortc's data channel when the page has opened ours.
    `etag` is the entity tag of its ICE session (RFC 9725, section 4.3).
    """

    def __init__(
        self,
        on_packet: Callable[[int, bytes], None],
        on_closed: Callable[[], None],
        *,
        settings: StageSettings | None = None,
        on_loss: Callable[[float], None] | None = None,
        on_channel: Callable[[Any], None] | None = None,
    ) -> None:
        self.etag = secrets.token_hex(8)
        self._settings = settings or StageSettings()
        self._ice: Any = None
        self._ufrag: str | None = None
        self._trickled = 0
        self._reconnecting: asyncio.Task[None] | None = None
        self._on_packet = on_packet
        self._on_closed = on_closed
        self._on_loss = on_loss
        self._on_channel = on_channel
        self._transceiver: Any = None
        self._connection = _new_connection()
        self._connection.on("connectionstatechange", self._changed)
        self._deadline: asyncio.TimerHandle | None = None
        self._closing: asyncio.Task[None] | None = None
        self._sources: set[int] = set()
        self.faults = 0
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
        if offer.wants_return:
            self.returns = ReturnTrack()
        transceiver = connection.addTransceiver(
            self.returns or "audio", direction="sendrecv" if self.returns else "recvonly"
        )
        transceiver.setCodecPreferences(_opus_only())
        await connection.setRemoteDescription(RTCSessionDescription(offer.sdp, "offer"))
        self._transceiver = transceiver
        self._take_packets(transceiver.receiver)
        self._follow_reports(transceiver.sender)
        self._outlive_faults(transceiver.receiver.transport)
        if connection.sctp is not None:
            channel.bound(connection.sctp, self._opened)
        for transport in connection._RTCPeerConnection__iceTransports:
            transport._connection.settings = self._settings
        await connection.setLocalDescription(await connection.createAnswer())
        self._ice, self._ufrag = transceiver.receiver.transport.transport, offer.ufrag
        return with_trickle(with_error_correction(connection.localDescription.sdp))

    async def patch(self, etag: str, fragment: SdpFragment) -> str | None:
        """Try candidates that the speaker found after its offer, in a new ICE session where the
        fragment names one (RFC 9725, section 4.3): then the answer is a fragment of ours, and
        `etag` has changed.

        Raises PreconditionFailed when `etag` is another session's, TooMany above MOST_CANDIDATES
        in one session, Conflict and BadInput where ICE cannot be restarted.
        """
        if etag not in ("*", self.etag):
            raise PreconditionFailed(
                "The header If-Match names another session: send the ETag of the last answer."
            )
        restarts = fragment.ufrag not in (None, self._ufrag)
        if restarts:
            self._restart(fragment)
        self._trickled += len(fragment.candidates)
        if self._trickled > MOST_CANDIDATES:
            raise TooMany(
                f"This session has sent more than {MOST_CANDIDATES} candidates: those it has must "
                "do."
            )
        for candidate in fragment.candidates:
            await self._ice.addRemoteCandidate(candidate_from_sdp(candidate))
        return self._own_fragment() if restarts else None

    def _restart(self, fragment: SdpFragment) -> None:
        if self._ice.state != "completed" or self._reconnecting is not None:
            raise Conflict("This session is not connected yet: restart ICE when it is.")
        if fragment.ufrag is None or fragment.pwd is None:
            raise BadInput("The fragment has no ice-pwd: an ICE restart needs both.")
        self._ice._connection.restart(fragment.ufrag, fragment.pwd)
        self.etag, self._ufrag, self._trickled = secrets.token_hex(8), fragment.ufrag, 0
        self._reconnecting = asyncio.ensure_future(self._reconnect())

    async def _reconnect(self) -> None:
        try:
            async with asyncio.timeout(HANDSHAKE_SECONDS):
                await self._ice._connection.connect()
        except (ConnectionError, TimeoutError):
            self._give_up()
        self._reconnecting = None

    def _own_fragment(self) -> str:
        gatherer = self._ice.iceGatherer
        ours = gatherer.getLocalParameters()
        candidates = map(candidate_to_sdp, gatherer.getLocalCandidates())
        return write_sdpfrag(ours.usernameFragment, ours.password, candidates)

    def _take_packets(self, receiver: Any) -> None:
        """Let RTP packets come to us instead of aiortc's decoder."""
        statistics = receiver._handle_rtp_packet

        async def intake(packet: Any, arrival_time_ms: int) -> None:
            self._sources.add(packet.ssrc)
            if len(self._sources) > MOST_SOURCES:
                self._give_up()  # aiortc keeps a record of each source for ever
                return
            payload, packet.payload = packet.payload, b""
            if packet.payload_type in receiver._RTCRtpReceiver__codecs:
                self._on_packet(packet.sequence_number, payload)
            # With an empty payload aiortc counts the packet for its reports and decodes nothing.
            await statistics(packet, arrival_time_ms)

        receiver._handle_rtp_packet = intake
        receiver._RTCRtpReceiver__jitter_buffer = _NoFrames()

    def _follow_reports(self, sender: Any) -> None:
        """Hear what the receiver of our returns says of them (RFC 3550, section 6.4)."""
        handle = sender._handle_rtcp_packet

        async def followed(packet: Any) -> None:
            await handle(packet)
            if self._on_loss is not None and isinstance(packet, RtcpRrPacket | RtcpSrPacket):
                for report in packet.reports:
                    if report.ssrc == sender._ssrc:
                        self._on_loss(report.fraction_lost / 256)

        sender._handle_rtcp_packet = followed

    @property
    def way(self) -> tuple[float, float | None]:
        """Jitter of what comes, and the round trip if a report told it; both in ms."""
        if self._transceiver is None:
            return 0.0, None
        streams = self._transceiver.receiver._RTCRtpReceiver__remote_streams.values()
        jitter = [0, *(stream.jitter for stream in streams)][-1]  # of the newest source
        rtt = self._transceiver.sender._RTCRtpSender__rtt
        return jitter * 1000 / RATE, None if rtt is None else max(0.0, rtt * 1000)

    def _outlive_faults(self, transport: Any) -> None:
        """Let a datagram that makes aiortc's parsers fail cost itself, not the session."""
        receive = transport._recv_next

        async def guarded() -> None:
            try:
                await receive()
            except (ConnectionError, asyncio.CancelledError):
                raise
            except Exception as error:
                self.faults += 1
                _log.debug("packet_refused", reason=repr(error))
                if self.faults > MOST_FAULTS:
                    raise ConnectionError("too many packets that nobody can read") from error

        transport._recv_next = guarded

    def _opened(self, channel: Any) -> None:
        if self._on_channel is not None:
            self._on_channel(channel)

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
        if self._closing is None:
            self._closing = asyncio.ensure_future(self._close())
        await asyncio.shield(self._closing)

    async def _close(self) -> None:
        if self._deadline:
            self._deadline.cancel()
        if self.returns:
            self.returns.stop()
        try:
            async with asyncio.timeout(CLOSE_SECONDS):
                await self._connection.close()
        except TimeoutError:
            _log.warning("peer_not_closed", state=self._connection.connectionState)


class _NoFrames:
    """Stands where aiortc keeps its jitter buffer: ours is elsewhere."""

    def add(self, packet: Any) -> tuple[bool, None]:
        return False, None
