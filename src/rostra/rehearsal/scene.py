"""What the listeners of one worker share: the moment, sockets, counters, who comes again."""

from __future__ import annotations

import heapq
import socket

import numpy as np

from rostra.rehearsal.audience import Audience, State
from rostra.rehearsal.connections import Connections, OutOf
from rostra.rehearsal.figures import Row
from rostra.rehearsal.listener import Errand

SPENT = ("files", "memory", "ports", "sockets")


class Scene:
    """One worker's. `now` is in seconds since the rehearsal began, the same for a whole turn."""

    def __init__(
        self, connections: Connections, audience: Audience, errand: Errand, row: Row
    ) -> None:
        count = len(audience.state)
        self.connections = connections
        self.audience = audience
        self.errand = errand
        self.row = row
        self.now = 0.0
        self.socks: list[socket.socket | None] = [None] * count
        self.turned_away = np.zeros(count, np.bool_)  # the last answer was to come later
        self.refusals: list[float] = []  # s until each of those answers
        self._again: list[tuple[float, int]] = []

    def open(self, one: int, request: bytes, *, slow: bool = False) -> socket.socket | None:
        """A connection for listener `one`; None, and a note of why, when there can be none."""
        try:
            sock = self.connections.open(request, slow=slow)
        except OutOf as reason:
            self.row["out_of"] = 1 + SPENT.index(str(reason))
            return None
        self.socks[one] = sock
        return sock

    def close(self, one: int) -> None:
        """`one` has no connection any more."""
        sock, self.socks[one] = self.socks[one], None
        if sock is not None:
            self.connections.close(sock)

    def later(self, one: int, wait: float) -> None:
        """`one` comes again after `wait` seconds."""
        self.audience.state[one] = State.AWAY
        self.rest(one, wait)

    def rest(self, one: int, wait: float) -> None:
        """The same for who keeps its connection."""
        heapq.heappush(self._again, (self.now + wait, one))

    def due(self, most: int) -> list[int]:
        """Those whose time has come again, `most` at most."""
        found: list[int] = []
        while self._again and self._again[0][0] <= self.now and len(found) < most:
            found.append(heapq.heappop(self._again)[1])
        return found

    def refused(self, one: int, asked: float) -> None:
        """`one`, who asked at that time, was told to come later."""
        self.turned_away[one] = True
        self.refusals.append(self.now - asked)

    def over(self, one: int, status: int) -> None:
        """There is nothing here for `one`, nor will there be."""
        self.close(one)
        self.audience.state[one] = State.OVER
        self.row["over_status"] = status
