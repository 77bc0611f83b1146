"""Deleting an account: fourteen days in which signing in takes it back, then all is forgotten.

The handle stays taken, so that nobody takes it to be taken for whoever left. What the account
wrote in the square is forgotten there (square/departure.py), before what is here.
"""

from __future__ import annotations

from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.errors import Conflict
from rostra.people import queries
from rostra.people.queries import Account
from rostra.people.rules import DAY_MS, LEAVING_CHORE
from rostra.people.tables import (
    accounts,
    api_tokens,
    authenticators,
    exports,
    grants,
    mail_links,
    name_words,
    passkeys,
    passwords,
    recovery_codes,
    sessions,
    sign_in_links,
    sign_up_invites,
)

GRACE_MS = 14 * DAY_MS
_OWN = (
    sessions, api_tokens, grants, sign_in_links, mail_links, passwords, passkeys, authenticators,
    recovery_codes, exports, name_words,
)  # fmt: skip


async def leave(connection: AsyncConnection, account: Account, now_ms: int) -> int:
    """Have the account deleted, and sign it out everywhere: when that will be.

    Raises Conflict for the last administrator.
    """
    if account.role == "admin" and len(await queries.administrators(connection)) <= 1:
        raise Conflict("You are the last administrator: make another one first.")
    due_ms = now_ms + GRACE_MS
    await connection.execute(
        update(accounts).where(accounts.c.id == account.id).values(state="leaving")
    )
    for table in (sessions, api_tokens, grants):
        await connection.execute(delete(table).where(table.c.account_id == account.id))
    await add_chore(
        connection, LEAVING_CHORE, {"state": account.state}, due_ms=due_ms, now_ms=now_ms,
        subject=account.id,
    )  # fmt: skip
    return due_ms


async def still_leaves(connection: AsyncConnection, account_id: str) -> bool:
    """Whether it is still to be deleted; one that was suspended meanwhile is."""
    asked = select(accounts.c.state).where(accounts.c.id == account_id)
    return (await connection.execute(asked)).scalar() in ("leaving", "suspended")


async def forget(connection: AsyncConnection, account_id: str) -> tuple[list[str], list[str]]:
    """Forget who it was, but for the handle: the files of its pictures, and of its exports."""
    mine = accounts.c.id == account_id
    row = (await connection.execute(select(accounts).where(mine))).one()
    pictures = [name for name in (row.avatar, row.header) if name is not None]
    asked = select(exports.c.file).where(
        exports.c.account_id == account_id, exports.c.file.is_not(None)
    )
    copies = [str(name) for name in (await connection.execute(asked)).scalars()]
    for table in _OWN:
        await connection.execute(delete(table).where(table.c.account_id == account_id))
    await connection.execute(delete(sign_up_invites).where(sign_up_invites.c.made_by == account_id))
    await connection.execute(
        update(accounts)
        .where(mine)
        .values(
            state="gone", role="member", name=row.handle, bio="", fields=[], avatar=None,
            header=None, email=None, email_confirmed_ms=None, plea="", preferences={},
            language="", locked=False, bot=False, hidden=True, posts=0, followers=0, following=0,
            last_post_id=0, state_until_ms=None,
        )
    )  # fmt: skip
    return pictures, copies
