"""How late the ticks of the last minute were, each against its own place in the schedule. Pure.

Of the first minute what has not passed yet counts as in time. So 99 of 100 ticks always mean all
but thirty of a minute, and a single late one, as at a start, is not the figure for being alone.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from rostra.stage.timeline import TICK_NS

KEPT = 3_000  # ticks: one minute


class Spread(NamedTuple):
    """Half of the ticks, 99 of 100, and all of them were late by no more; nanoseconds."""

    p50: int
    p99: int
    worst: int


class Lateness:
    """The last KEPT ticks; those of a time in which the process did not run are late as well."""

    def __init__(self) -> None:
        self._late_ns = np.zeros(KEPT, np.int64)
        self._count = 0

    def note(self, late_ns: int) -> None:
        """One more tick, begun so long after it was due."""
        self._late_ns[self._count % KEPT] = late_ns
        self._count += 1

    def note_missed(self, ticks: int, late_ns: int) -> None:
        """So many that were never begun; the first of them was due `late_ns` ago."""
        for number in range(max(0, ticks - KEPT), ticks):
            self.note(max(0, late_ns - number * TICK_NS))

    def spread(self) -> Spread:
        """Of the last minute."""
        late = np.sort(self._late_ns)
        return Spread(int(late[KEPT // 2]), int(late[KEPT * 99 // 100]), int(late[-1]))
