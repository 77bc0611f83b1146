"""Who follows whom, who asks to, who is blocked or muted: in pages, the last of them first."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Column, ColumnElement, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotProcessable
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.square.audience import Circle, mute_lasts
from rostra.square.relations import no_such_person
from rostra.square.span import Span
from rostra.square.tables import blocks, endorsements, follow_requests, follows, mutes
from rostra.square.who import People, people_of

MOST_FAMILIAR = 40
"""Of accounts asked about at once, and of those named for each."""

FOUND = SEEN | {"suspended"}


async def person_by_id(connection: AsyncConnection, account_id: str, circle: Circle) -> Profile:
    """Somebody as the reader finds them. Raises NotFound, also where they block the reader."""
    found = (await profiles.of_ids(connection, [account_id[:32]])).get(account_id)
    if found is None or found.state not in FOUND or found.id in circle.blocked_by:
        raise no_such_person()
    return found


async def followers_of(connection: AsyncConnection, account_id: str, span: Span) -> People:
    """Who follows that account."""
    theirs = follows.c.followed_id == account_id
    return await _page(connection, follows.c.id, follows.c.follower_id, theirs, span)


async def followed_by(connection: AsyncConnection, account_id: str, span: Span) -> People:
    """Whom that account follows."""
    theirs = follows.c.follower_id == account_id
    return await _page(connection, follows.c.id, follows.c.followed_id, theirs, span)


async def asking(connection: AsyncConnection, me: Account, span: Span) -> People:
    """Who asks to follow me."""
    asked = follow_requests.c
    return await _page(connection, asked.id, asked.follower_id, asked.followed_id == me.id, span)


async def blocked(connection: AsyncConnection, me: Account, span: Span) -> People:
    """Whom I block."""
    mine = blocks.c.account_id == me.id
    return await _page(connection, blocks.c.id, blocks.c.target_id, mine, span)


async def muted(connection: AsyncConnection, me: Account, span: Span, now_ms: int) -> People:
    """Whom I mute."""
    mine = (mutes.c.account_id == me.id) & mute_lasts(now_ms)
    return await _page(connection, mutes.c.id, mutes.c.target_id, mine, span)


async def mute_ends(
    connection: AsyncConnection, me: Account, ids: Sequence[str]
) -> dict[str, int | None]:
    """When my mutes of `ids` end, None for never."""
    query = select(mutes.c.target_id, mutes.c.until_ms).where(
        mutes.c.account_id == me.id, mutes.c.target_id.in_(ids)
    )
    return {row.target_id: row.until_ms for row in await connection.execute(query)}


async def endorsed_by(connection: AsyncConnection, account_id: str, span: Span) -> People:
    """Whom that account recommends."""
    theirs = endorsements.c.account_id == account_id
    return await _page(connection, endorsements.c.id, endorsements.c.target_id, theirs, span)


async def familiar(
    connection: AsyncConnection, me: Account, ids: Sequence[str], circle: Circle
) -> dict[str, list[Profile]]:
    """Whom I follow among the followers of each of `ids`, the last of them first."""
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_FAMILIAR:
        raise NotProcessable(f"Validation failed: at most {MOST_FAMILIAR} people at once.")
    theirs, mine = follows.alias("theirs"), follows.alias("mine")
    place = func.row_number().over(partition_by=theirs.c.followed_id, order_by=theirs.c.id.desc())
    ranked = (
        select(theirs.c.followed_id, theirs.c.follower_id, place.label("place"))
        .join(mine, mine.c.followed_id == theirs.c.follower_id)
        .join(accounts, accounts.c.id == theirs.c.follower_id)
        .where(mine.c.follower_id == me.id, theirs.c.followed_id.in_(wanted))
        .where(accounts.c.state.in_(SEEN))
        .subquery()
    )
    query = select(ranked).where(ranked.c.place <= MOST_FAMILIAR).order_by(ranked.c.place)
    rows = (await connection.execute(query)).all() if wanted else []
    found = await profiles.of_ids(connection, (row.follower_id for row in rows))
    hidden = circle.apart
    return {
        each: [
            found[row.follower_id]
            for row in rows
            if row.followed_id == each and each not in hidden and row.follower_id in found
        ]
        for each in wanted
    }


async def _page(
    connection: AsyncConnection,
    number: Column[int],
    person: Column[str],
    where: ColumnElement[bool],
    span: Span,
) -> People:
    there = select(number.label("id"), person.label("account_id")).where(where)
    query: Any = there.join(accounts, accounts.c.id == person).where(accounts.c.state.in_(SEEN))
    return await people_of(connection, span.within(query, number), span)
