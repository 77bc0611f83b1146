"""What an operator may choose for the square while it runs, each with a default."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.charter.tables import charter


@dataclass(frozen=True)
class Charter:
    """The choices. `rules` are sentences; `registrations` is open, approval, invitation or closed.

    `keep_days` says after how many days posts that nobody kept are removed, 0 for never.
    `media_mib` is how much pictures and sound of one person may take; newcomers have an eighth.
    """

    title: str = "Rostra"
    description: str = ""
    contact: str = ""
    registrations: str = "invitation"
    rules: tuple[str, ...] = ()
    new_people_may_host: bool = False
    longest_post: int = 2000
    keep_days: int = 0
    media_mib: int = 2048


async def read_charter(connection: AsyncConnection) -> Charter:
    """The choices as they are now."""
    rows = await connection.execute(select(charter.c.name, charter.c.value))
    known = {field.name for field in fields(Charter)}
    chosen: dict[str, Any] = {row.name: row.value for row in rows if row.name in known}
    if "rules" in chosen:
        chosen["rules"] = tuple(chosen["rules"])
    return Charter(**chosen)
