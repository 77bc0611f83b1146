"""What a zygote does: it bears an edge for each slot that is needed, and buries those that died.

SIGTERM, SIGINT   all end, in a hurry
SIGHUP            a renewed certificate is taken, by the children too
SIGUSR1           others have taken over: nobody new is taken by any child from now on, and one
                  child after the other is drained. What a listener has to do to come back
                  costs the others something; one edge at a time keeps that small.
"""

from __future__ import annotations

import os
import signal
from collections.abc import Callable
from dataclasses import dataclass

from rostra.clock import Clock
from rostra.edge.admission import edges_wanted
from rostra.edge.claims import Claims
from rostra.edge.notes import note
from rostra.edge.secured import renew
from rostra.edge.standing import Origins
from rostra.programme.board import Board
from rostra.tls import Renewable

SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGUSR1, signal.SIGCHLD}
_SECOND = 1_000_000_000
_END_NS = 2_500_000_000
_LOOK_NS = 500_000_000
_SHORT_LIFE_NS = _SECOND
_LONGEST_PAUSE_NS = 5 * _SECOND


@dataclass(frozen=True)
class Household:
    """What the nursery shares with its children; `fewest` of them there are always."""

    board: Board
    claims: Claims
    origins: Origins
    certificate: Renewable | None
    clock: Clock
    files: int
    fewest: int


class Nursery:
    """Starts children, and starts them again.

    `live` is all of a child's life, given its slot and its parent: it returns the exit code. One
    byte goes to the descriptor `ready` when the fewest are there and accept.
    """

    def __init__(
        self, household: Household, live: Callable[[int, int], int], ready: int | None = None
    ) -> None:
        self._house = household
        self._live = live
        self._ready = ready
        self._children: dict[int, int] = {}  # pid: slot
        self._born: dict[int, int] = {}  # slot: when
        self._short_lives: dict[int, int] = {}
        self._due: dict[int, int] = {}  # slot: when the next one is to start there
        self._retiring = False
        self._drained: int | None = None  # the pid of the last child that was told to drain

    def run(self) -> int:
        """Until told to end, or until the last child is gone that was told to leave."""
        self._clear_what_is_left()
        while not self._retiring or self._children:
            if not self._retiring:
                self._grow()
                self._start_due()
                self._tell_ready()
            caught = signal.sigtimedwait(SIGNALS, self._patience())
            self._bury()
            if caught is not None and caught.si_signo in {signal.SIGTERM, signal.SIGINT}:
                return self._end()
            if caught is not None and caught.si_signo == signal.SIGHUP:
                self._renew()
            if caught is not None and caught.si_signo == signal.SIGUSR1:
                self._retire()
            if self._retiring:
                self._drain_next()
        return 0

    def _now(self) -> int:
        return self._house.clock.boot_ns()

    def _patience(self) -> float:
        first = min((*self._due.values(), self._now() + _LOOK_NS))
        return max(0.0, (first - self._now()) / _SECOND)

    def _clear_what_is_left(self) -> None:
        """A zygote that was killed could not clear the gauges of children that were killed too."""
        for number in self._house.claims.free():
            slot = self._house.board.slot(number)
            if slot.get("pid"):
                slot.clear_gauges()

    # they come

    def _grow(self) -> None:
        """Have more slots in use if that is not enough for all connections."""
        board, fewest = self._house.board, self._house.fewest
        connections = board.totals()["connections"]
        wanted = edges_wanted(connections, self._house.files, fewest, board.slots)
        own = {*self._children.values(), *self._due}
        if wanted <= len(own):
            return
        free = [slot for slot in self._house.claims.free() if slot not in own]
        for slot in free[: wanted - len(own)]:
            self._due[slot] = self._now()

    def _start_due(self) -> None:
        for slot, due in list(self._due.items()):
            if due > self._now():
                continue
            del self._due[slot]
            claim = self._house.claims.take(slot)
            if claim is None:  # an edge of another zygote was quicker: another slot will do
                continue
            self._house.board.slot(slot).clear_gauges()
            self._born[slot] = self._now()
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                os._exit(self._live(slot, parent))
            os.close(claim)  # it is the child's alone
            self._children[pid] = slot

    def _tell_ready(self) -> None:
        if self._ready is None or len(self._children) < self._house.fewest:
            return
        slots = [self._house.board.slot(slot) for slot in self._children.values()]
        if all(slot.get("heartbeat_ms") for slot in slots):
            os.write(self._ready, b"\n")
            os.close(self._ready)
            self._ready = None

    def _renew(self) -> None:
        """Take a renewed certificate, and let the children; who is born later inherits it."""
        if renew(self._house.certificate):
            self._tell_all(signal.SIGHUP)

    # they go

    def _bury(self) -> None:
        """Take note of every child that died, and when its successor is to start."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            slot = self._children.pop(pid)
            self._house.board.slot(slot).clear_gauges()
            self._house.origins.forget(slot)
            if not self._retiring:
                self._due[slot] = self._now() + self._pause(slot, failed=status != 0)
            code = os.waitstatus_to_exitcode(status)
            note("edge ended", "info" if code == 0 else "warning", edge=slot + 1, code=code)

    def _pause(self, slot: int, *, failed: bool) -> int:
        short = failed and self._now() - self._born[slot] < _SHORT_LIFE_NS
        lives = self._short_lives[slot] = self._short_lives.get(slot, 0) + 1 if short else 0
        return min(_LONGEST_PAUSE_NS, lives * _SECOND // 4)

    def _retire(self) -> None:
        self._retiring = True
        self._due.clear()
        self._tell_all(signal.SIGUSR1)

    def _drain_next(self) -> None:
        if self._drained not in self._children and self._children:
            self._drained = next(iter(self._children))
            os.kill(self._drained, signal.SIGTERM)

    def _end(self) -> int:
        """Drain every child; those that do not end in time are killed."""
        self._tell_all(signal.SIGINT)
        deadline = self._now() + _END_NS
        while self._children and self._now() < deadline:
            signal.sigtimedwait({signal.SIGCHLD}, (deadline - self._now()) / _SECOND)
            self._bury()
        self._tell_all(signal.SIGKILL)
        return 0

    def _tell_all(self, number: signal.Signals) -> None:
        for pid in self._children:
            os.kill(pid, number)
