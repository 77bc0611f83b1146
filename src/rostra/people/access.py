"""What may act for somebody: tokens for programs, and applications that they let in."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.people.tables import api_tokens, applications, grants

MOST_SHOWN = 200


@dataclass(frozen=True)
class Access:
    """A token (`id` is its fingerprint) or an application (`id` is its own), as its owner sees it.

    `scopes` is None where it may do all that the account may.
    """

    id: str
    label: str
    is_application: bool
    scopes: str | None
    created_ms: int
    used_ms: int | None


async def access_of(connection: AsyncConnection, account_id: str) -> list[Access]:
    """All that may act for that account: applications first, then tokens, the newest first."""
    joined = (
        select(
            applications.c.id, applications.c.name, func.min(api_tokens.c.created_ms).label("made"),
            func.max(api_tokens.c.used_ms).label("used"),
            func.max(api_tokens.c.scopes).label("may"),
        )
        .join(api_tokens, api_tokens.c.application_id == applications.c.id)
        .where(api_tokens.c.account_id == account_id)
        .group_by(applications.c.id, applications.c.name)
        .order_by(applications.c.name, applications.c.id)
        .limit(MOST_SHOWN)
    )  # fmt: skip
    apps = [
        Access(row.id, row.name, True, row.may, row.made, row.used)
        for row in await connection.execute(joined)
    ]
    plain = (
        select(api_tokens)
        .where(api_tokens.c.account_id == account_id, api_tokens.c.application_id.is_(None))
        .order_by(api_tokens.c.created_ms.desc())
        .limit(MOST_SHOWN)
    )
    return apps + [
        Access(row.fingerprint, row.label, False, row.scopes, row.created_ms, row.used_ms)
        for row in await connection.execute(plain)
    ]


async def revoke(connection: AsyncConnection, account_id: str, access_id: str) -> None:
    """It may act no more. Raises NotFound."""
    mine = api_tokens.c.account_id == account_id
    the_one = (api_tokens.c.fingerprint == access_id) | (api_tokens.c.application_id == access_id)
    gone = await connection.execute(delete(api_tokens).where(mine, the_one))
    await connection.execute(
        delete(grants).where(
            grants.c.account_id == account_id, grants.c.application_id == access_id
        )
    )
    if gone.rowcount == 0:
        raise NotFound("This access is revoked already.")
