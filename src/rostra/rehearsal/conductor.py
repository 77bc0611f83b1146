"""A whole rehearsal: asks whether it may, starts the workers, collects what they count, tells it.

Workers are forked from this small process; all they share with it is one piece of memory, in which
each has a row of numbers. Whatever happens to any of them, what it counted so far is there.
"""

from __future__ import annotations

import mmap
import os
import resource
import signal
import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from setproctitle import setproctitle

from rostra import __version__
from rostra.clients.pinned import Pinned
from rostra.clock import Clock
from rostra.errors import BadInput, Misconfigured, RostraError, Unavailable
from rostra.machine import sysctl
from rostra.rehearsal import permission
from rostra.rehearsal.connections import MOST_EACH
from rostra.rehearsal.figures import Ledger, document, row_size
from rostra.rehearsal.listener import Errand
from rostra.rehearsal.overseer import Overseer
from rostra.rehearsal.own_limit import own_limit
from rostra.rehearsal.shape import Mix, Plan, Share
from rostra.rehearsal.watch import Watch
from rostra.rehearsal.worker import Control, Orders, Worker

_SECOND = 1_000_000_000
_READY_PATIENCE = 20.0
_HEAD_START = 0.2
_END_PATIENCE = 15.0
_KEPT_FILES = 256
_MOST_WORKERS = 250
_SOURCES_EACH = 4
# Listeners on their way at once on the server's own machine: what they need of the CPU the server
# has not, so they come later than planned (and we say so) rather than keep it from answering.
_ON_THE_WAY = 6_000
_NICE = 10  # as the edges have it: on their machine no listener may go before them
_SIGNALS = {signal.SIGINT, signal.SIGTERM, signal.SIGCHLD}
_SYSCTLS = (
    "net.core.somaxconn", "net.ipv4.tcp_max_syn_backlog", "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_rmem", "net.ipv4.tcp_wmem", "net.ipv4.tcp_mem", "fs.file-max",
)  # fmt: skip


@dataclass(frozen=True)
class Wish:
    """What is to be rehearsed: the page of a Space, and the crowd."""

    url: str
    plan: Plan
    mix: Mix
    token: str | None = None
    pinned: Pinned | None = None


@dataclass(frozen=True)
class Progress:
    """How it goes, once a second."""

    t: float
    length: float
    asked: int
    listening: int
    joins: int
    silent: int
    mismatches: int
    first_p99: float | None
    server_cores: float
    client_cores: float


def rehearse(wish: Wish, clock: Clock, tell: Callable[[Progress], None]) -> dict[str, Any]:
    """Do it, and give the document. SIGINT and SIGTERM end it early.

    Raises BadInput or Misconfigured when it must not or cannot begin, Unavailable when there is no
    sound to be heard.
    """
    place = permission.find(wish.url, wish.pinned)
    permission.check(place, wish.token, wish.plan.listeners)
    _look_at_page(place)
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    conductor = _Conductor(wish, place, clock, tell)
    try:
        return conductor.run()
    finally:
        conductor.end()
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _look_at_page(place: permission.Place) -> None:
    status, _ = permission.get(place, f"/s/{place.slug}")
    if status == 404:
        raise BadInput(f"There is no Space {place.slug} at {place.host}: look at its address.")
    status, _ = permission.get(place, f"/live/{place.slug}/state.json")
    if status == 410:
        raise BadInput(f"The Space {place.slug} is over: rehearse one that is on, or in its lobby.")


def _files() -> int:
    """Files one process may hold, after asking for the most."""
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    return hard


class _Conductor:
    """One rehearsal."""

    def __init__(
        self, wish: Wish, place: permission.Place, clock: Clock, tell: Callable[[Progress], None]
    ) -> None:
        self._wish, self._place, self._clock, self._tell = wish, place, clock, tell
        count = wish.plan.listeners
        each = min(MOST_EACH, _files() - _KEPT_FILES)
        self._workers = -(-count // max(1, each))
        if each < 1 or self._workers > _MOST_WORKERS:
            raise Misconfigured(
                f"One process may hold {each + _KEPT_FILES} files here: too few for {count} "
                "listeners. Raise the limit (ulimit -n)."
            )
        seconds = int(wish.plan.length) + 60
        size = (2 + self._workers * row_size(seconds)) * 8
        memory = np.frombuffer(mmap.mmap(-1, size), np.float64)
        self._control = Control(memory[:2])
        self._ledger = Ledger(memory[2:], self._workers, seconds)
        self._children: set[int] = set()
        self._lost_workers = 0
        self._stopped: str | None = None
        self._overseer = Overseer(place, wish.token, count)

    def run(self) -> dict[str, Any]:
        for number in range(self._workers):
            self._start(number)
        watch = Watch(
            self._ledger, self._place.port, self._wish.plan.ramp, here=self._place.loopback
        )
        self._wait_until_ready()
        self._control.begin(self._clock.boot_ns() / _SECOND + _HEAD_START)
        self._overseer.start()
        while self._children and self._stopped is None:
            self._sleep(1.0)
            watch.look(self._now(), self._wish.plan.due(self._now()))
            self._tell(self._progress(watch))
            self._stopped = self._stopped or self._overseer.trouble or self._over()
        watch.weigh()
        self.end()
        return self._document(watch)

    # workers

    def _start(self, number: int) -> None:
        share = Share(number, self._workers)
        orders = Orders(
            target=(self._place.address, self._place.port),
            sources=_sources(number, self._place),
            errand=Errand(
                self._place.host, self._place.slug,
                permission.word(self._place, self._wish.token),
            ),
            plan=self._wish.plan,
            mix=self._wish.mix,
            share=share,
            tls=self._place.tls,
            on_the_way=_ON_THE_WAY // self._workers if self._place.loopback else None,
        )  # fmt: skip
        pid = os.fork()
        if pid == 0:
            os._exit(_work(orders, self._ledger, number, self._control, self._clock))
        self._children.add(pid)

    def _wait_until_ready(self) -> None:
        deadline = self._clock.boot_ns() + _READY_PATIENCE * _SECOND
        while self._ledger.whole("ready") < self._workers and self._stopped is None:
            self._sleep(0.05)
            if self._lost_workers:
                raise Unavailable("A part of the rehearsal died at once: tell its makers.")
            if self._clock.boot_ns() > deadline:
                raise Unavailable(
                    f"No sound comes from {self._wish.url}: open its lobby or go on air first."
                )

    def _sleep(self, seconds: float) -> None:
        """Until then, or a signal; children that ended are buried."""
        deadline = self._clock.boot_ns() + seconds * _SECOND
        while (left := deadline - self._clock.boot_ns()) > 0:
            caught = signal.sigtimedwait(_SIGNALS, left / _SECOND)
            self._bury()
            if caught is not None and caught.si_signo != signal.SIGCHLD:
                self._stopped = f"It was stopped after {self._now():.0f} s."
                return
            if not self._children:
                return

    def _bury(self) -> None:
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            self._children.discard(pid)
            self._lost_workers += status != 0

    def end(self) -> None:
        """Every worker ends, at the latest after a while by force."""
        self._overseer.stop()
        self._control.stop()
        deadline = self._clock.boot_ns() + _END_PATIENCE * _SECOND
        while self._children and self._clock.boot_ns() < deadline:
            signal.sigtimedwait({signal.SIGCHLD}, 0.1)
            self._bury()
        for pid in list(self._children):
            os.kill(pid, signal.SIGKILL)
            os.waitpid(pid, 0)
            self._children.discard(pid)
            self._lost_workers += 1

    # what is told

    def _now(self) -> float:
        began = self._control.began
        return max(0.0, self._clock.boot_ns() / _SECOND - began) if began else 0.0

    def _over(self) -> str | None:
        status = self._ledger.max("over_status")
        if status == 410:
            return "The Space ended."
        if status:
            return f"The server answers {status:.0f} to listeners."
        return None

    def _asked(self) -> int:
        """Those who are to hear: not those who read too slowly on purpose."""
        kind, count = self._wish.mix.kind, self._wish.plan.listeners
        if not self._wish.mix.slow:
            return count
        return sum(kind(number) != "slow" for number in range(count))

    def _progress(self, watch: Watch) -> Progress:
        ledger = self._ledger
        return Progress(
            t=self._now(),
            length=self._wish.plan.length,
            asked=self._wish.plan.listeners,
            listening=ledger.whole("listening"),
            joins=watch.series[-1]["joins"],
            silent=ledger.whole("silent_listeners"),
            mismatches=ledger.whole("mismatches"),
            first_p99=ledger.percentile("first", 0.99),
            server_cores=watch.server_cores,
            client_cores=watch.client_cores,
        )

    def _document(self, watch: Watch) -> dict[str, Any]:
        server, client = watch.told(self._overseer.stage_tick)
        wish = self._wish
        return document(
            self._ledger,
            asked=self._asked(),
            server=server,
            client=client,
            series=watch.series,
            setup={
                "url": wish.url, "listeners": wish.plan.listeners, "shape": wish.plan.shape,
                "ramp": wish.plan.ramp, "hold": wish.plan.hold, "verify": wish.mix.verify,
                "slow": wish.mix.slow, "hls": wish.mix.hls, "workers": self._workers,
                "cores": os.cpu_count(), "files": _files(), "kernel": os.uname().release,
                "python": sys.version.split()[0], "sysctls": _sysctls(),
                "same_machine": watch.server.root is not None,
                "memory_mib": watch.series[-1]["memory_mib"] if watch.series else None,
            },
            mbit_s_peak=watch.mbit_s_peak,
            stopped=self._stopped,
            limit=own_limit(
                self._ledger, seconds=self._now(), lost_workers=self._lost_workers
            ),
            version=__version__,
        )  # fmt: skip


def _sources(number: int, place: permission.Place) -> tuple[str, ...]:
    """From where the listeners of a worker come, if the server is on this machine (IPv4).

    Several: Linux looks for a free port by trying one after the other, first those that are even.
    Past a third of one address' ports it spends most of a connection's cost on that.
    """
    if not place.loopback or ":" in place.address or sys.platform != "linux":
        return ()
    numbers = range(number * _SOURCES_EACH, (number + 1) * _SOURCES_EACH)
    return tuple(f"127.0.{one // 250}.{one % 250 + 2}" for one in numbers)


def _work(orders: Orders, ledger: Ledger, number: int, control: Control, clock: Clock) -> int:
    """All of a worker's life; its exit code. Nothing may escape into the conductor's code."""
    try:
        setproctitle(f"rostra rehearse {number + 1}")
        os.nice(_NICE)
        signal.signal(signal.SIGINT, signal.SIG_IGN)
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
        Worker(orders, ledger.rows[number], control, clock).run()
    except RostraError as reason:
        sys.stderr.write(f"{reason.sentence}\n")
        return 1
    except BaseException as reason:
        sys.excepthook(type(reason), reason, reason.__traceback__)
        return 1
    return 0


def _sysctls() -> dict[str, str]:
    found = {name: sysctl(name) for name in _SYSCTLS}
    return {name: " ".join(map(str, numbers)) for name, numbers in found.items() if numbers}
