"""How fast a listener is given an earlier time: 30 s at once, then 1.25 s a second. Pure."""

from __future__ import annotations

from typing import NamedTuple

from rostra.edge.cohort import Ear
from rostra.edge.live import AT_ONCE
from rostra.wire.timing import RATE

MOST_PACED = 200
PACED_NS = 500_000_000
_NUM, _DEN = 5, 4
_SECOND = 1_000_000_000


class Pace(NamedTuple):
    """Since when somebody is paced, and from which media time on."""

    ear: Ear
    since_ns: int
    start: int

    def allowed(self, now: int) -> int:
        """The media time up to which it may have been sent."""
        return self.start + AT_ONCE + self._elapsed(now) * _NUM // _DEN

    def needed(self, now: int) -> int:
        """The media time up to which a player that plays must have taken it."""
        return self.start + self._elapsed(now) - AT_ONCE

    def _elapsed(self, now: int) -> int:
        return (now - self.since_ns) * RATE // _SECOND
