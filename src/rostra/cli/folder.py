"""What commands on a data folder share: its flags, its settings, its database."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar
from urllib.parse import urlsplit

import click

from rostra.errors import Misconfigured
from rostra.settings import NodeSettings, resolve

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

    from rostra.clients.pinned import Pinned

Result = TypeVar("Result")

DATA = click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Data folder. [default: data]"
)
CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE",
    help="Settings file. [default: rostra.toml in the data folder]",
)  # fmt: skip
TOKEN = click.option(
    "--token", envvar="ROSTRA_TOKEN", metavar="T",
    help="API token or invitation. [default: ROSTRA_TOKEN, or the data folder's own]",
)  # fmt: skip


def settings_of(data: Path | None, config: Path | None) -> NodeSettings:
    """The settings as `rostra serve` would find them. Raises Misconfigured."""
    return resolve({"data": data}, os.environ, config)


async def in_database(
    settings: NodeSettings, work: Callable[[AsyncConnection], Awaitable[Result]]
) -> Result:
    """Do `work` in one transaction. Raises Misconfigured where there is no data folder."""
    from rostra.programme.places import Places  # noqa: PLC0415 - help must be quick
    from rostra.store.database import open_database  # noqa: PLC0415
    from rostra.store.migrate import migrate  # noqa: PLC0415

    places = Places(settings.data)
    if not places.node.exists():
        raise Misconfigured(
            f"There is no Rostra in the folder {settings.data}: name its data folder with --data, "
            "or begin one with `rostra serve`."
        )
    database = open_database(places.database, settings.web.database)
    try:
        await migrate(database)
        async with database.writing() as connection:
            return await work(connection)
    finally:
        await database.close()


def token_of(given: str | None, url: str, data: Path | None, config: Path | None) -> str:
    """The token that was given, else the shell's own if `url` is the server on the data folder.

    A token of ours is never shown to anybody else's server. Raises Misconfigured if there is none.
    """
    from rostra.node.doors import read_doors  # noqa: PLC0415
    from rostra.programme.places import Places  # noqa: PLC0415

    if given:
        return given
    settings = settings_of(data, config)
    doors = read_doors(Places(settings.data))
    if doors is None or _origin(url) not in map(_origin, doors.urls):
        raise Misconfigured(
            "This needs a token: give it with --token or in ROSTRA_TOKEN, or name the data folder "
            "of the server with --data if it is on this machine."
        )
    return asyncio.run(_shell_token(settings))


def pinned_of(data: Path | None, config: Path | None) -> Pinned | None:
    """The certificate of the server on the data folder, for the addresses on this machine."""
    from rostra.node.doors import read_doors  # noqa: PLC0415
    from rostra.programme.places import Places  # noqa: PLC0415

    doors = read_doors(Places(settings_of(data, config).data))
    return doors.pinned if doors is not None else None


def _origin(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme, parts.netloc


async def _shell_token(settings: NodeSettings) -> str:
    """The first administrator's token for commands, kept beside the bus's, made when missing."""
    from rostra.clock import SystemClock  # noqa: PLC0415
    from rostra.node.files import write_whole  # noqa: PLC0415
    from rostra.people import actions, queries  # noqa: PLC0415
    from rostra.programme.places import Places  # noqa: PLC0415

    kept = Places(settings.data).run / "shell.token"

    async def find(connection: AsyncConnection) -> str:
        token = kept.read_text() if kept.exists() else ""
        if token and await queries.by_api_token(connection, token) is not None:
            return token
        now_ms = SystemClock().wall_ms()
        admin, _ = await actions.first_administrator(connection, now_ms=now_ms)
        return await actions.make_token(connection, admin.handle, now_ms=now_ms, label="shell")

    token = await in_database(settings, find)
    kept.parent.mkdir(mode=0o700, exist_ok=True)
    write_whole(kept, token.encode(), 0o600)
    return token
