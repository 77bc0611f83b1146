"""Lists of people: the directory, whom one might follow. Those with a name are in search.py."""

from __future__ import annotations

from typing import Any, Literal

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.tables import accounts
from rostra.square.audience import Circle
from rostra.square.tables import follow_requests

Order = Literal["active", "new"]


async def directory(
    connection: AsyncConnection, circle: Circle, order: Order, *, limit: int, offset: int = 0
) -> list[Profile]:
    """Those who want to be listed: who wrote last first, or who came last."""
    by = accounts.c.last_post_id if order == "active" else accounts.c.created_ms
    query = _listed(circle).order_by(by.desc(), accounts.c.id).limit(limit).offset(offset)
    return await _shown(connection, query)


async def suggested(connection: AsyncConnection, circle: Circle, limit: int) -> list[Profile]:
    """Those of the directory who wrote of late and are not followed yet."""
    known = circle.following | circle.requested | circle.muted | {circle.account_id}
    query = _listed(circle).where(accounts.c.id.not_in(known), accounts.c.last_post_id > 0)
    return await _shown(connection, query.order_by(accounts.c.last_post_id.desc()).limit(limit))


async def requests_waiting(connection: AsyncConnection, account_id: str) -> int:
    """How many ask to follow the account."""
    asked = select(func.count()).where(follow_requests.c.followed_id == account_id)
    return (await connection.execute(asked)).scalar_one()


def _listed(circle: Circle) -> Select[tuple[str]]:
    return select(accounts.c.id).where(
        accounts.c.state == "active", accounts.c.hidden.is_(False), _not_apart(circle)
    )


def _not_apart(circle: Circle) -> ColumnElement[bool]:
    return accounts.c.id.not_in(circle.apart)


async def _shown(connection: AsyncConnection, query: Select[Any]) -> list[Profile]:
    ids = [row.id for row in await connection.execute(query)]
    found = await profiles.of_ids(connection, ids)
    return [found[each] for each in ids if each in found]
