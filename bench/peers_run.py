"""The same crowd in front of one server: workers of the rehearsal, and what they cost whom.

The workers are those of `rostra rehearse`, each a process of its own; only what they are told
differs. Nothing is measured until all should have come and have settled down.
"""

from __future__ import annotations

import contextlib
import mmap
import multiprocessing
import resource
import signal
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from multiprocessing.process import BaseProcess
from typing import Any

import numpy as np

from bench.peers_cost import Pids, Reading, Weight, busy, cpu, per_listener, rates, weigh
from rostra.clock import SystemClock
from rostra.rehearsal.connections import Connections
from rostra.rehearsal.ears import Ears
from rostra.rehearsal.figures import Ledger, rounded, row_size
from rostra.rehearsal.guide import Guide
from rostra.rehearsal.listener import Errand
from rostra.rehearsal.own_limit import own_limit
from rostra.rehearsal.phone import OURS, Cut
from rostra.rehearsal.scene import Scene
from rostra.rehearsal.shape import Mix, Plan, Share
from rostra.rehearsal.worker import Control, Guiding, Listening, Orders, Worker
from rostra.testing.patience import until

EACH_WORKER = 5_000  # listeners: none of the receivers may be busy
PLAIN = Mix()
LEAST_MEASURED = 10.0  # s: a crowd's listener is sent something every 7.68 s, and see _LAST
_SECOND = 1_000_000_000
_READY = 30.0
_HEAD_START = 0.2
_END_PATIENCE = 20.0
_LAST = 2.0  # s before the end in which nothing is measured: the workers finish


@dataclass(frozen=True)
class Opponent:
    """A server that runs, who of its processes serves and who feeds it, and how to listen to it."""

    port: int
    serving: Pids
    feeding: Pids
    slug: str
    mix: Mix = PLAIN
    guide: Callable[[Connections, Errand], Guiding] = Guide
    ears: Callable[[Scene], Listening] = Ears
    cut: Cut = OURS


@dataclass(frozen=True)
class Crowd:
    """`settle` of the seconds of the plan's hold pass before anything is measured."""

    plan: Plan
    settle: float

    def of(self, listeners: int) -> Crowd:
        return replace(self, plan=replace(self.plan, listeners=listeners))


class _Receivers:
    """The workers, and the memory that they share with us."""

    def __init__(self, opponent: Opponent, plan: Plan) -> None:
        self._workers = max(1, -(-plan.listeners // EACH_WORKER))
        seconds = int(plan.length) + 60
        size = (2 + self._workers * row_size(seconds)) * 8
        memory = np.frombuffer(mmap.mmap(-1, size), np.float64)
        self.control, self.clock = Control(memory[:2]), SystemClock()
        self.ledger = Ledger(memory[2:], self._workers, seconds)
        self._processes = [self._started(opponent, plan, at) for at in range(self._workers)]
        self.pids = [process.pid for process in self._processes if process.pid is not None]

    def _started(self, opponent: Opponent, plan: Plan, number: int) -> BaseProcess:
        orders = Orders(
            target=("127.0.0.1", opponent.port),
            sources=(f"127.0.{number // 250 + 1}.{number % 250 + 2}",),
            errand=Errand(f"127.0.0.1:{opponent.port}", opponent.slug, "loopback"),
            plan=plan,
            mix=opponent.mix,
            share=Share(number, self._workers),
            guide=opponent.guide,
            ears=opponent.ears,
            cut=opponent.cut,
        )
        row, context = self.ledger.rows[number], multiprocessing.get_context("fork")
        process = context.Process(
            target=lambda: Worker(orders, row, self.control, self.clock).run(), daemon=True
        )
        process.start()
        return process

    def begin(self) -> None:
        """All at once, when each knows the programme."""
        ready = self.ledger
        until(lambda: self._look() and ready.whole("ready") == self._workers, "workers", _READY)
        self.control.begin(self.clock.boot_ns() / _SECOND + _HEAD_START)

    def _look(self) -> bool:
        if self.lost:
            raise RuntimeError("A worker died at once: its message is above.")
        return True

    @property
    def now(self) -> float:
        return self.clock.boot_ns() / _SECOND - self.control.began

    @property
    def lost(self) -> int:
        return sum(process.exitcode not in (None, 0) for process in self._processes)

    def end(self) -> None:
        self.control.stop()
        for process in self._processes:
            process.join(_END_PATIENCE)
            if process.is_alive():
                process.kill()
                process.join()


@contextlib.contextmanager
def _receivers(opponent: Opponent, plan: Plan) -> Iterator[_Receivers]:
    made = _Receivers(opponent, plan)
    try:
        made.begin()
        yield made
    finally:
        made.end()


def most_files() -> int:
    """Ask for as many open files as there may be, which who is started then inherits."""
    _, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


def listened(opponent: Opponent, crowd: Crowd) -> dict[str, Any]:
    """Let the crowd come, stay and go; the figures of it."""
    empty = weigh(opponent.serving())
    plan = crowd.plan
    with _receivers(opponent, plan) as receivers:
        _wait(receivers, plan.ramp + crowd.settle)
        before, listener_seconds = _reading(opponent, receivers), 0.0
        last = before.moment
        while receivers.now < plan.length - _LAST:
            _wait(receivers, receivers.now + 1.0)
            now = receivers.now
            listener_seconds += receivers.ledger.sum("listening") * (now - last)
            last = now
        after = _reading(opponent, receivers)
        held = receivers.ledger.whole("listening")
        full = weigh(opponent.serving())
    cost = rates(before, after, listener_seconds)
    return _told(receivers, plan, held) | cost | {"memory": _memory(empty, full, held)}


def _wait(receivers: _Receivers, moment: float) -> None:
    """Until `moment` seconds after the beginning."""
    while (left := moment - receivers.now) > 0:
        signal.sigtimedwait([], left)


def _reading(opponent: Opponent, receivers: _Receivers) -> Reading:
    return Reading(
        receivers.now, cpu(opponent.serving()), cpu(opponent.feeding()), cpu(receivers.pids), busy()
    )


def _memory(empty: Weight, full: Weight, held: int) -> dict[str, Any]:
    return {"server_mib": round(full.serving, 1), **per_listener(empty, full, held)}


def _told(receivers: _Receivers, plan: Plan, held: int) -> dict[str, Any]:
    ledger = receivers.ledger
    return {
        "asked": plan.listeners,
        "held": held,
        "classes": {name: ledger.whole(name) for name in ("calm", "busy", "crowd", "hls")},
        "first_sound": _shares(ledger, "first"),
        "ear_latency": _shares(ledger, "latency"),
        "silence": {
            "listeners": ledger.whole("silent_listeners"),
            "max": rounded(ledger.max("silence_max")),
            "total": rounded(ledger.sum("silence_total")),
        },
        "cut": ledger.whole("cut"),
        "bytes": ledger.whole("bytes"),
        "receivers": len(ledger.rows),
        "limit": own_limit(ledger, seconds=plan.length, lost_workers=receivers.lost),
    }


def _shares(ledger: Ledger, name: str) -> dict[str, float | None]:
    return {f"p{share}": ledger.percentile(name, share / 100) for share in (50, 99)}


def ratios(figures: dict[str, dict[str, Any]]) -> dict[str, float | None]:
    """What a listener's second of Rostra costs beside one of each of the others."""
    ours = figures["rostra"]["us_per_listener_second"]
    return {
        name: round(ours / one["us_per_listener_second"], 3)
        if ours and one["us_per_listener_second"] else None
        for name, one in figures.items() if name != "rostra"
    }  # fmt: skip


def limits(figures: dict[str, dict[str, Any]], cores: int) -> Sequence[str]:
    """Where the receiver was the limit, in words."""
    said = [f"{name}: {one['limit']}" for name, one in figures.items() if one["limit"]]
    said += [
        f"{name}: all of the machine's {cores} cores were in use."
        for name, one in figures.items()
        if one["machine_cores"] > 0.9 * cores
    ]
    return said
