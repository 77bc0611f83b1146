"""`rostra doctor`: what is in the way of speakers and listeners, and what to do about it."""

from __future__ import annotations

import asyncio
import json
import os
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rostra.cli.serve import setting_options
from rostra.errors import BadInput
from rostra.settings import resolve

if TYPE_CHECKING:
    from rostra.doctor.checks import Check
    from rostra.doctor.facts import Facts
    from rostra.rated import Rating
    from rostra.settings import NodeSettings


def _doctor(as_json: bool, measure: bool, keep: bool, config: Path | None, **flags: object) -> int:
    """Say what this machine can hold, and why; give it the flags that rostra serve gets.

    With --measure, for two minutes, a Rostra and a crowd of its own show what a listener costs
    here. Exits with 0 when nothing fails, 1 when something does.
    """
    from rostra.clock import SystemClock  # noqa: PLC0415 - help must be quick
    from rostra.doctor.checks import State  # noqa: PLC0415
    from rostra.doctor.measure import check_idle, check_place  # noqa: PLC0415
    from rostra.doctor.probes import look  # noqa: PLC0415
    from rostra.doctor.verdicts import judged  # noqa: PLC0415

    if keep and not measure:
        raise BadInput("There is nothing to keep: give --measure with --keep.")
    now = datetime.fromtimestamp(SystemClock().wall_ms() / 1000, UTC)
    settings = resolve(flags, os.environ, config)
    if measure:
        check_idle(settings.data)
    if keep:
        check_place(settings.data)
    facts = asyncio.run(look(settings, now))
    checks = judged(settings, facts)
    if not as_json:
        _show(checks)
    rating = None
    if measure:
        rating, found = _measured(settings, facts, keep=keep)
        checks += found
        if not as_json:
            _show(found)
    failed = [check for check in checks if check.state is State.FAIL]
    if as_json:
        told: dict[str, object] = {"ok": not failed, "checks": [asdict(check) for check in checks]}
        if rating is not None:
            told["rated"] = asdict(rating)
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    return 1 if failed else 0


def _measured(settings: NodeSettings, facts: Facts, *, keep: bool) -> tuple[Rating, list[Check]]:
    """The rating of this machine, and what is said of it; progress goes to standard error."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.doctor import measure, rating  # noqa: PLC0415
    from rostra.doctor.limits import MOST_EDGES  # noqa: PLC0415
    from rostra.doctor.rehearsing import rehearse  # noqa: PLC0415
    from rostra.rated import Room  # noqa: PLC0415

    means = measure.Means(SystemClock(), rehearse, lambda line: click.echo(line, err=True))
    measured = measure.measure(facts, settings.edge.tls, means)
    if keep:
        click.echo(f"Kept at {measure.keep(measured.rating, settings.data)}.", err=True)
    room = Room(facts.machine, facts.files, MOST_EDGES)
    most = settings.edge.max_listeners
    return measured.rating, rating.verdicts(measured.rating, room, measured.limits, most=most)


def _show(checks: list[Check]) -> None:
    width = max(len(check.name) for check in checks)
    for check in checks:
        click.echo(f"{check.state:<8}{check.name:<{width}}  {check.seen}")
        if check.advice:
            click.echo(f"{'':<{8 + width}}  {check.advice}")


doctor = click.Command(
    "doctor",
    callback=_doctor,
    params=[
        click.Option(["--json", "as_json"], is_flag=True, help="Print the verdicts as JSON."),
        click.Option(
            ["--measure"],
            is_flag=True,
            help="Measure what a listener costs here; takes two minutes and the whole machine.",
        ),
        click.Option(
            ["--keep"],
            is_flag=True,
            help="Keep what was measured in the data folder, for rostra serve.",
        ),
        *setting_options(),
    ],
    help=_doctor.__doc__,
)
