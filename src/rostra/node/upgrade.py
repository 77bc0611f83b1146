"""Going over to another version of Rostra while everything runs, in steps that never wait.

In the supervisor that is there (`departure`):

    trial     the new version is started with our own arguments, and says whether it would take over
    edges     its edges are started beside ours, on the same socket, until they accept
    prepare   it brings the database up to date

Until here nothing has changed, and nothing does if a step fails. Then the supervisor becomes the
new version by `execve`: same process, same children, same lock, same socket. In it (`arrival`):

    edges     those of before take nobody any more, and are drained one after the other
    web       ends, and starts anew

Stages and the demo's speakers stay what they are until their Space ends; the bus until a restart.
"""

from __future__ import annotations

import os
import select
import signal
import sys
import time
from collections.abc import Callable, Generator, Mapping
from dataclasses import replace
from io import RawIOBase
from typing import Any

from rostra import __version__
from rostra.edge.listener import LISTENER, READY
from rostra.errors import Misconfigured
from rostra.node import ready
from rostra.node.asking import Code, Report
from rostra.node.child import Child, Recipe
from rostra.node.errand import Errand
from rostra.node.ground import Ground
from rostra.node.handover import HANDOVER, Handover, Running, Stand
from rostra.node.prepare import SECONDS as PREPARE_SECONDS
from rostra.node.supervisor import Supervisor
from rostra.node.wakeups import HELD

BEFORE, NEXT = "edges before", "edges next"
RETIRE = signal.SIGUSR1
_TRIAL_SECONDS, _EDGES_SECONDS, _WEB_SECONDS = 60.0, 60.0, 60.0
_DRAINED_SECONDS = 15 * 60.0
Steps = Generator[None, None, None]
Start = Callable[[Recipe], Child]


def departure(
    ground: Ground, supervisor: Supervisor, start: Start, code: Code, report: Report
) -> Steps:
    """The steps to the end of this version. Raises Misconfigured, and then nothing was changed."""
    while NEXT in supervisor.running():  # of a departure that failed just before
        yield
    report.say(f"Rostra {__version__} tries the version of {code.python}.")
    handover = Handover(
        __version__, ground.lock, ground.listener.fileno(), Stand.of(ground.settings), report.id
    )
    trial = yield from Errand(_trial(code, handover), _TRIAL_SECONDS).steps()
    edges, preparation = _recipe(trial, "edges", code), _recipe(trial, "prepare", code)
    report.say(f"Rostra {trial.get('version')} starts with these settings.")
    reads, writes = os.pipe()
    started = time.monotonic()
    with os.fdopen(reads, "rb", buffering=0) as said:
        try:
            zygote = _beside(ground, start, edges, writes)
        finally:
            os.close(writes)
        try:
            yield from _accepting(zygote, said)
            report.say("Its edges accept listeners.")
            yield from Errand(preparation, PREPARE_SECONDS).steps()
            report.say("The database is as it needs it.")
            children = {**_children(supervisor), "edges": Running(zygote.pid, started)}
            _become(code, replace(handover, children=children))
        finally:
            supervisor.adopt(NEXT, zygote, started)  # which nobody wants, so it is ended


def _trial(code: Code, handover: Handover) -> Recipe:
    text = replace(handover, trial=True).text()
    return Recipe(
        "trial", code.command(*sys.argv[1:]), environ={**code.environ, HANDOVER: text},
        inherits=(handover.listener,),
    )  # fmt: skip


def _recipe(trial: Mapping[str, Any], name: str, code: Code) -> Recipe:
    """How the new version says that one of its parts is started."""
    try:
        told = trial[name]
        return Recipe(
            str(told["title"]), [str(one) for one in told["command"]], int(told["nice"]),
            environ={**{str(k): str(v) for k, v in told["environ"].items()}, **code.environ},
        )  # fmt: skip
    except (KeyError, TypeError, AttributeError, ValueError):
        raise Misconfigured(
            "The new version does not say how it is started: restart `rostra serve`."
        ) from None


def _beside(ground: Ground, start: Start, recipe: Recipe, ready_: int) -> Child:
    listener = ground.listener.fileno()
    given = {LISTENER: str(listener), READY: str(ready_)}
    try:
        return start(
            replace(recipe, environ={**recipe.environ, **given}, inherits=(listener, ready_))
        )
    except OSError as reason:
        raise Misconfigured(f"{recipe.command[0]} cannot be run ({reason.strerror}).") from None


def _accepting(zygote: Child, said: RawIOBase) -> Steps:
    """Until the edges have said that they accept."""
    deadline = time.monotonic() + _EDGES_SECONDS
    while not (select.select([said], [], [], 0)[0] and said.read(1)):
        if zygote.exit_code() is not None or time.monotonic() > deadline:
            raise Misconfigured("The edges of the new version do not start: see the server's log.")
        yield


def _children(supervisor: Supervisor) -> dict[str, Running]:
    """All that run, by the titles that they are to have afterwards."""
    return {
        BEFORE if title == "edges" else title: Running(pid, supervisor.started(title))
        for title, pid in supervisor.running().items()
    }


def _become(code: Code, handover: Handover) -> None:
    """Does not return. Signals wait until the new version listens to them."""
    environ = {**os.environ, **code.environ, HANDOVER: handover.text()}
    kept = (handover.lock, handover.listener)
    signal.pthread_sigmask(signal.SIG_BLOCK, HELD)
    for descriptor in kept:
        os.set_inheritable(descriptor, True)
    try:
        os.execve(code.python, code.command(*sys.argv[1:]), environ)  # noqa: S606
    except OSError as reason:
        for descriptor in kept:
            os.set_inheritable(descriptor, False)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)
        raise Misconfigured(f"{code.python} cannot be run ({reason.strerror}).") from None


def arrival(ground: Ground, supervisor: Supervisor, before: str, report: Report) -> Steps:
    """What is left to do in the new version; `before` is the number of the one before."""
    now, web = time.monotonic(), supervisor.running().get("web")
    report.say(f"Rostra {__version__} has taken over from {before}.")
    supervisor.retire(BEFORE, RETIRE, _DRAINED_SECONDS, now)
    supervisor.renew("web", now)
    while not (answers := _web_is_another(ground, supervisor, web)):
        if time.monotonic() > now + _WEB_SECONDS:
            break
        yield
    if answers:
        report.say("Pages and API are served by the new version.")
    while BEFORE in supervisor.running():
        yield
    if answers:
        report.end(0, f"Done: Rostra {__version__} serves everybody.")
    else:
        report.end(
            1, f"Rostra {__version__} serves the sound, but pages and API do not answer: "
            "see the server's log.",
        )  # fmt: skip


def _web_is_another(ground: Ground, supervisor: Supervisor, before: int | None) -> bool:
    web = ground.settings.web
    if supervisor.running().get("web") in {before, None}:
        return False
    certificate = web.tls.certificate if web.tls else None
    return ready.pages_answer(web.host, web.port, certificate)
