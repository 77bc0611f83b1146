"""Chores that were given up, for the operator to see, and to be tried again."""

from __future__ import annotations

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import Chore
from rostra.chores.tables import chores

MOST = 20


async def failed(connection: AsyncConnection) -> list[Chore]:
    """The newest of them, MOST at most."""
    query = select(chores).where(chores.c.failed_ms.is_not(None)).order_by(chores.c.id.desc())
    rows = await connection.execute(query.limit(MOST))
    return [Chore(row.id, row.kind, row.subject, row.details, row.tries) for row in rows]


async def failures(connection: AsyncConnection) -> int:
    """How many there are."""
    query = select(func.count()).select_from(chores).where(chores.c.failed_ms.is_not(None))
    return int(await connection.scalar(query) or 0)


async def try_again(connection: AsyncConnection, now_ms: int) -> None:
    """All of them are due now, as if they had never been tried."""
    await connection.execute(
        update(chores)
        .where(chores.c.failed_ms.is_not(None))
        .values(failed_ms=None, tries=0, due_ms=now_ms, claimed_until_ms=None)
    )
