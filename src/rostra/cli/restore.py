"""`rostra restore`: a backup becomes a data folder again."""

from __future__ import annotations

import os
from pathlib import Path

import click

from rostra.cli.folder import CONFIG, DATA


@click.command()
@DATA
@CONFIG
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--sign-out", is_flag=True,
    help="End every session and token and make a new secret, should the backup have been seen.",
)  # fmt: skip
def restore(data: Path | None, config: Path | None, file: Path, sign_out: bool) -> None:
    """Put a backup back into an empty data folder.

    Every byte of it is checked before anything is touched. One of an older Rostra is brought to
    this version's schema. A PostgreSQL database must be empty; its address is taken from
    ROSTRA_DATABASE or --config, else from the settings in the backup.
    """
    from rostra.backup.progress import Progress  # noqa: PLC0415 - help must be quick
    from rostra.backup.restoring import Wish, restore, where  # noqa: PLC0415
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.settings import values  # noqa: PLC0415

    root = where(os.environ, data)

    def address_of(settings_file: Path) -> str | None:
        found = config or (settings_file if settings_file.exists() else None)
        url = values({"data": root}, os.environ, found)["database"]
        return None if url is None else str(url)

    progress = Progress(lambda line: click.echo(line, err=True), SystemClock())
    contents = restore(Wish(file, root, sign_out), address_of, progress)
    click.echo(
        f"{root} is as it was: {len(contents.files)} files, schema {contents.schema}, "
        f"made by Rostra {contents.rostra}."
    )
