"""`rostra backup`: all that a server keeps in one file, while it runs."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import click

from rostra.cli.folder import CONFIG, DATA, settings_of


@click.command()
@DATA
@CONFIG
@click.option(
    "--to", type=click.Path(path_type=Path), metavar="FILE",
    help="File or folder to write to. [default: rostra-<date>.tar here]",
)  # fmt: skip
@click.option(
    "--no-recordings", is_flag=True, help="Leave the sound of Spaces that are over behind."
)
def backup(data: Path | None, config: Path | None, to: Path | None, no_recordings: bool) -> None:
    """Write everything into one file: database, pictures, recordings, secret, settings.

    The server may run meanwhile and is not held up. The file is there whole or not at all, and
    only its owner may read it: whoever has it can sign in as anybody.
    """
    from rostra.backup.making import Order, back_up  # noqa: PLC0415 - help must be quick
    from rostra.backup.progress import Progress  # noqa: PLC0415
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.programme.places import Places  # noqa: PLC0415

    settings, clock = settings_of(data, config), SystemClock()
    now_ms = clock.wall_ms()
    order = Order(Places(settings.data), settings.web.database, config, not no_recordings, now_ms)
    progress = Progress(lambda line: click.echo(line, err=True), clock)
    made = back_up(order, _target(to, now_ms), progress)
    click.echo(f"{made.file}: {made.bytes / 1e6:.1f} MB")


def _target(to: Path | None, now_ms: int) -> Path:
    when = datetime.fromtimestamp(now_ms / 1000, UTC).strftime("%Y%m%d-%H%M%S")
    name = Path(f"rostra-{when}.tar")
    if to is None:
        return name
    return to / name if to.is_dir() else to
