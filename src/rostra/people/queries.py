"""What is asked about people, and how a row becomes an Account."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.rules import ACTING
from rostra.people.tables import accounts, api_tokens
from rostra.people.tokens import fingerprint


@dataclass(frozen=True)
class Account:
    """Somebody known here; `role` is one of rules.ROLES, `state` one of rules.STATES."""

    id: str
    handle: str
    name: str
    role: str
    state: str = "active"

    @property
    def may_host(self) -> bool:
        return self.role in {"host", "moderator", "admin"}

    @property
    def may_moderate(self) -> bool:
        return self.role in {"moderator", "admin"}

    @property
    def may_act(self) -> bool:
        return self.state in ACTING


_ACCOUNT = select(
    accounts.c.id, accounts.c.handle, accounts.c.name, accounts.c.role, accounts.c.state
)


# Built once: every request with a token asks it.
_BY_TOKEN = (
    _ACCOUNT.add_columns(api_tokens.c.application_id, api_tokens.c.scopes)
    .select_from(api_tokens)
    .outerjoin(accounts, api_tokens.c.account_id == accounts.c.id)
    .where(api_tokens.c.fingerprint == bindparam("fingerprint"))
)


async def by_handle(connection: AsyncConnection, handle: str) -> Account | None:
    return await _one(connection, _ACCOUNT.where(accounts.c.handle == handle))


@dataclass(frozen=True)
class Bearer:
    """Whom a token stands for: an account, or (None) an application that acts for itself.

    `scopes` is None where the token may do all that the account may.
    """

    account: Account | None
    application_id: str | None = None
    scopes: frozenset[str] | None = None


async def by_api_token(connection: AsyncConnection, token: str) -> Bearer | None:
    asked = await connection.execute(_BY_TOKEN, {"fingerprint": fingerprint(token)})
    row = asked.first()
    if row is None:
        return None
    account = None if row.id is None else _account(row)
    scopes = None if row.scopes is None else frozenset(row.scopes.split())
    return Bearer(account, row.application_id, scopes)


async def by_id(connection: AsyncConnection, account_id: str) -> Account | None:
    return await _one(connection, _ACCOUNT.where(accounts.c.id == account_id))


async def by_email(connection: AsyncConnection, email: str) -> Account | None:
    """Whose confirmed address that is."""
    confirmed = accounts.c.email_confirmed_ms.is_not(None)
    return await _one(connection, _ACCOUNT.where(accounts.c.email == email, confirmed))


async def first_admin(connection: AsyncConnection) -> Account | None:
    admins = _ACCOUNT.where(accounts.c.role == "admin")
    return await _one(connection, admins.order_by(accounts.c.created_ms).limit(1))


async def administrators(connection: AsyncConnection) -> list[Account]:
    """Those who can act, the first one first."""
    admins = _ACCOUNT.where(accounts.c.role == "admin", accounts.c.state.in_(ACTING))
    rows = await connection.execute(admins.order_by(accounts.c.created_ms))
    return [_account(row) for row in rows]


async def everybody(connection: AsyncConnection) -> list[Account]:
    rows = await connection.execute(_ACCOUNT.order_by(accounts.c.handle))
    return [_account(row) for row in rows]


async def _one(connection: AsyncConnection, query: Select[Any]) -> Account | None:
    row = (await connection.execute(query)).first()
    return None if row is None else _account(row)


def _account(row: Any) -> Account:
    return Account(row.id, row.handle, row.name, row.role, row.state)
