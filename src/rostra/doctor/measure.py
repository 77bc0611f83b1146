"""Measuring what a listener costs here: a Rostra for a minute, and a crowd that rehearses with it.

Twice two rehearsals, small and large, plain and over TLS; all is over within two minutes. While it
lasts nothing else should run on the machine.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from rostra import __version__
from rostra.clock import Clock
from rostra.doctor.facts import Facts
from rostra.doctor.rating import Run, cost, over_tls, run_of, trials
from rostra.doctor.temporary import Temporary, temporary
from rostra.errors import BadInput, Misconfigured
from rostra.node.files import write_whole
from rostra.programme.places import Places
from rostra.rated import NAME, Cost, Rating, dump
from rostra.settings import TlsFiles

_SECOND = 1_000_000_000

Say = Callable[[str], None]


class Rehearse(Protocol):
    """Lets listeners come to the page of a Space within `ramp` seconds, and stay for `hold` more.

    Gives the JSON document. A server over TLS is known by its `certificate`. Raises BadInput for
    what cannot be rehearsed.
    """

    def __call__(
        self, url: str, listeners: int, ramp: float, hold: float, *, certificate: Path | None
    ) -> Mapping[str, Any]: ...


class Serve(Protocol):
    """Serves for so many listeners as long as the block lasts."""

    def __call__(
        self, clock: Clock, most: int, tls: TlsFiles | None = None
    ) -> AbstractContextManager[Temporary]: ...


@dataclass(frozen=True)
class Measured:
    """The rating, and what rehearsals said of their own limits."""

    rating: Rating
    limits: tuple[str, ...]


@dataclass(frozen=True)
class Means:
    """With what is measured; tests bring their own."""

    clock: Clock
    rehearse: Rehearse
    say: Say
    serve: Serve = temporary


def measure(facts: Facts, tls: TlsFiles | None, means: Means) -> Measured:
    """Measure this machine; `tls` is the operator's own certificate, if there is one.

    Raises Unavailable when nothing could be measured.
    """
    plain, sound = _runs(facts, None, means)
    spent = cost(plain)
    over, secured = _over_tls(facts, tls, spent, means)
    limits = tuple(run.limit for run in (*plain, *secured) if run.limit)
    rating = Rating(
        rostra=__version__,
        measured=facts.now.isoformat(timespec="seconds"),
        cores=facts.machine.cores,
        memory=facts.machine.memory,
        processor=facts.machine.processor,
        sound=round(sound, 1),
        plain=spent,
        tls=over,
    )
    return Measured(rating, tuple(dict.fromkeys(limits)))


def _over_tls(
    facts: Facts, tls: TlsFiles | None, plain: Cost, means: Means
) -> tuple[Cost, list[Run]]:
    """Its cost over TLS, and the runs; what is usual where a rehearsal cannot do that."""
    with tempfile.TemporaryDirectory(prefix="rostra-doctor-") as folder:
        files = tls or _made_certificate(Path(folder))
        try:
            runs, _ = _runs(facts, files, means)
        except BadInput:
            means.say("TLS cannot be rehearsed here: it is taken to cost twice as much.")
            return over_tls(plain), []
    return cost(runs), runs


def _made_certificate(folder: Path) -> TlsFiles:
    from rostra.testing.certificates import make_certificate  # noqa: PLC0415 - it is large

    return make_certificate(folder, "127.0.0.1")


def _runs(facts: Facts, tls: TlsFiles | None, means: Means) -> tuple[list[Run], float]:
    """What the rehearsals showed, and how many bytes of sound there are in a second."""
    planned = trials(facts.machine, facts.files, tls=tls is not None)
    runs = []
    with means.serve(means.clock, planned[-1].listeners, tls) as node:
        before, began = node.sound(), means.clock.boot_ns()
        for trial in planned:
            over = " over TLS" if tls else ""
            seconds = trial.ramp + trial.hold
            means.say(f"{trial.listeners:,} listeners{over} for {seconds:.0f} s …")
            document = means.rehearse(
                node.url, trial.listeners, trial.ramp, trial.hold,
                certificate=tls.certificate if tls else None,
            )  # fmt: skip
            runs.append(run_of(document))
        passed = (means.clock.boot_ns() - began) / _SECOND
        return runs, (node.sound() - before) / passed


def keep(rating: Rating, data: Path) -> Path:
    """Write it into the data folder: the file. Raises Misconfigured where that cannot be done."""
    check_place(data)
    write_whole(data / NAME, dump(rating), 0o644)
    return data / NAME


def check_place(data: Path) -> None:
    """Raises Misconfigured, before two minutes are spent, where nothing can be kept."""
    if not os.access(data, os.W_OK | os.X_OK):
        raise Misconfigured(
            f"Nothing can be kept in the data folder {data}: start rostra serve once, "
            "or name its folder with --data."
        )


def check_idle(data: Path) -> None:
    """Raises Misconfigured while a Rostra serves from `data`: both would be measured, or hurt."""
    lock = Places(data).lock
    try:
        with lock.open("rb") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except OSError:
        raise Misconfigured(
            f"Rostra is serving from {data}: end it first, for measuring takes the whole machine."
        ) from None
