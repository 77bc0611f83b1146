"""WebSocket connections with bounds that the protocol below them does not have."""

from __future__ import annotations

from uvicorn.protocols.websockets.wsproto_impl import WSProtocol
from wsproto import events

MAX_MESSAGE = 4 * 1024
PING_SECONDS = 15.0
PONG_SECONDS = 10.0
"""Together less than the thirty seconds within which a dead one is closed."""


class BoundedSocket(WSProtocol):
    """One connection. Whoever asks for signs of life without reading them is let go."""

    def handle_ping(self, event: events.Ping) -> None:
        if self.writable.is_set():
            super().handle_ping(event)
        else:
            self.transport.abort()
