"""Adding chores, and turning the crank: each is claimed, done, and only then forgotten.

A chore may be done twice, when whoever did it died before saying so; so whatever it does must be
fit to be done again. One that fails is tried again later and later, and kept as failed at last. A
try counts from the moment of the claim: a chore that kills whoever does it is given up as well.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass
from typing import Any

import structlog
from sqlalchemy import ColumnElement, delete, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.tables import chores
from rostra.errors import RostraError
from rostra.ids import sortable_id
from rostra.store.database import Database
from rostra.store.inserting import insert_if_absent

log = structlog.get_logger()

CLAIM_MS = 60_000
"""For how long nobody else takes a chore that somebody is at."""

MOST_SECONDS = CLAIM_MS / 1000 * 0.75
"""For how long somebody may be at it: less, so that two never are at the same time."""

MOST_TRIES = 10
_MOST_SEEN = 8
_FIRST_PAUSE_MS = 1_000
_LONGEST_PAUSE_MS = 3_600_000


@dataclass(frozen=True)
class Chore:
    """What is to be done: `details` mean what `kind` says; `tries` counts this one."""

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


@dataclass(frozen=True)
class Census:
    """How many chores are due and not done, and how many were given up."""

    waiting: int
    failed: int


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
    """Have it done at `due_ms`. One of the same kind and `subject` is replaced by it.

    Whoever is at the replaced one finishes, and the new one is done all the same.
    """
    if subject is not None:
        await forget_chore(connection, kind, subject)
    # On PostgreSQL somebody else may write the same just now: theirs is as good as ours.
    await insert_if_absent(
        connection, chores,
        {"id": sortable_id(now_ms), "kind": kind, "subject": subject, "details": dict(details),
         "due_ms": due_ms, "created_ms": now_ms},
    )  # fmt: skip


async def ensure_chore(
    connection: AsyncConnection, kind: str, subject: str, *, due_ms: int, now_ms: int
) -> None:
    """Have one there that puts itself off for ever: one that waits or is under way is left alone.

    One that was given up begins anew.
    """
    given_up = chores.c.failed_ms.is_not(None)
    mine = (chores.c.kind == kind) & (chores.c.subject == subject)
    await connection.execute(delete(chores).where(mine, given_up))
    await insert_if_absent(
        connection, chores,
        {"id": sortable_id(now_ms), "kind": kind, "subject": subject, "details": {},
         "due_ms": due_ms, "created_ms": now_ms},
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


async def census(connection: AsyncConnection, now_ms: int) -> Census:
    """What is behind, for the operator."""
    due = func.count().filter(chores.c.failed_ms.is_(None), chores.c.due_ms <= now_ms)
    given_up = func.count().filter(chores.c.failed_ms.is_not(None))
    row = (await connection.execute(select(due, given_up).select_from(chores))).one()
    return Census(row[0], row[1])


async def turn_crank(database: Database, doers: Mapping[str, Doer], now_ms: int) -> int:
    """Do one chore that is due, if there is one: how many were tried (0 or 1)."""
    chore = await _claimed(database, tuple(doers), now_ms)
    if chore is None:
        return 0
    left: Later | None = None
    try:
        async with asyncio.timeout(MOST_SECONDS):
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
        .limit(_MOST_SEEN)
    )
    async with database.reading() as connection:
        rows = (await connection.execute(due)).all()
    for row in rows:
        if await _claim(database, row, free, now_ms):
            return Chore(row.id, row.kind, row.subject, row.details, row.tries + 1)
    return None


async def _claim(database: Database, row: Any, free: ColumnElement[bool], now_ms: int) -> bool:
    """Of several cranks that saw the same chore, the first to say so has it."""
    spent = row.tries >= MOST_TRIES
    values = (
        {"failed_ms": now_ms}  # whoever was at it died each time
        if spent
        else {"claimed_until_ms": now_ms + CLAIM_MS, "tries": row.tries + 1}
    )
    mine = update(chores).where(chores.c.id == row.id, chores.c.tries == row.tries, free)
    async with database.writing() as connection:
        found = (await connection.execute(mine.values(values))).rowcount == 1
    if spent and found:
        log.error("chore given up", kind=row.kind, subject=row.subject, tries=row.tries)
    return found and not spent


async def _settled(database: Database, chore: Chore, left: Later | None) -> None:
    async with database.writing() as connection:
        if left is None:
            await connection.execute(delete(chores).where(_still_ours(chore)))
            return
        details = dict(chore.details if left.details is None else left.details)
        await connection.execute(
            update(chores)
            .where(_still_ours(chore))
            .values(due_ms=left.due_ms, details=details, claimed_until_ms=None, tries=0)
        )


async def _failed(database: Database, chore: Chore, now_ms: int) -> None:
    given_up = chore.tries >= MOST_TRIES
    values = {
        "due_ms": now_ms + pause_ms(chore.tries, random.random()),  # noqa: S311 - spreading only
        "claimed_until_ms": None,
        "failed_ms": now_ms if given_up else None,
    }
    async with database.writing() as connection:
        await connection.execute(update(chores).where(_still_ours(chore)).values(values))
    if given_up:
        log.error("chore given up", kind=chore.kind, subject=chore.subject, tries=chore.tries)


def pause_ms(tries: int, chance: float) -> int:
    """How long to wait after so many tries: longer each time, and never all at the same moment.

    `chance` is between 0 and 1.
    """
    whole = min(_LONGEST_PAUSE_MS, _FIRST_PAUSE_MS * 4 ** min(tries, 10))
    return int(whole * (0.5 + chance / 2))


def _still_ours(chore: Chore) -> ColumnElement[bool]:
    """Nobody took it for abandoned meanwhile; if somebody did, it is theirs to say how it went."""
    return (chores.c.id == chore.id) & (chores.c.tries == chore.tries)
