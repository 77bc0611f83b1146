"""This edge's slot of the board, and what all edges count together."""

from __future__ import annotations

from collections import deque
from collections.abc import Mapping

from rostra.edge.admission import HLS_COSTS, Waiting, admits
from rostra.edge.cadence import CLASSES, DearPlaces, Load, nap
from rostra.edge.standing import Origins, Standing
from rostra.errors import Unavailable
from rostra.programme.board import Board, Slot

_FRESH_NS = 50_000_000
_RATED_NS, _SHORTEST_NS = 1_000_000_000, 500_000_000
_SINCE_LATE_NS = 150_000_000
_LISTENING = tuple(f"listeners_{kind.name}" for kind in CLASSES)


class Counts:
    """Counts for one edge; `most` is how many may listen on all together."""

    def __init__(
        self, board: Board, number: int, most: int, places: DearPlaces, origins: Origins
    ) -> None:
        self.board = board
        self.slot: Slot = board.slot(number)
        self.most = most
        self._number = number
        self._places = places
        self._origins = origins
        self._totals: dict[str, int] = {}
        self._everywhere = 0  # who listened then
        self._here = 0  # who joined here since, less those who left
        self._waiting = Waiting()
        self.pressed = False  # the kernel is short of memory for sockets
        self._asked_ns = -_FRESH_NS
        self._joins: deque[tuple[int, int]] = deque()  # when, and how many had joined by then

    def listeners(self, now: int) -> int:
        """Everybody who listens on any edge, as of a moment ago; by HLS one counts as seven."""
        self._look(now)
        return self._everywhere + self._here

    def admits(self, now: int, *, returning: bool) -> bool:
        """Whether one more may listen; the first `admits` that says no is to be `refused`."""
        return admits(self.listeners(now), self.most, returning=returning, pressed=self.pressed)

    def refused(self, now: int) -> int:
        """One was; about how many wait, on all edges, if the others refuse as many."""
        self.slot.add("refused_total")
        return self._waiting.refused(now) * max(1, self._totals["edges"])

    def load(self, now: int) -> Load:
        """What the class of a newcomer depends on."""
        self._look(now)
        return Load(
            self._totals["listeners_calm"], self._totals["listeners_busy"], self._rate(),
            self._places, crowd=self._totals["listeners_crowd"],
            throng=self._totals["listeners_throng"], phones=self._totals["listeners_hls"],
            late=self.any_late(now),
        )  # fmt: skip

    def is_late(self, now: int) -> None:
        """Listeners of this edge have to wait for their sound: the other edges are to know."""
        self.slot.set("late_ms", now // 1_000_000)

    def any_late(self, now: int) -> bool:
        """Whether those of any edge had to, a moment ago."""
        self._look(now)
        return self._totals["late_ms"] * 1_000_000 > now - _SINCE_LATE_NS

    def nap(self) -> int:
        """How long this edge may look away, in ns; 0 unless there is a rush."""
        return nap(self._rate(), self._totals["edges"]) if self._joins else 0

    def _look(self, now: int) -> None:
        if now < self._asked_ns + _FRESH_NS:
            return
        totals = self._totals = self.board.totals()
        by_hls = HLS_COSTS * totals["listeners_hls"]
        self._everywhere = sum(totals[name] for name in _LISTENING) + by_hls
        self._here, self._asked_ns = 0, now
        self._joins.append((now, self._totals["joins_total"]))
        while self._joins[0][0] < now - _RATED_NS:
            self._joins.popleft()

    def _rate(self) -> float:
        """Joins a second on all edges, over the last second or so; of a rush, from its start on."""
        (began, before), (ended, after) = self._joins[0], self._joins[-1]
        return 1e9 * (after - before) / max(ended - began, _SHORTEST_NS)

    def joined(self, slug: str, kind: str) -> None:
        """One more listens. Raises Unavailable when the board has no row left for the Space."""
        row = self.slot.space(slug)
        row.add("listeners")
        row.add("joins_total")
        self.slot.add(f"listeners_{kind}")
        self.slot.add("joins_total")
        self._here += 1

    def arrived(self, fd: int, address: str) -> Standing:
        """As what the one who just joined is counted, by where it comes from."""
        return self._origins.arrive(self._number, fd, address)

    def left(self, fd: int, slug: str, kind: str) -> None:
        """One less."""
        self._origins.depart(self._number, fd)
        self.slot.space(slug).add("listeners", -1)
        self.slot.add(f"listeners_{kind}", -1)
        self._here -= 1

    def reacted(self, slug: str, which: int) -> None:
        """Somebody sent reaction number `which`. Raises Unavailable like `joined`."""
        self.slot.space(slug).react(which)
        self.slot.add("reactions_total")

    def heard(self, slug: str, found: Mapping[str, int]) -> None:
        """What the census found of one Space, by the names of the board."""
        try:
            row = self.slot.space(slug)
        except Unavailable:
            return  # only listeners by HLS, and no row left: they are in the sum of this edge
        for name, value in found.items():
            row.set(name, value)
