"""One process of a rehearsal: up to 19,000 listeners in one loop.

Sounds are read first; then those come who are due, a few at a time; then those who come again.
Once a second everything that was only counted is worked out.
"""

from __future__ import annotations

import gc
import os
import ssl
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np

from rostra.clock import Clock
from rostra.rehearsal.audience import Audience, State
from rostra.rehearsal.connections import Connections
from rostra.rehearsal.ears import Ears
from rostra.rehearsal.figures import Floats, Row, bins_of
from rostra.rehearsal.guide import Guide
from rostra.rehearsal.listener import CLASSES, Errand
from rostra.rehearsal.phone import OURS, Cut
from rostra.rehearsal.phones import Phones
from rostra.rehearsal.reference import Reference
from rostra.rehearsal.scene import Scene
from rostra.rehearsal.shape import RECONNECTING, Mix, Plan, Share
from rostra.rehearsal.slow import Slow

_AT_ONCE = 64  # connections opened before sounds have their turn again
_EVENTS = 4096
_HOLD_NAP = 0.06
_COLLECTED_AFTER = 100_000  # objects
_LAST = 1.0  # s for those who come last
_LATE = 0.25
_SECOND = 1_000_000_000


class Guiding(Protocol):
    """Keeps the reference up to date by which the bytes of all others are understood."""

    reference: Reference

    def look(self, now: float) -> None: ...


class Listening(Protocol):
    """Those who are no phones: each comes by `start`, and is `cut` when its connection is gone."""

    @property
    def joining(self) -> int: ...
    @property
    def verified(self) -> int: ...
    def start(self, one: int, *, verify: bool = False) -> bool: ...
    def cut(self, cut: list[int]) -> None: ...
    def look(self, *, last: bool = False) -> None: ...
    def break_off(self, share: float) -> None: ...


@dataclass(frozen=True)
class Orders:
    """What a worker is told before it begins.

    `guide`, `ears` and `cut` speak with Rostra; with another server the worker is the same.
    """

    target: tuple[str, int]
    sources: tuple[str, ...]
    errand: Errand
    plan: Plan
    mix: Mix
    share: Share
    tls: tuple[ssl.SSLContext, str] | None = None
    on_the_way: int | None = None  # how many may be at once, where that is for us to say
    guide: Callable[[Connections, Errand], Guiding] = Guide
    ears: Callable[[Scene], Listening] = Ears
    cut: Cut = OURS


class Control:
    """Two words shared with the conductor: the boot time (s) of the beginning or 0, the end."""

    def __init__(self, words: Floats) -> None:
        self._words = words

    @property
    def began(self) -> float:
        return float(self._words[0])

    @property
    def stopped(self) -> bool:
        return bool(self._words[1])

    def begin(self, moment: float) -> None:
        self._words[0] = moment

    def stop(self) -> None:
        self._words[1] = 1.0


class Worker:
    """Runs until the plan is done, the conductor says so, or is no more."""

    def __init__(self, orders: Orders, row: Row, control: Control, clock: Clock) -> None:
        self._orders, self._row, self._control, self._clock = orders, row, control, clock
        count = self._count = orders.share.of(orders.plan.listeners)
        self._connections = Connections(orders.target, orders.sources, count, orders.tls)
        self._guide = orders.guide(self._connections, orders.errand)
        length = int(orders.plan.length) + 60
        self._audience = Audience(count, self._guide.reference, length)
        self._scene = Scene(self._connections, self._audience, orders.errand, row)
        self._ears, self._phones = orders.ears(self._scene), Phones(self._scene, orders.cut)
        self._slow = Slow(self._scene)
        self._started = 0
        self._broke = orders.plan.break_at is None
        self._nap = min(0.05, max(0.002, 0.002 * orders.share.workers))
        self._parent = os.getppid()
        self._polled = 0.0
        # Not all in the same moment: what is worked out then takes the CPU for some time.
        self._next_second = 1.0 + orders.share.worker / orders.share.workers

    def run(self) -> None:
        """Everything."""
        gc.freeze()
        gc.set_threshold(_COLLECTED_AFTER)  # nothing here goes round in circles
        self._wait_for_the_beginning()
        while not self._over():
            self._turn()
        self._second(last=True)

    def _wait_for_the_beginning(self) -> None:
        """Until the reference has read, and all begin."""
        while not self._control.began and not self._over():
            self._guide.look(self._clock.boot_ns() / _SECOND)
            self._row["ready"] = float(self._guide.reference.known > 0)
            events = self._connections.poll.poll(0.02, _EVENTS)
            self._connections.drain(events, self._scene.socks)

    def _over(self) -> bool:
        done = self._control.began and self._scene.now > self._orders.plan.length + _LAST
        return bool(done) or self._control.stopped or os.getppid() != self._parent

    def _turn(self) -> None:
        scene = self._scene
        events = self._connections.poll.poll(0, _EVENTS)
        boot = self._clock.boot_ns() / _SECOND
        now = scene.now = boot - self._control.began
        self._note_lateness(now)
        who, counts, cut = self._connections.drain(events, scene.socks)
        if who:
            self._audience.heard(who, counts, [now] * len(who))
            self._row.add("bytes", sum(counts))
        self._phones.hear()
        if cut:
            self._ears.cut(cut)
        self._guide.look(boot)
        self._come_again()
        behind = self._come()
        if now >= self._next_second:
            self._next_second = max(now, self._next_second + 1.0)
            self._second()
        if len(events) < _EVENTS and not behind:
            busy = self._ears.joining or self._started < self._count
            time.sleep(self._nap if busy else _HOLD_NAP)

    def _note_lateness(self, now: float) -> None:
        """Time in which we should have looked at the sockets and did not."""
        gap = now - self._polled
        if gap > _LATE:
            self._row.add("late_seconds", gap)
            self._row.largest("late_longest", [gap])
        self._polled = now

    # coming

    def _come(self) -> bool:
        """Let those come who are due; whether there are more of them who may."""
        plan, share = self._orders.plan, self._orders.share
        due = share.of(plan.due(self._scene.now))
        may = _AT_ONCE
        if self._orders.on_the_way is not None:
            may = min(may, self._orders.on_the_way - self._ears.joining)
        for one in range(self._started, min(due, self._started + may)):
            if not self._start(one):
                self._scene.later(one, 1.0)
            self._started += 1
        self._row["started"] = self._started
        if self._started < due:
            late = self._scene.now - plan.when(share.number(self._started))
            self._row.largest("behind_longest", [late])
        if not self._broke and self._scene.now >= (plan.break_at or 0.0):
            self._broke = True
            self._ears.break_off(RECONNECTING)
        return may == _AT_ONCE and self._started < due

    def _start(self, one: int) -> bool:
        self._audience.asked[one] = self._scene.now
        kind = self._orders.mix.kind(self._orders.share.number(one))
        if kind == "slow":
            return self._slow.start(one)
        if kind == "hls":
            return self._phones.start(one)
        return self._ears.start(one, verify=kind == "verify")

    def _come_again(self) -> None:
        for one in self._scene.due(4 * _AT_ONCE):
            if one in self._phones:
                went = self._phones.again(one)
            elif one in self._slow:
                went = self._slow.start(one)
            else:
                went = self._ears.start(one)
            if not went:
                self._scene.later(one, 1.0)

    # once a second

    def _second(self, *, last: bool = False) -> None:
        audience, now = self._audience, self._scene.now
        audience.settle(now, force=last)
        audience.listen(now)
        if not last:
            self._phones.look()
            self._slow.read()
        self._ears.look(last=last)
        self._write_counts()
        self._write_times(now)

    def _write_counts(self) -> None:
        row, audience, scene = self._row, self._audience, self._scene
        listening = audience.counted & (audience.state == State.LISTENING)
        phones = np.zeros(self._count, np.bool_)
        phones[self._phones.numbers] = True
        ever = audience.joined & audience.counted
        came = np.arange(self._count) < self._started
        row["joined"] = ever.sum()
        row["listening"] = listening.sum()
        row["refused"] = (scene.turned_away & ~ever).sum()
        row["failed"] = (came & ~ever & ~scene.turned_away & audience.counted).sum()
        row["over"] = (audience.state == State.OVER).sum()
        for number, name in enumerate(CLASSES):
            row[name] = (listening & ~phones & (audience.kind == number)).sum()
        row["hls"], row["slow"] = len(self._phones), len(self._slow)
        row["hls_listening"] = (listening & phones).sum()
        row["hls_silent"] = (phones & (audience.players.silence > 0)).sum()
        row["verified"] = self._ears.verified
        row["missing_seconds"] = audience.missing
        row["holes"] = audience.reference.holes

    def _write_times(self, now: float) -> None:
        row, audience, scene = self._row, self._audience, self._scene
        for name, values in (
            ("join", audience.join_times),
            ("first", audience.first_sound),
            ("refusal", scene.refusals),
        ):
            if values:
                row.histograms[name] += bins_of(values)
                if name == "refusal":
                    row.add("refusals", len(values))
                else:
                    row.largest(f"{name}_max", values)
                values.clear()
        latencies = audience.latencies(now, self._clock.wall_ms() / 1000)
        if len(latencies):
            row.histograms["latency"] += bins_of(latencies)
        silences = audience.silences()
        row["silent_listeners"] = (silences > 0).sum()
        row["silence_total"] = silences.sum()
        row["silence_max"] = silences.max(initial=0.0)
        row.histograms["silence"][:] = bins_of(silences) if len(silences) else 0
        row.silent_by_second[:] = audience.players.silent_changes[: len(row.silent_by_second)]
