"""`rostra speak`: a sound file into a Space, as a speaker, in real time."""

from __future__ import annotations

import asyncio
from pathlib import Path

import click

from rostra.cli.folder import CONFIG, DATA, TOKEN, pinned_of, token_of


@click.command()
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--space", required=True, metavar="URL", help="Address of the Space.")
@click.option("--as", "name", metavar="NAME", help="Name to be shown, for a host's token.")
@TOKEN
@DATA
@CONFIG
@click.option("--loop", is_flag=True, help="Begin again at the end, for ever.")
def speak(
    *,
    file: Path,
    space: str,
    name: str | None,
    token: str | None,
    data: Path | None,
    config: Path | None,
    loop: bool,
) -> None:
    """Send a sound FILE into a Space as a WHIP speaker, in real time.

    FILE is anything that PyAV reads. The token is an invitation, or a host's; on the machine of the
    server none is needed.
    """
    from rostra.clients.speak import speak as run  # noqa: PLC0415 - help must be quick
    from rostra.clients.speak import whip_address  # noqa: PLC0415

    bearer, pinned = token_of(token, space, data, config), pinned_of(data, config)

    async def say() -> None:
        whip_url = await whip_address(space, bearer, pinned)
        await run(
            file, whip_url=whip_url, token=bearer, name=name, loop=loop, on_note=_note,
            pinned=pinned,
        )  # fmt: skip

    asyncio.run(say())


def _note(sentence: str) -> None:
    click.echo(sentence, err=True)
