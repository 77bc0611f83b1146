"""The one listener of a worker who reads the programme whole, so that the others can be understood.

It joins once to see where live is, and again twenty seconds behind, so that it knows every place
at which another may begin.
"""

from __future__ import annotations

import socket

from rostra.rehearsal.connections import ENDED, Connections
from rostra.rehearsal.listener import (
    HEAD_PATIENCE,
    PERIODS,
    Ask,
    Beginnings,
    Errand,
    Joining,
    Live,
    More,
    Over,
    Refused,
    backoff,
    quiet_limit,
)
from rostra.rehearsal.reference import Reference
from rostra.wire.malformed import Malformed
from rostra.wire.timing import seconds

_EARLIER = 20.0


class Guide:
    """Keeps `reference` up to date. Call `look` a few times a second."""

    def __init__(self, connections: Connections, errand: Errand) -> None:
        self.reference = Reference()
        self.said = "nothing answers"
        self._connections = connections
        self._errand = errand
        self._beginnings = Beginnings()
        self._sock: socket.socket | None = None
        self._joining: Joining | None = None
        self._after: float | None = None
        self._mark = ""  # of its class, in which it stays: others wait until it has read
        self._found_live = False
        self._limit = HEAD_PATIENCE
        self._heard = 0.0
        self._due = 0.0
        self._tries = 0
        self._now = 0.0

    def look(self, now: float) -> None:
        """Begin again where it is time to, give up what is silent."""
        self._now = now
        if self._sock is None:
            if now >= self._due and not self.reference.ended:
                self._join()
        elif now - self._heard > self._limit:
            self._leave()

    def _join(self) -> None:
        after = self._after if self.reference.after is None else self.reference.after
        self._joining = Joining(
            self._errand, self._beginnings, self._now, page=False, after=after, mark=self._mark
        )
        self._limit, self._heard = HEAD_PATIENCE, self._now
        self._sock = self._connections.open(self._joining.request)
        self._connections.special[self._sock.fileno()] = self._ready

    def _leave(self, wait: float = 0.0) -> None:
        if self._sock is not None:
            self._connections.close(self._sock)
        self._sock = self._joining = None
        self._tries += 1
        self._due = self._now + max(wait, backoff(self._tries - 1, 0.5))

    def _ready(self, mask: int) -> None:
        sock = self._sock
        if sock is None:
            return
        self._connections.flush(sock)
        try:
            while (
                self._sock is sock and (data := self._connections.read(sock, 1 << 16)) is not None
            ):
                if not data:
                    self._leave()
                    return
                self._take(data)
        except (OSError, Malformed) as reason:
            self.said = str(reason)
            self._leave(1.0)
            return
        if self._sock is sock and mask & ENDED:
            self._leave()

    def _take(self, data: bytes) -> None:
        self._heard = self._now
        if self._joining is None:
            self.reference.feed(data)
            return
        step = self._joining.take(data)
        self._limit = self._joining.patience
        if isinstance(step, Live):
            self._begin(step)
        elif isinstance(step, Refused | Over):
            self.said = f"the server answers {step.status}"
            self._leave(step.wait if isinstance(step, Refused) else 2.0)
        elif not isinstance(step, More | Ask):
            self.said = step.why
            self._leave(1.0)

    def _begin(self, live: Live) -> None:
        self._tries = 0
        self._mark = live.mark
        if not self._found_live:
            self._found_live = True
            self._after = max(0.0, seconds(live.beginning.media_time) - _EARLIER)
            self._leave()
            return
        self._joining = None
        self._limit = quiet_limit(PERIODS[live.kind][0], self._tries)
        self.reference.begin(live.programme)
        self.reference.feed(live.body)
