"""What commands on a data folder share: its flags, its settings, its database."""

from __future__ import annotations

import os
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from rostra.errors import Misconfigured
from rostra.settings import NodeSettings, resolve

if TYPE_CHECKING:
    from sqlalchemy.ext.asyncio import AsyncConnection

Result = TypeVar("Result")

DATA = click.option(
    "--data", type=click.Path(path_type=Path), metavar="DIR", help="Data folder. [default: data]"
)
CONFIG = click.option(
    "--config", type=click.Path(path_type=Path), metavar="FILE",
    help="Settings file. [default: rostra.toml in the data folder]",
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
