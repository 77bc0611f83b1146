"""`rostra serve`: from settings to a running machine, and to a clean end."""

from __future__ import annotations

import os
import select
import signal
import time
from collections.abc import Callable, Mapping
from dataclasses import replace

import setproctitle

from rostra.node import bus, folder, ports, ready
from rostra.node.child import Child, Recipe
from rostra.node.doors import write_doors
from rostra.node.notes import note
from rostra.node.prepare import prepare
from rostra.node.recipes import part
from rostra.node.renewal import CertificateWatch, kept, with_copy
from rostra.node.supervisor import END_SECONDS, Supervisor
from rostra.node.watch import StageWatch
from rostra.programme.places import Places
from rostra.settings import NodeSettings, Value, node_settings

LOOK_SECONDS = 0.25
DEMO_SLUG = "demo"
_SLOW_START_SECONDS = 30.0
_ALL_ENDED_SECONDS = 4.5


def serve(values: Mapping[str, Value], say: Callable[[str], None]) -> int:
    """Run everything until SIGTERM or SIGINT; `say` prints a line for the operator.

    SIGHUP renews the certificate; if it comes because the terminal is gone, it is the end as well.
    Raises Misconfigured when the operator must change something first.
    """
    setproctitle.setproctitle("rostra serve")
    settings = _with_whole_path(node_settings(values))
    chosen = {**values, "data": str(settings.data)}
    ports.check_free(settings.web.host, settings.web.port, "--port")
    ports.check_free(settings.edge.host, settings.edge.live_port, "--live-port")
    server = bus.find_server()
    places, lock = folder.take(settings.data)
    try:
        bus_recipe = bus.prepare(places, server)
        prepared = prepare(chosen)
        watch = None
        if settings.web.tls is not None:
            watch = CertificateWatch(settings.web.tls, places)
            chosen = with_copy(chosen, places)
            settings = node_settings(chosen)
        else:
            kept(places).unlink(missing_ok=True)  # no key stays that nobody needs
        write_doors(places, settings, ready.reachable(settings.web.host))
        if prepared.sign_in_link:
            say(f"administrator: open this link once to sign in: {prepared.sign_in_link}")
        node = _Node(settings, chosen, places, lock, bus_recipe=bus_recipe, certificate=watch)
        return node.run(say)
    finally:
        os.close(lock)


def _with_whole_path(settings: NodeSettings) -> NodeSettings:
    return replace(settings, data=settings.data.absolute())


class _Node:
    """The children that should run now, and the loop that sees to it."""

    def __init__(
        self,
        settings: NodeSettings,
        chosen: Mapping[str, Value],
        places: Places,
        lock: int,
        *,
        bus_recipe: Recipe,
        certificate: CertificateWatch | None,
    ) -> None:
        self._settings, self._chosen, self._places = settings, chosen, places
        self._fixed = {
            recipe.title: recipe
            for recipe in (bus_recipe, part("edges", chosen), part("web", chosen))
        }
        self._stages = StageWatch(places)
        self._certificate = certificate
        self._supervisor = Supervisor(lambda recipe: Child(recipe, keep_open=[lock]))
        self._wakeups = _Wakeups()
        self._announced = False
        self._started = time.monotonic()

    def run(self, say: Callable[[str], None]) -> int:
        note("serve started", pid=os.getpid(), data=self._places.root)
        with self._wakeups:
            while not self._wakeups.stop:
                now = time.monotonic()
                self._supervisor.turn(self._wanted(now), now)
                self._renew(now)
                if not self._announced:
                    self._announce(say, now)
                self._wakeups.wait(self._pause(now))
            self._end()
        note("serve ended")
        return 0

    def _wanted(self, now: float) -> dict[str, Recipe]:
        """Bus, edges and web always; a stage for each Space that needs one; the demo's speakers."""
        slugs = self._stages.slugs(now)
        wanted = {**self._fixed}
        for slug in slugs:
            recipe = part("stage", self._chosen, slug)
            wanted[recipe.title] = recipe
        if self._settings.demo and DEMO_SLUG in slugs:
            wanted["demo"] = part("demo", self._chosen)
        return wanted

    def _renew(self, now: float) -> None:
        """Let web and edges take the certificate anew where it is renewed."""
        told = self._wakeups.told_to_renew()
        if self._certificate is None:
            if told:
                note("nothing to renew: there is no certificate")
        elif self._certificate.renewed(now, told=told):
            self._supervisor.send(("web", "edges"), signal.SIGHUP)

    def _pause(self, now: float) -> float:
        due = self._supervisor.next_due()
        return LOOK_SECONDS if due is None else min(LOOK_SECONDS, max(0.0, due - now))

    def _announce(self, say: Callable[[str], None], now: float) -> None:
        web, edge = self._settings.web, self._settings.edge
        certificate = web.tls.certificate if web.tls else None
        if (
            ready.bus_answers(self._places.bus)
            and ready.pages_answer(edge.host, edge.live_port, certificate)
            and ready.pages_answer(web.host, web.port, certificate)
        ):
            if self._settings.demo:
                say(f"listen: {edge.live_url}/s/{DEMO_SLUG}")
            say(f"ready: {web.public_url}")
            note("ready", seconds=round(now - self._started, 3))
            self._announced = True
        elif now - self._started > _SLOW_START_SECONDS:
            note("still not ready: see the lines of the parts above", level="warning")
            self._started = now

    def _end(self) -> None:
        """The bus goes last, so that the others can say goodbye over it."""
        begun = time.monotonic()
        for wanted in ({"bus": self._fixed["bus"]}, {}):
            while self._supervisor.running().keys() - wanted.keys():
                now = time.monotonic()
                self._supervisor.turn(wanted, now)
                if now - begun > _ALL_ENDED_SECONDS + END_SECONDS:
                    note("children are left over", level="error", left=self._supervisor.running())
                    return
                self._wakeups.wait(0.05)


class _Wakeups:
    """Signals as a readable descriptor: a dead child or a stop ends the wait at once."""

    def __init__(self) -> None:
        self.stop = False
        self._renew = False
        self._had_terminal = _has_terminal()
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._read, select.POLLIN)

    def __enter__(self) -> None:
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hang_up)

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        if self._poll.poll(max(1, round(seconds * 1000))):
            os.read(self._read, 4096)

    def told_to_renew(self) -> bool:
        """Whether a SIGHUP came since the last time this was asked."""
        told, self._renew = self._renew, False
        return told

    def _on_stop(self, *_: object) -> None:
        self.stop = True

    def _on_hang_up(self, *_: object) -> None:
        if self._had_terminal and not _has_terminal():
            self.stop = True
        else:
            self._renew = True


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal that somebody still sits at."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
