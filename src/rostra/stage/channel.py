"""A speaker's data channel (RFC 8831), within bounds; with peer.py and ice.py it knows aiortc.

aiortc keeps what arrives until it can be put together, however much that is, opens any number of
streams, and skips or resets them when told to. Our page needs one reliable stream: the rest is not
even looked at, and a sender that goes over the window which it was given is heard no more.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import aiortc.rtcsctptransport
import structlog
from aiortc.rtcsctptransport import ForwardTsnChunk, ReconfigChunk

_log = structlog.get_logger("rostra.stage")

LABEL = "rostra"
WINDOW = 64 * 1024  # bytes that may lie here unfinished
MOST_STREAMS = 4
MOST_MISORDERED = 256  # chunks that came before their turn
MOST_UNSENT = 64 * 1024  # bytes to one page; a page that takes none is not told more
MOST_LAG = 2 * 1024  # bytes unsent, behind which nothing is put that will soon be told anew

# Seconds between a loss and its repair (RFC 9260, section 6.3), as browsers have them: with 1, 3
# and 60, as aiortc has them, a network that loses one packet in twelve ends the conversation.
_RTO_LEAST, _RTO_FIRST, _RTO_MOST = 0.4, 0.5, 2.0


class Channel:
    """Texts to and from one page."""

    def __init__(self, channel: Any, on_text: Callable[[str], None]) -> None:
        self._channel = channel
        self._on_text = on_text
        channel.on("message", self._heard)

    def _heard(self, message: str | bytes) -> None:
        if isinstance(message, str):
            self._on_text(message)

    def send(self, text: str) -> bool:
        """Whether `text` was taken: not when the page is gone, or behind with what it was sent.

        A page may also have said that it takes only short messages; then it is not told.
        """
        channel = self._channel
        if channel.readyState != "open" or channel.bufferedAmount > MOST_UNSENT:
            return False
        try:
            channel.send(text)
        except ValueError:
            return False
        return True

    def keep_told(self, text: str) -> None:
        """Send what will soon be told anew, unless the page is behind already."""
        if self._channel.bufferedAmount <= MOST_LAG:
            self.send(text)


def install() -> None:
    """Let every association of this process repair losses quickly."""
    association: Any = aiortc.rtcsctptransport
    association.SCTP_RTO_MIN = _RTO_LEAST
    association.SCTP_RTO_INITIAL = _RTO_FIRST
    association.SCTP_RTO_MAX = _RTO_MOST


def bound(sctp: Any, on_opened: Callable[[Any], None]) -> None:
    """Keep aiortc's association `sctp` within bounds; `on_opened` is given our channel, once."""
    receive_chunk, receive_data, handle = (
        sctp._receive_chunk, sctp._receive_data_chunk, sctp._handle_data,
    )  # fmt: skip
    sctp._advertised_rwnd = WINDOW
    deaf = False

    async def chunk_in(chunk: Any) -> None:
        if not isinstance(chunk, ForwardTsnChunk | ReconfigChunk):
            await receive_chunk(chunk)

    async def data_in(chunk: Any) -> None:
        nonlocal deaf
        streams = sctp._inbound_streams
        deaf = (
            deaf
            or len(chunk.user_data) > sctp._advertised_rwnd
            or len(sctp._sack_misordered) > MOST_MISORDERED
            or (chunk.stream_id not in streams and len(streams) >= MOST_STREAMS)
        )
        if deaf:
            _log.warning("channel_deaf", streams=len(streams), window=sctp._advertised_rwnd)
            return
        await receive_data(chunk)

    async def datagram_in(data: bytes) -> None:
        if not deaf:
            await handle(data)

    sctp._receive_chunk, sctp._receive_data_chunk, sctp._handle_data = (
        chunk_in,
        data_in,
        datagram_in,
    )

    opened = False

    def first_of_ours(channel: Any) -> None:
        nonlocal opened
        if channel.label == LABEL and not opened:
            opened = True
            on_opened(channel)

    sctp.on("datachannel", first_of_ours)
