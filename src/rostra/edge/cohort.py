"""Listeners who have the same bytes: those of one programme, rendition, class and phase.

A listener in a cohort is a descriptor and nothing else: four bytes here, and some more in the table
of seats (`seats.py`), however many there are. Whoever has a place of its own in the log, because it
is new, slow or hears an earlier time, is an `Ear` until it is level with the others.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable, Iterable
from typing import NamedTuple

from rostra.edge.cadence import Class
from rostra.edge.spaces import Space
from rostra.edge.standing import Standing
from rostra.edge.tail import Tail


class Seat(NamedTuple):
    """What is the same for all in a cohort, but for when they have their turn."""

    space: Space
    tail: Tail
    kind: Class
    standing: Standing


class Ear:
    """One listener with a place of its own in the log."""

    __slots__ = ("cohort", "fd", "joined_ns", "offset", "seat", "took")

    def __init__(self, fd: int, seat: Seat, offset: int) -> None:
        self.fd = fd
        self.seat = seat
        self.offset = offset  # of the next byte
        self.joined_ns = 0
        self.took = False  # all that it was given at joining, as of the last census
        self.cohort: Cohort | None = None  # where it sits as a newcomer


class Cohort:
    """Who gets the same bytes at the same time; `newcomers` do so from their first turn on."""

    __slots__ = ("fds", "lagging", "newcomers", "offset", "phase", "seat", "turns", "youngest_ns")

    def __init__(self, seat: Seat, phase: int) -> None:
        self.seat = seat
        self.phase = phase
        self.fds = array("i")
        self.newcomers: dict[int, Ear] = {}
        self.offset = 0  # up to which all of `fds` have been sent the log
        self.turns = 0
        self.youngest_ns = 0  # since when the last of `fds` has been a listener
        self.lagging = 0  # of those here for long enough, as of the last check

    def __len__(self) -> int:
        return len(self.fds) + len(self.newcomers)


def short_of(fds: Iterable[int], send: Callable[[int], int], length: int) -> list[tuple[int, int]]:
    """The hot loop: send to all; who did not take `length` bytes, and how many it took."""
    return [(fd, taken) for fd in fds if (taken := send(fd)) != length]
