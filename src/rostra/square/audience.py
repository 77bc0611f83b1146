"""What one reader wants to see and must not see: whom they follow, and who is hidden from them.

Every timeline asks for it, so that it is one statement whose answer is one row: the database joins
the ids into strings, which is several times quicker than as many rows.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Select,
    String,
    and_,
    bindparam,
    cast,
    false,
    func,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.queries import Account
from rostra.square.tables import (
    blocks,
    follow_requests,
    followed_tags,
    follows,
    list_members,
    lists,
    muted_threads,
    mutes,
)

_SPACE = " "  # stands in no id and in no hashtag


@dataclass(frozen=True)
class Circle:
    """Ids of accounts around `account_id`, each set for what is done with it.

    `quiet` are followed, but what they boost is not shown; `aside` are members of exclusive lists,
    whose posts are shown there and not at home. It is true until `good_until_ms`, when a mute ends.
    """

    account_id: str = ""
    following: frozenset[str] = frozenset()
    quiet: frozenset[str] = frozenset()
    aside: frozenset[str] = frozenset()
    requested: frozenset[str] = frozenset()
    muted: frozenset[str] = frozenset()
    blocked: frozenset[str] = frozenset()
    blocked_by: frozenset[str] = frozenset()
    muted_threads: frozenset[int] = frozenset()
    tags: frozenset[str] = frozenset()
    good_until_ms: int | None = None

    @cached_property
    def apart(self) -> frozenset[str]:
        """Blocked in either direction: neither sees the other anywhere."""
        return self.blocked | self.blocked_by

    @cached_property
    def hidden(self) -> frozenset[str]:
        """In no timeline: those who are muted, and those apart."""
        return self.muted | self.apart

    @cached_property
    def home(self) -> frozenset[str]:
        """Whose posts make the home timeline: the reader's own, and of those who are followed."""
        return (self.following | {self.account_id}) - self.aside - self.hidden

    @property
    def size(self) -> int:
        """How many ids it holds, to bound what is kept in memory."""
        sets = (self.following, self.quiet, self.aside, self.requested, self.muted, self.blocked,
                self.blocked_by, self.muted_threads, self.tags)  # fmt: skip
        return sum(len(each) for each in sets)


STRANGER = Circle()
"""Of whoever is not signed in."""


async def circle_of(connection: AsyncConnection, account_id: str, now_ms: int) -> Circle:
    """The circle of that account at `now_ms`, in one statement."""
    row = (await connection.execute(_ASKED, {"me": account_id, "now_ms": now_ms})).one()
    return Circle(
        account_id,
        following=_set(row.following),
        quiet=_set(row.quiet),
        aside=_set(row.aside),
        requested=_set(row.requested),
        muted=_set(row.muted),
        blocked=_set(row.blocked),
        blocked_by=_set(row.blocked_by),
        muted_threads=frozenset(int(each) for each in _set(row.threads)),
        tags=_set(row.tags),
        good_until_ms=row.until,
    )


async def circle_for(connection: AsyncConnection, viewer: Account | None, now_ms: int) -> Circle:
    """The circle of whoever looks, signed in or not."""
    return STRANGER if viewer is None else await circle_of(connection, viewer.id, now_ms)


def _asked() -> Select[Any]:
    """For the parameters `me` and `now_ms`: built once, as that costs more than answering it."""
    me, now_ms = bindparam("me", type_=String), bindparam("now_ms", type_=BigInteger)
    mine = follows.c.follower_id == me
    lasting = and_(mutes.c.account_id == me, mute_lasts(now_ms))
    apart = select(list_members.c.account_id).join(lists).where(lists.c.account_id == me)
    until = select(func.min(mutes.c.until_ms)).where(lasting)
    tags = followed_tags.c
    parts = {
        "following": _joined(follows.c.followed_id, mine),
        "quiet": _joined(follows.c.followed_id, mine, follows.c.boosts == false()),
        "aside": _of(apart.where(lists.c.exclusive).distinct()),
        "requested": _joined(follow_requests.c.followed_id, follow_requests.c.follower_id == me),
        "muted": _joined(mutes.c.target_id, lasting),
        "blocked": _joined(blocks.c.target_id, blocks.c.account_id == me),
        "blocked_by": _joined(blocks.c.account_id, blocks.c.target_id == me),
        "threads": _joined(
            cast(muted_threads.c.thread_id, String), muted_threads.c.account_id == me
        ),
        "tags": _joined(tags.tag, tags.account_id == me),
        "until": until,
    }
    return select(*(part.scalar_subquery().label(name) for name, part in parts.items()))


def mute_lasts(now_ms: Any) -> ColumnElement[bool]:
    """Of rows of `mutes`: those that have not ended."""
    return or_(mutes.c.until_ms.is_(None), mutes.c.until_ms > now_ms)


def _joined(column: ColumnElement[str], *where: ColumnElement[bool]) -> Select[Any]:
    return select(func.aggregate_strings(column, _SPACE)).where(*where)


def _of(ids: Select[tuple[str]]) -> Select[Any]:
    found = ids.subquery()
    return select(func.aggregate_strings(found.c[0], _SPACE))


def _set(joined: str | None) -> frozenset[str]:
    return frozenset(joined.split(_SPACE)) if joined else frozenset()


_ASKED = _asked()
