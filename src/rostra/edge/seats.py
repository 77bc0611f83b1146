"""Who sits in which cohort: one row of numbers for each descriptor, 24 bytes in all.

A cohort's descriptors lie in no order, so that one of them leaves in no time: the last takes its
place.
"""

from __future__ import annotations

from array import array

import numpy as np

from rostra.edge.cohort import Cohort


class Seats:
    """By descriptor: the cohort, the place in it, and since when."""

    def __init__(self) -> None:
        self._cohorts: list[Cohort | None] = []
        self._places = array("i")
        self._joined = array("q")
        self._taken = 0

    def __len__(self) -> int:
        return self._taken

    def of(self, fd: int) -> Cohort | None:
        """Where `fd` sits."""
        return self._cohorts[fd] if fd < len(self._cohorts) else None

    def joined_ns(self, fd: int) -> int:
        """Since when one who sits is a listener."""
        return self._joined[fd]

    def senior(self, fds: array[int], before_ns: int) -> int:
        """How many of `fds`, who all sit, were listeners at `before_ns` already."""
        joined = np.frombuffer(self._joined, np.int64)
        return int(np.count_nonzero(joined[np.frombuffer(fds, np.int32)] <= before_ns))

    def take(self, fd: int, cohort: Cohort, joined_ns: int) -> None:
        """`fd` sits down."""
        missing = fd + 1 - len(self._cohorts)
        if missing > 0:
            self._cohorts += [None] * missing
            self._places.extend([0] * missing)
            self._joined.extend([0] * missing)
        self._cohorts[fd] = cohort
        self._places[fd] = len(cohort.fds)
        self._joined[fd] = joined_ns
        cohort.fds.append(fd)
        self._taken += 1

    def leave(self, fd: int) -> None:
        """`fd`, who sits, rises."""
        cohort = self._cohorts[fd]
        assert cohort is not None
        self._cohorts[fd] = None
        place, last = self._places[fd], cohort.fds.pop()
        if last != fd:
            cohort.fds[place] = last
            self._places[last] = place
        self._taken -= 1
