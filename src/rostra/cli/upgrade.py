"""`rostra upgrade`: the running server goes over to this very version."""

from __future__ import annotations

from pathlib import Path

import click

from rostra.cli.folder import CONFIG, DATA, settings_of


@click.command()
@DATA
@CONFIG
def upgrade(data: Path | None, config: Path | None) -> None:
    """Let the `rostra serve` that runs on a data folder go over to this version, the one whose
    `rostra` you call.

    Listeners hear on, stages stay as they are until their Space ends. The new version is tried
    first; if it does not start with the same flags and files nothing is changed. Run it as the
    user who runs the server.
    """
    from rostra.node.asking import Code, ask  # noqa: PLC0415 - help must be quick
    from rostra.programme.places import Places  # noqa: PLC0415

    ask(Places(settings_of(data, config).data), Code.here(), click.echo)
