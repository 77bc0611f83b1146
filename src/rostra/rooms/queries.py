"""What is asked about Spaces, and how a row becomes a Space."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.programme.manifest import ON
from rostra.rooms.tables import spaces

MOST = 100
"""Spaces in one list."""


@dataclass(frozen=True)
class Space:
    """A Space as the database knows it; `phase` may be two seconds old. Times in milliseconds."""

    slug: str
    title: str
    owner_id: str
    owner_handle: str
    host: str
    language: str
    record: bool
    phase: str
    starts_ms: int | None
    created_ms: int


_SPACE = select(
    spaces, accounts.c.handle.label("owner_handle"), accounts.c.name.label("host")
).join(accounts, accounts.c.id == spaces.c.owner_id)

# Lists leave out those whose owner is suspended, leaving or gone; each is found by its address.
_OF_SOMEBODY_SEEN = accounts.c.state.in_(SEEN)


async def by_slug(connection: AsyncConnection, slug: str) -> Space | None:
    found = await _all(connection, _SPACE.where(spaces.c.slug == slug))
    return found[0] if found else None


async def on_now(connection: AsyncConnection) -> list[Space]:
    """Lobby, live and paused, newest first."""
    return await _listed(connection, ON)


async def upcoming(connection: AsyncConnection) -> list[Space]:
    """Scheduled, the nearest first; those without a time last."""
    query = _SPACE.where(spaces.c.phase == "scheduled", _OF_SOMEBODY_SEEN)
    order = (spaces.c.starts_ms.is_(None), spaces.c.starts_ms, spaces.c.created_ms.desc())
    return await _all(connection, query.order_by(*order).limit(MOST))


async def recent(connection: AsyncConnection) -> list[Space]:
    """Ended, newest first."""
    return await _listed(connection, ("ended",))


async def of_owner(connection: AsyncConnection, owner_id: str) -> list[Space]:
    """All of one person's Spaces that were not removed, newest first."""
    query = _SPACE.where(spaces.c.owner_id == owner_id, spaces.c.phase != "removed")
    return await _all(connection, query.order_by(spaces.c.created_ms.desc()).limit(MOST))


async def _listed(connection: AsyncConnection, phases: Iterable[str]) -> list[Space]:
    query = _SPACE.where(spaces.c.phase.in_(tuple(phases)), _OF_SOMEBODY_SEEN)
    return await _all(connection, query.order_by(spaces.c.created_ms.desc()).limit(MOST))


async def _all(connection: AsyncConnection, query: Select[Any]) -> list[Space]:
    return [_space(row) for row in await connection.execute(query)]


def _space(row: Any) -> Space:
    return Space(
        slug=row.slug,
        title=row.title,
        owner_id=row.owner_id,
        owner_handle=row.owner_handle,
        host=row.host,
        language=row.language,
        record=row.record,
        phase=row.phase,
        starts_ms=row.starts_ms,
        created_ms=row.created_ms,
    )
