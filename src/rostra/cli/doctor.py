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
from rostra.settings import resolve

if TYPE_CHECKING:
    from rostra.doctor.checks import Check


def _doctor(as_json: bool, config: Path | None, **flags: object) -> int:
    """Say what this machine can hold, and why; give it the flags that rostra serve gets.

    Exits with 0 when nothing fails, 1 when something does.
    """
    from rostra.clock import SystemClock  # noqa: PLC0415 - help must be quick
    from rostra.doctor.checks import State  # noqa: PLC0415
    from rostra.doctor.probes import look  # noqa: PLC0415
    from rostra.doctor.verdicts import judged  # noqa: PLC0415

    now = datetime.fromtimestamp(SystemClock().wall_ms() / 1000, UTC)
    settings = resolve(flags, os.environ, config)
    checks = judged(settings, asyncio.run(look(settings, now)))
    failed = [check for check in checks if check.state is State.FAIL]
    if as_json:
        told = {"ok": not failed, "checks": [asdict(check) for check in checks]}
        click.echo(json.dumps(told, ensure_ascii=False, indent=2))
    else:
        _show(checks)
    return 1 if failed else 0


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
        *setting_options(),
    ],
    help=_doctor.__doc__,
)
