"""`rostra listen`: a Space in the terminal, as a listener's page would take it."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING

import click

from rostra.cli.folder import CONFIG, DATA, pinned_of

if TYPE_CHECKING:
    from rostra.clients.listen import Summary


@click.command()
@click.argument("url")
@click.option("--seconds", type=click.FloatRange(min=0.1), metavar="N", help="Stop after so long.")
@click.option(
    "--out", type=click.Path(path_type=Path), metavar="FILE", help="Save what comes, playable."
)
@DATA
@CONFIG
def listen(
    url: str,
    seconds: float | None,
    out: Path | None,
    data: Path | None,
    config: Path | None,
) -> None:
    """Listen to the Space at URL: who speaks, level, listeners, latency, gaps.

    Nothing is played: it shows what a listener would get, and with --out keeps it. When the
    connection ends before the Space does, it continues where it was. On the machine of an HTTPS
    server --data names its data folder, so that its own certificate is known whoever signed it.
    """
    from rostra.clients.listen import listen as run  # noqa: PLC0415 - help must be quick
    from rostra.clients.screen import Screen  # noqa: PLC0415

    try:
        heard = asyncio.run(
            run(url, seconds=seconds, out=out, screen=Screen(sys.stdout),
                pinned=pinned_of(data, config))
        )  # fmt: skip
    except KeyboardInterrupt:
        return  # the usual way to stop listening
    click.echo(_in_words(heard))


def _in_words(heard: Summary) -> str:
    over = "The Space is over. " if heard.ended else ""
    return (
        f"{over}{heard.heard:.1f} s heard, {heard.gaps} gaps ({heard.missing:.2f} s), "
        f"{heard.repeats} repeats, {heard.silent:.2f} s silent, {heard.reconnects} reconnects."
    )
