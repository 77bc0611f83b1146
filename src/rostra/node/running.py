"""What runs on this machine, and the loop that sees to it."""

from __future__ import annotations

import os
import signal
import time
from collections.abc import Callable, Iterable

from rostra.errors import RostraError
from rostra.node import asking, ready
from rostra.node.asking import Report
from rostra.node.child import Adopted, Child, Recipe
from rostra.node.ground import Ground
from rostra.node.handover import Handover
from rostra.node.notes import note
from rostra.node.recipes import edges, part
from rostra.node.supervisor import END_SECONDS, Supervisor
from rostra.node.upgrade import Steps, arrival, departure
from rostra.node.wakeups import Wakeups
from rostra.node.watch import StageWatch

LOOK_SECONDS = 0.25
DEMO_SLUG = "demo"
_SLOW_START_SECONDS = 30.0
_ALL_ENDED_SECONDS = 4.5


class Node:
    """The children that should run now, on this `ground`."""

    def __init__(self, ground: Ground, before: Handover | None) -> None:
        """With the children that another version's supervisor left, if there was one `before`."""
        self._ground = ground
        chosen = ground.chosen
        recipes = (ground.bus, edges(chosen, ground.listener.fileno()), part("web", chosen))
        self._fixed = {recipe.title: recipe for recipe in recipes}
        children = before.children if before is not None else {}
        self._stages = StageWatch(ground.places, on=_spaces(children))
        self._supervisor = Supervisor(self._start)
        self._wakeups = Wakeups()
        self._announced = before is not None
        self._started = time.monotonic()
        self._report: Report | None = None
        self._steps: Steps | None = None
        if before is not None:
            self._adopt(before)

    def _start(self, recipe: Recipe) -> Child:
        return Child(recipe, keep_open=[self._ground.lock])

    def _adopt(self, before: Handover) -> None:
        for title, child in before.children.items():
            self._supervisor.adopt(title, Adopted(child.pid), child.started)
        self._report = Report(self._ground.places, before.request)
        self._steps = arrival(self._ground, self._supervisor, before.version, self._report)

    def run(self, say: Callable[[str], None]) -> int:
        """Until SIGTERM or SIGINT; the exit code."""
        note("serve started", pid=os.getpid(), data=self._ground.places.root)
        with self._wakeups:
            while not self._wakeups.stop:
                self._upgrade()  # first, for whom the version before left is not to end at once
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
            recipe = part("stage", self._ground.chosen, slug)
            wanted[recipe.title] = recipe
        if self._ground.settings.demo and DEMO_SLUG in slugs:
            wanted["demo"] = part("demo", self._ground.chosen)
        return wanted

    def _renew(self, now: float) -> None:
        """Let web and edges take the certificate anew where it is renewed."""
        told = self._wakeups.told_to_renew()
        if self._ground.certificate is None:
            if told:
                note("nothing to renew: there is no certificate")
        elif self._ground.certificate.renewed(now, told=told):
            self._supervisor.send(("web", "edges"), signal.SIGHUP)

    def _upgrade(self) -> None:
        """One step of going over to another version, should somebody have asked for it."""
        if self._steps is None and self._announced:
            self._begin_upgrade()
        if self._steps is None or self._report is None:
            return
        try:
            next(self._steps)
        except StopIteration:
            self._steps = None
        except RostraError as reason:
            self._steps = None
            self._report.end(1, f"{reason.sentence} Nothing was changed.")
        except OSError as reason:  # such as no descriptor left: it must not end everybody's sound
            self._steps = None
            self._report.end(1, f"The upgrade met a fault ({reason}): see the server's log.")

    def _begin_upgrade(self) -> None:
        if (request := asking.asked(self._ground.places)) is not None:
            self._report = Report(self._ground.places, request.id)
            self._steps = departure(
                self._ground, self._supervisor, self._start, request.code, self._report
            )

    def _pause(self, now: float) -> float:
        due = self._supervisor.next_due()
        return LOOK_SECONDS if due is None else min(LOOK_SECONDS, max(0.0, due - now))

    def _announce(self, say: Callable[[str], None], now: float) -> None:
        web, edge = self._ground.settings.web, self._ground.settings.edge
        certificate = web.tls.certificate if web.tls else None
        if (
            ready.bus_answers(self._ground.places.bus)
            and ready.pages_answer(edge.host, edge.live_port, certificate)
            and ready.pages_answer(web.host, web.port, certificate)
        ):
            if self._ground.settings.demo:
                say(f"listen: {edge.live_url}/s/{DEMO_SLUG}")
            say(f"ready: {web.public_url}")
            note("ready", seconds=round(now - self._started, 3))
            self._announced = True
        elif now - self._started > _SLOW_START_SECONDS:
            note("still not ready: see the lines of the parts above", level="warning")
            self._started = now

    def _end(self) -> None:
        """The bus goes last, so that the others can say goodbye over it."""
        if self._steps is not None:
            self._steps.close()
            asking.forget(self._ground.places)
        self._ground.listener.close()  # the edges close it last
        self._supervisor.hurry()
        begun = time.monotonic()
        for wanted in ({"bus": self._fixed["bus"]}, {}):
            while self._supervisor.running().keys() - wanted.keys():
                now = time.monotonic()
                self._supervisor.turn(wanted, now)
                if now - begun > _ALL_ENDED_SECONDS + END_SECONDS:
                    note("children are left over", level="error", left=self._supervisor.running())
                    return
                self._wakeups.wait(0.05)


def _spaces(titles: Iterable[str]) -> list[str]:
    """The Spaces whose stages are among these children."""
    kind = "stage "
    return [title.removeprefix(kind) for title in titles if title.startswith(kind)]
