"""What is asked about people, and how a row becomes an Account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.tables import accounts, api_tokens, sessions
from rostra.people.tokens import fingerprint


@dataclass(frozen=True)
class Account:
    """Somebody known here; `role` is admin, host or member."""

    id: str
    handle: str
    name: str
    role: str

    @property
    def may_host(self) -> bool:
        return self.role in {"host", "admin"}


_ACCOUNT = select(accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.role)


async def by_handle(connection: AsyncConnection, handle: str) -> Account | None:
    return await _one(connection, _ACCOUNT.where(accounts.c.handle == handle))


async def by_api_token(connection: AsyncConnection, token: str) -> Account | None:
    joined = _ACCOUNT.join(api_tokens, api_tokens.c.account_id == accounts.c.id)
    return await _one(connection, joined.where(api_tokens.c.fingerprint == fingerprint(token)))


async def by_session(connection: AsyncConnection, token: str, now_ms: int) -> Account | None:
    joined = _ACCOUNT.join(sessions, sessions.c.account_id == accounts.c.id)
    return await _one(
        connection,
        joined.where(sessions.c.fingerprint == fingerprint(token), sessions.c.expires_ms > now_ms),
    )


async def first_admin(connection: AsyncConnection) -> Account | None:
    admins = _ACCOUNT.where(accounts.c.role == "admin")
    return await _one(connection, admins.order_by(accounts.c.created_ms).limit(1))


async def everybody(connection: AsyncConnection) -> list[Account]:
    rows = await connection.execute(_ACCOUNT.order_by(accounts.c.handle))
    return [_account(row) for row in rows]


async def _one(connection: AsyncConnection, query: Select[Any]) -> Account | None:
    row = (await connection.execute(query)).first()
    return None if row is None else _account(row)


def _account(row: Any) -> Account:
    return Account(row.id, row.handle, row.name, row.role)
