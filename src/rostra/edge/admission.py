"""Whether a newcomer may join, and how many edges there should be. Pure.

Whoever is listening is never asked again. A mark of ours shows that somebody was listening before:
after an edge died its listeners find a tenth more places than newcomers do, so that a rush does not
keep them out. Who is refused is told when to come again, so that all who wait ask no more often
than can be answered.
"""

from __future__ import annotations

import re
from typing import NamedTuple

BYTES_EACH = 16_000
EACH_CORE = 50_000  # listeners a core is trusted with unmeasured; beyond, the crowd is a throng
TLS_COSTS = 2
HLS_COSTS = 7  # times the CPU of a listener of the crowd: it asks twice for each segment
KEPT_FILES = 64
SOONEST_S, LATEST_S = 5, 600
_NARROWEST_S = 15
_RETURNS_A_SECOND = 500  # of those who wait; each costs about as much as a join
_ROOM_NUM, _ROOM_DEN = 5, 4


def rated(files: int, processes: int, memory: int, cores: int, *, tls: bool = False) -> int:
    """Listeners this machine can be trusted with until it is measured.

    `files` one process may hold, `memory` in bytes. With `tls` each costs twice as much of both.
    """
    each = TLS_COSTS if tls else 1
    by_files = max(0, files - KEPT_FILES) * processes
    return max(1, min(by_files, memory // (BYTES_EACH * each), EACH_CORE * cores // each))


def edges_wanted(connections: int, files: int, fewest: int, most: int) -> int:
    """Edge processes for so many connections, with a quarter to spare; `files` as in `rated`."""
    each = max(1, files - KEPT_FILES)
    full = connections * _ROOM_NUM // (each * _ROOM_DEN)
    return min(most, max(fewest, full + 1))


def admits(listeners: int, most: int, *, returning: bool, pressed: bool = False) -> bool:
    """Whether one more may join the `listeners` that are there.

    Nobody new may while the kernel is `pressed` for memory: what lies there unread can grow
    without anybody joining.
    """
    if returning:
        return listeners < most + max(1, most // 10)
    return listeners < most and not pressed


def retry_after(waiting: float, random: float) -> int:
    """Seconds after which to come again, when about `waiting` others were told so lately.

    Spread by `random` from 0 to 1, so that there is no second rush.
    """
    spread = max(_NARROWEST_S, waiting / _RETURNS_A_SECOND)
    return min(LATEST_S, SOONEST_S + int(random * (spread + 1)))


class Waiting:
    """About how many wait: those refused in the last minute, in two halves of it."""

    HALF_NS = 30_000_000_000

    def __init__(self) -> None:
        self._before = self._now = 0
        self._half = 0

    def refused(self, now: int) -> int:
        """Count one more; how many there are with it."""
        half = now // self.HALF_NS
        if half != self._half:
            self._before = self._now if half == self._half + 1 else 0
            self._now, self._half = 0, half
        self._now += 1
        return self._before + self._now


class Memory(NamedTuple):
    """Of all TCP sockets together, in pages: what they hold, and where the kernel gets nervous."""

    held: int
    pressure: int

    @property
    def pressed(self) -> bool:
        return self.held > self.pressure


_HELD = re.compile(r"^TCP:.* mem (\d+)$", re.MULTILINE)


def socket_memory(sockstat: str, tcp_mem: str) -> Memory:
    """From the texts of Linux' /proc/net/sockstat and /proc/sys/net/ipv4/tcp_mem.

    Raises ValueError when they are something else.
    """
    held, limits = _HELD.search(sockstat), tcp_mem.split()
    if held is None or len(limits) != 3:
        raise ValueError("these are not the kernel's figures of TCP memory")
    return Memory(int(held[1]), int(limits[1]))
