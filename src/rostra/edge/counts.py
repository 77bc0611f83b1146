"""This edge's slot of the board, and what all edges count together."""

from __future__ import annotations

from rostra.errors import Unavailable
from rostra.programme.board import Board, Slot

_FRESH_NS = 200_000_000
_LISTENING = ("listeners_calm", "listeners_busy", "listeners_crowd", "listeners_hls")


class Counts:
    """Counts for one edge; `most` is how many may listen on all together."""

    def __init__(self, board: Board, number: int, most: int) -> None:
        self.board = board
        self.slot: Slot = board.slot(number)
        self.most = most
        self._listeners = 0
        self._asked_ns = -_FRESH_NS

    def listeners(self, now: int) -> int:
        """Everybody who listens on any edge, as of the last fifth of a second."""
        if now >= self._asked_ns + _FRESH_NS:
            totals = self.board.totals()
            self._listeners = sum(totals[name] for name in _LISTENING)
            self._asked_ns = now
        return self._listeners

    def joined(self, slug: str, kind: str) -> None:
        """One more listens. Raises Unavailable when the board has no row left for the Space."""
        row = self.slot.space(slug)
        row.add("listeners")
        row.add("joins_total")
        self.slot.add(f"listeners_{kind}")
        self.slot.add("joins_total")
        self._listeners += 1

    def left(self, slug: str, kind: str) -> None:
        """One less."""
        self.slot.space(slug).add("listeners", -1)
        self.slot.add(f"listeners_{kind}", -1)
        self._listeners -= 1

    def reacted(self, slug: str, which: int) -> None:
        """Somebody sent reaction number `which`. Raises Unavailable like `joined`."""
        self.slot.space(slug).react(which)
        self.slot.add("reactions_total")

    def heard(self, slug: str, hearing: int, hls: int) -> None:
        """What the census found of one Space."""
        try:
            row = self.slot.space(slug)
        except Unavailable:
            return  # only listeners by HLS, and no row left: they are in the sum of this edge
        row.set("hearing", hearing)
        row.set("hls", hls)
