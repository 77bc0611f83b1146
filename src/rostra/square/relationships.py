"""What somebody has to do with others, as pages and apps show it beside their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, Table, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.tables import accounts
from rostra.square.audience import mute_lasts
from rostra.square.tables import (
    account_notes,
    blocks,
    endorsements,
    follow_requests,
    follows,
    mutes,
)


@dataclass(frozen=True)
class Relationship:
    """Of a viewer to the account `id`; `boosts` and `notify` are of a follow or its request."""

    id: str
    following: bool
    requested: bool
    boosts: bool
    notify: bool
    followed_by: bool
    requested_by: bool
    blocking: bool
    blocked_by: bool
    muting: bool
    muting_notices: bool
    muting_until_ms: int | None
    endorsed: bool
    note: str

    @property
    def apart(self) -> bool:
        """Whether one blocks the other."""
        return self.blocking or self.blocked_by


async def relationships(
    connection: AsyncConnection, viewer_id: str, ids: Sequence[str], now_ms: int
) -> list[Relationship]:
    """Those of the viewer to `ids`, in that order and once each, in one statement.

    Ids of nobody are left out. The caller bounds how many are asked for.
    """
    wanted = list(dict.fromkeys(ids))
    if not wanted:
        return []
    asked = _asked(viewer_id, now_ms).where(accounts.c.id.in_(wanted))
    found = {row.id: _relationship(row) for row in await connection.execute(asked)}
    return [found[each] for each in wanted if each in found]


async def relationship(
    connection: AsyncConnection, viewer_id: str, target_id: str, now_ms: int
) -> Relationship:
    """That of the viewer to an account that is there."""
    (found,) = await relationships(connection, viewer_id, [target_id], now_ms)
    return found


def _asked(me: str, now_ms: int) -> Select[Any]:
    them = accounts.c.id
    theirs, theirs_asked, on_me = follows.alias(), follow_requests.alias(), blocks.alias()
    joins: list[tuple[Any, ColumnElement[bool]]] = [
        (follows, _ours(follows, "follower_id", me, "followed_id")),
        (follow_requests, _ours(follow_requests, "follower_id", me, "followed_id")),
        (theirs, and_(theirs.c.follower_id == them, theirs.c.followed_id == me)),
        (theirs_asked, and_(theirs_asked.c.follower_id == them, theirs_asked.c.followed_id == me)),
        (blocks, _ours(blocks, "account_id", me, "target_id")),
        (on_me, and_(on_me.c.account_id == them, on_me.c.target_id == me)),
        (mutes, and_(_ours(mutes, "account_id", me, "target_id"), mute_lasts(now_ms))),
        (endorsements, _ours(endorsements, "account_id", me, "target_id")),
        (account_notes, _ours(account_notes, "account_id", me, "target_id")),
    ]
    everything: Any = accounts
    for table, how in joins:
        everything = everything.outerjoin(table, how)
    return select(
        them.label("id"),
        follows.c.id.label("following"),
        follow_requests.c.id.label("requested"),
        func.coalesce(follows.c.boosts, follow_requests.c.boosts).label("boosts"),
        func.coalesce(follows.c.notify, follow_requests.c.notify).label("notify"),
        theirs.c.id.label("followed_by"),
        theirs_asked.c.id.label("requested_by"),
        blocks.c.id.label("blocking"),
        on_me.c.id.label("blocked_by"),
        mutes.c.id.label("muting"),
        mutes.c.notices.label("muting_notices"),
        mutes.c.until_ms.label("muting_until_ms"),
        endorsements.c.id.label("endorsed"),
        account_notes.c.text.label("note"),
    ).select_from(everything)


def _ours(table: Table, mine: str, me: str, theirs: str) -> ColumnElement[bool]:
    return and_(table.c[mine] == me, table.c[theirs] == accounts.c.id)


def _relationship(row: Any) -> Relationship:
    return Relationship(
        id=row.id,
        following=row.following is not None,
        requested=row.requested is not None,
        boosts=bool(row.boosts),
        notify=bool(row.notify),
        followed_by=row.followed_by is not None,
        requested_by=row.requested_by is not None,
        blocking=row.blocking is not None,
        blocked_by=row.blocked_by is not None,
        muting=row.muting is not None,
        muting_notices=bool(row.muting_notices),
        muting_until_ms=row.muting_until_ms,
        endorsed=row.endorsed is not None,
        note=row.note or "",
    )
