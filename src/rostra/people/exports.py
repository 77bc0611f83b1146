"""Copies of one's own data: asked for, made by a chore, there for a week."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.errors import Conflict, NotFound
from rostra.ids import new_id
from rostra.people.queries import Account
from rostra.people.rules import DAY_MS
from rostra.people.tables import exports

EXPORT_CHORE = "export"
FORGET_EXPORT_CHORE = "forget-export"
KEPT_MS = 7 * DAY_MS


@dataclass(frozen=True)
class Export:
    """`state` is asked, ready or failed; `file` is its name among the exports once it is ready."""

    id: str
    account_id: str
    state: str
    file: str | None
    created_ms: int
    expires_ms: int


async def ask_for_export(connection: AsyncConnection, account: Account, now_ms: int) -> str:
    """Have a copy made: its id. Raises Conflict while one is being made, or one was today."""
    for each in await exports_of(connection, account.id):
        if each.state == "asked":
            raise Conflict("A copy of your data is being made already: come back in a while.")
        if now_ms - each.created_ms < DAY_MS and each.state == "ready":
            raise Conflict("A copy of your data was made today: fetch that one.")
    export_id = new_id()
    await connection.execute(
        insert(exports).values(
            id=export_id, account_id=account.id, state="asked", created_ms=now_ms,
            expires_ms=now_ms + KEPT_MS,
        )
    )  # fmt: skip
    await add_chore(
        connection, EXPORT_CHORE, {"step": 0}, due_ms=now_ms, now_ms=now_ms, subject=export_id
    )
    return export_id


async def exports_of(connection: AsyncConnection, account_id: str) -> list[Export]:
    rows = await connection.execute(
        select(exports)
        .where(exports.c.account_id == account_id)
        .order_by(exports.c.created_ms.desc())
        .limit(20)
    )
    return [Export(**row._mapping) for row in rows]


async def export_of_id(connection: AsyncConnection, export_id: str) -> Export | None:
    row = (await connection.execute(select(exports).where(exports.c.id == export_id))).first()
    return None if row is None else Export(**row._mapping)


async def export_to_fetch(
    connection: AsyncConnection, account: Account, export_id: str, now_ms: int
) -> Export:
    """One's own, ready and not over. Raises NotFound, also for another's."""
    found = await export_of_id(connection, export_id)
    mine = found is not None and found.account_id == account.id and found.state == "ready"
    if found is None or not mine or found.expires_ms <= now_ms:
        raise NotFound("There is no such copy of your data: ask for a new one.")
    return found


async def export_ready(connection: AsyncConnection, export: Export, file: str, now_ms: int) -> None:
    """It can be fetched for a week."""
    await connection.execute(
        update(exports)
        .where(exports.c.id == export.id)
        .values(state="ready", file=file, expires_ms=now_ms + KEPT_MS)
    )
    await add_chore(
        connection, FORGET_EXPORT_CHORE, {"file": file}, due_ms=now_ms + KEPT_MS, now_ms=now_ms,
        subject=export.id,
    )  # fmt: skip


async def forget_export(connection: AsyncConnection, export_id: str) -> None:
    await connection.execute(delete(exports).where(exports.c.id == export_id))
