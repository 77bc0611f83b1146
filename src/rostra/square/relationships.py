"""What somebody has to do with others, as pages and apps show it beside their names."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import (
    Column,
    ColumnElement,
    ScalarSelect,
    Select,
    Table,
    and_,
    func,
    select,
)
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
    """One look into an index for each thing and person.

    Values rather than EXISTS, of which PostgreSQL may make a set of all my followers first; and no
    joins, of which it would weigh all the orders.
    """
    mine = _between(follows, "follower_id", me, "followed_id")
    asked = _between(follow_requests, "follower_id", me, "followed_id")
    theirs = _between(follows, "followed_id", me, "follower_id")
    theirs_asked = _between(follow_requests, "followed_id", me, "follower_id")
    muted = and_(_between(mutes, "account_id", me, "target_id"), mute_lasts(now_ms))
    note = _between(account_notes, "account_id", me, "target_id")
    wanted: dict[str, ColumnElement[Any]] = {
        "following": _value(follows.c.id, mine),
        "requested": _value(follow_requests.c.id, asked),
        "boosts": _either(_value(follows.c.boosts, mine), _value(follow_requests.c.boosts, asked)),
        "notify": _either(_value(follows.c.notify, mine), _value(follow_requests.c.notify, asked)),
        "followed_by": _value(follows.c.id, theirs),
        "requested_by": _value(follow_requests.c.id, theirs_asked),
        "blocking": _value(blocks.c.id, _between(blocks, "account_id", me, "target_id")),
        "blocked_by": _value(blocks.c.id, _between(blocks, "target_id", me, "account_id")),
        "muting": _value(mutes.c.id, muted),
        "muting_notices": _value(mutes.c.notices, muted),
        "muting_until_ms": _value(mutes.c.until_ms, muted),
        "endorsed": _value(
            endorsements.c.id, _between(endorsements, "account_id", me, "target_id")
        ),
        "note": _value(account_notes.c.text, note),
    }
    return select(accounts.c.id, *(value.label(name) for name, value in wanted.items()))


def _between(table: Table, mine: str, me: str, theirs: str) -> ColumnElement[bool]:
    return and_(table.c[mine] == me, table.c[theirs] == accounts.c.id)


def _value(column: Column[Any], where: ColumnElement[bool]) -> ScalarSelect[Any]:
    return select(column).where(where).correlate(accounts).scalar_subquery()


def _either(first: ScalarSelect[Any], second: ScalarSelect[Any]) -> ColumnElement[Any]:
    return func.coalesce(first, second)


def _relationship(row: Any) -> Relationship:
    """What is there has a number, or is true."""
    own = {"id": row.id, "muting_until_ms": row.muting_until_ms, "note": row.note or ""}
    flags: dict[str, Any] = {name: bool(value) for name, value in row._asdict().items()}
    return Relationship(**(flags | own))
