"""Everybody, for administrators: found by a piece of the name, counted by state."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.tables import accounts

MOST = 50
_LONGEST = 80


@dataclass(frozen=True)
class Entry:
    """One account as the list shows it."""

    id: str
    handle: str
    name: str
    role: str
    state: str
    posts: int
    created_ms: int


async def find(connection: AsyncConnection, words: str, after: str) -> list[Entry]:
    """At most MOST accounts whose handle or name has `words`, those behind the handle `after`."""
    query = select(
        accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.role, accounts.c.state,
        accounts.c.posts, accounts.c.created_ms,
    ).where(accounts.c.handle > after[:_LONGEST])  # fmt: skip
    piece = words.strip()[:_LONGEST].removeprefix("@").lower()
    if piece:
        query = query.where(
            or_(
                accounts.c.handle.contains(piece, autoescape=True),
                func.lower(accounts.c.name).contains(piece, autoescape=True),
            )
        )
    rows = await connection.execute(query.order_by(accounts.c.handle).limit(MOST))
    return [Entry(*row) for row in rows]


@dataclass(frozen=True)
class Numbers:
    """How many accounts by state (rules.STATES), and their posts."""

    states: Mapping[str, int]
    posts: int


async def numbers(connection: AsyncConnection) -> Numbers:
    """Count everybody."""
    counted = select(accounts.c.state, func.count(), func.sum(accounts.c.posts))
    rows = (await connection.execute(counted.group_by(accounts.c.state))).all()
    return Numbers({row[0]: row[1] for row in rows}, sum(int(row[2] or 0) for row in rows))
