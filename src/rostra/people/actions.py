"""What can be done with people: one logic for the shell and for the web.

Each takes a connection with an open transaction; the caller commits by leaving `writing()`.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from sqlalchemy import insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import Conflict, Gone, NotFound, NotSignedIn
from rostra.ids import new_id
from rostra.people import queries, sessions, tokens
from rostra.people.names import index_name
from rostra.people.queries import Account
from rostra.people.rules import (
    LINK_MS,
    LONGEST_NAME,
    checked_handle,
    checked_line,
    checked_role,
)
from rostra.people.sessions import Device
from rostra.people.tables import accounts, api_tokens, sign_in_links

FIRST_HANDLE = "admin"


@dataclass(frozen=True)
class Used:
    """A link that was used: whose it was, and the secret of the session."""

    account_id: str
    session: str


async def add_person(
    connection: AsyncConnection,
    handle: str,
    *,
    now_ms: int,
    name: str = "",
    role: str = "host",
    state: str = "active",
) -> Account:
    """A new account. Raises BadInput for a wrong handle, Conflict when it is taken."""
    handle = checked_handle(handle)
    shown = checked_line(name or handle, "name", LONGEST_NAME)
    account = Account(new_id(), handle, shown, checked_role(role), state)
    try:
        await connection.execute(
            insert(accounts).values(
                id=account.id,
                handle=account.handle,
                name=account.name,
                role=account.role,
                state=account.state,
                created_ms=now_ms,
            )
        )
    except IntegrityError:
        raise Conflict(f"There is a @{handle} already: choose another handle.") from None
    await index_name(connection, account.id, account.handle, account.name)
    return account


async def first_administrator(connection: AsyncConnection, *, now_ms: int) -> tuple[Account, bool]:
    """The oldest administrator, and whether it was made just now because there was none."""
    present = await queries.first_admin(connection)
    if present is not None:
        return present, False
    taken = await queries.by_handle(connection, FIRST_HANDLE)
    if taken is not None:
        return await set_role(connection, FIRST_HANDLE, "admin"), True
    return await add_person(connection, FIRST_HANDLE, now_ms=now_ms, role="admin"), True


async def list_people(connection: AsyncConnection) -> list[Account]:
    """Everybody, by handle."""
    return await queries.everybody(connection)


async def person(connection: AsyncConnection, handle: str) -> Account:
    """The account of that handle. Raises NotFound."""
    account = await queries.by_handle(connection, checked_handle(handle))
    if account is None or account.state == "gone":
        raise NotFound(f"There is nobody called @{checked_handle(handle)} here.")
    return account


async def set_role(connection: AsyncConnection, handle: str, role: str) -> Account:
    """Change what somebody may do. Raises Conflict rather than losing the last administrator."""
    account, role = await person(connection, handle), checked_role(role)
    if account.role == "admin" and role != "admin":
        others = [a for a in await queries.everybody(connection) if a.role == "admin"]
        if len(others) == 1:
            raise Conflict(f"@{account.handle} is the last administrator: make another one first.")
    await connection.execute(update(accounts).where(accounts.c.id == account.id).values(role=role))
    return replace(account, role=role)


async def make_token(
    connection: AsyncConnection, handle: str, *, now_ms: int, label: str = "shell"
) -> str:
    """A new API token for somebody; it is shown once, only its fingerprint is kept."""
    account, token = await person(connection, handle), tokens.new_api_token()
    await connection.execute(
        insert(api_tokens).values(
            fingerprint=tokens.fingerprint(token),
            account_id=account.id,
            label=checked_line(label, "label", LONGEST_NAME),
            created_ms=now_ms,
        )
    )
    return token


async def make_link(connection: AsyncConnection, handle: str, *, now_ms: int) -> str:
    """The secret of a new one-time sign-in link: `<public url>/sign-in/<secret>`."""
    account, secret = await person(connection, handle), tokens.new_secret()
    await connection.execute(
        insert(sign_in_links).values(
            fingerprint=tokens.fingerprint(secret),
            account_id=account.id,
            expires_ms=now_ms + LINK_MS,
        )
    )
    return secret


async def use_link(
    connection: AsyncConnection, secret: str, *, now_ms: int, device: Device | None = None
) -> Used:
    """Consume a sign-in link, and begin a session.

    Raises NotSignedIn when there is no such link, Gone when it was used or has expired.
    """
    key = tokens.fingerprint(secret)
    mine = sign_in_links.c.fingerprint == key
    # One statement decides, so that of two clicks at the same time only one gets in.
    used = await connection.execute(
        update(sign_in_links)
        .where(mine, sign_in_links.c.used_ms.is_(None), sign_in_links.c.expires_ms > now_ms)
        .values(used_ms=now_ms)
    )
    row = (await connection.execute(sign_in_links.select().where(mine))).first()
    if row is None:
        raise NotSignedIn("This sign-in link was not made here: ask for a new one.")
    if used.rowcount != 1:
        why = "has expired" if row.used_ms is None else "was used already"
        raise Gone(f"This sign-in link {why}: ask for a new one.")
    session = await sessions.begin_session(connection, row.account_id, device or Device(), now_ms)
    return Used(row.account_id, session)
