"""Finding people, and what only administrators may know of them."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.tables import accounts, sessions

PAGE = 50
_MOST_SESSIONS = 50


@dataclass(frozen=True)
class Device:
    """Where somebody is signed in, as far as it was noted."""

    agent: str
    address: str
    seen_ms: int | None


@dataclass(frozen=True)
class Known:
    """What administrators see of an account and moderators do not."""

    email: str | None
    devices: tuple[Device, ...]


async def find(
    connection: AsyncConnection, *, words: str = "", state: str = "", role: str = "",
    beyond: str = "",
) -> list[Profile]:  # fmt: skip
    """A page of people by handle, those after `beyond`; `words` stand in the handle or name."""
    query = select(accounts.c.id).order_by(accounts.c.handle).limit(PAGE)
    text = words.strip().removeprefix("@")
    if text:
        handle = accounts.c.handle.contains(text.lower(), autoescape=True)
        query = query.where(or_(handle, accounts.c.name.icontains(text, autoescape=True)))
    if state:
        query = query.where(accounts.c.state == state)
    if role:
        query = query.where(accounts.c.role == role)
    if beyond:
        query = query.where(accounts.c.handle > beyond)
    ids = (await connection.execute(query)).scalars().all()
    found = await profiles.of_ids(connection, ids)
    return [found[each] for each in ids if each in found]


async def addresses(connection: AsyncConnection, account_id: str) -> Known:
    """For administrators only: the caller has made sure."""
    email = select(accounts.c.email).where(accounts.c.id == account_id)
    signed_in = select(sessions.c.agent, sessions.c.address, sessions.c.seen_ms).where(
        sessions.c.account_id == account_id
    )
    rows = await connection.execute(signed_in.limit(_MOST_SESSIONS))
    devices = tuple(Device(row.agent, row.address, row.seen_ms) for row in rows)
    return Known((await connection.execute(email)).scalar(), devices)
