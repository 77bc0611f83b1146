"""Adding chores, and turning the crank: each is claimed, done, and only then forgotten.

A chore may be done twice, when whoever did it died before saying so; so whatever it does must be
fit to be done again. One that fails is tried again later and later, and kept as failed at last.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import delete, insert, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.tables import chores
from rostra.errors import RostraError
from rostra.ids import sortable_id
from rostra.store.database import Database

log = structlog.get_logger()

CLAIM_MS = 60_000
"""How long one chore may take before another crank takes it for abandoned."""

MOST_TRIES = 10
_FIRST_PAUSE_MS = 1_000
_LONGEST_PAUSE_MS = 3_600_000


@dataclass(frozen=True)
class Chore:
    """What is to be done: `details` mean what `kind` says."""

    id: int
    kind: str
    subject: str | None
    details: Mapping[str, Any]
    tries: int


@dataclass(frozen=True)
class Later:
    """Not done yet: go on at `due_ms`, with `details` if they are given."""

    due_ms: int
    details: Mapping[str, Any] | None = None


Doer = Callable[[Chore, int], Awaitable[Later | None]]
"""Does a chore at a given moment (milliseconds); None when it is done."""


async def add_chore(
    connection: AsyncConnection,
    kind: str,
    details: Mapping[str, Any],
    *,
    due_ms: int,
    now_ms: int,
    subject: str | None = None,
) -> None:
    """Have it done at `due_ms`. One of the same kind and `subject` that waits is replaced."""
    if subject is not None:
        await forget_chore(connection, kind, subject)
    await connection.execute(
        insert(chores).values(
            id=sortable_id(now_ms), kind=kind, subject=subject, details=dict(details),
            due_ms=due_ms, created_ms=now_ms,
        )
    )  # fmt: skip


async def forget_chore(connection: AsyncConnection, kind: str, subject: str) -> None:
    """It is not to be done after all."""
    await connection.execute(
        delete(chores).where(chores.c.kind == kind, chores.c.subject == subject)
    )


async def chore_of(connection: AsyncConnection, kind: str, subject: str) -> Chore | None:
    """The one of that kind about `subject`, if it waits."""
    asked = select(chores).where(chores.c.kind == kind, chores.c.subject == subject)
    row = (await connection.execute(asked)).first()
    if row is None:
        return None
    return Chore(row.id, row.kind, row.subject, row.details, row.tries)


async def turn_crank(database: Database, doers: Mapping[str, Doer], now_ms: int) -> int:
    """Do one chore that is due, if there is one: how many were done or put off (0 or 1)."""
    chore = await _claimed(database, tuple(doers), now_ms)
    if chore is None:
        return 0
    try:
        left = await doers[chore.kind](chore, now_ms)
    except RostraError as error:
        log.warning("chore put off", kind=chore.kind, reason=error.sentence)
        await _failed(database, chore, now_ms)
    except Exception:
        log.exception("chore failed", kind=chore.kind, subject=chore.subject)
        await _failed(database, chore, now_ms)
    else:
        await _settled(database, chore, left)
    return 1


async def _claimed(database: Database, kinds: tuple[str, ...], now_ms: int) -> Chore | None:
    free = or_(chores.c.claimed_until_ms.is_(None), chores.c.claimed_until_ms <= now_ms)
    due = (
        select(chores)
        .where(chores.c.due_ms <= now_ms, chores.c.failed_ms.is_(None), free)
        .where(chores.c.kind.in_(kinds))
        .order_by(chores.c.due_ms, chores.c.id)
        .limit(1)
    )
    async with database.reading() as connection:
        row = (await connection.execute(due)).first()
    if row is None:
        return None
    async with database.writing() as connection:
        # Of two cranks that saw the same one, the first to say so has it.
        claim = (
            update(chores)
            .where(chores.c.id == row.id, free)
            .values(claimed_until_ms=now_ms + CLAIM_MS)
        )
        if (await connection.execute(claim)).rowcount != 1:
            return None
    return Chore(row.id, row.kind, row.subject, row.details, row.tries)


async def _settled(database: Database, chore: Chore, left: Later | None) -> None:
    mine = chores.c.id == chore.id
    async with database.writing() as connection:
        if left is None:
            await connection.execute(delete(chores).where(mine))
            return
        details = dict(chore.details if left.details is None else left.details)
        await connection.execute(
            update(chores)
            .where(mine)
            .values(due_ms=left.due_ms, details=details, claimed_until_ms=None, tries=0)
        )


async def _failed(database: Database, chore: Chore, now_ms: int) -> None:
    tries = chore.tries + 1
    pause = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS * 4 ** min(tries, 10))
    given_up = now_ms if tries >= MOST_TRIES else None
    async with database.writing() as connection:
        await connection.execute(
            update(chores)
            .where(chores.c.id == chore.id)
            .values(tries=tries, due_ms=now_ms + pause, claimed_until_ms=None, failed_ms=given_up)
        )
