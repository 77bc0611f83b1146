"""What is forgotten by itself: old posts that nobody kept, and what has expired. In bounded steps.

A post is *kept* when somebody favourited, boosted, quoted, bookmarked or answered it, when its
author pinned it, when it is a Space's own, and when moderators removed it (it may come back).
Boosts stay as long as what they boost. All others are deleted after `keep_days`, should the charter
say so, just as if their authors had done it. The empty place that a deleted post leaves in its
thread goes a month later, unless something still stands under it.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import Column, ColumnElement, and_, delete, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.tables import grants, mail_links, sessions, sign_in_links, sign_up_invites
from rostra.square.act import Act
from rostra.square.posts import Post
from rostra.square.queries import post_of
from rostra.square.removal import remove_post
from rostra.square.tables import bookmarks, idempotency_keys, posts

LOOKED_AT = 1000
"""Posts that one step looks at."""

DELETED = 25
"""Posts that one step deletes at most: each takes a dozen statements, and others want to write."""

FORGOTTEN = 500
"""Rows of one table that one step forgets."""

HOUR_MS = 3600 * 1000
DAY_MS = 24 * HOUR_MS
PLACES_MS = 30 * DAY_MS

_NOBODYS = and_(
    posts.c.favourites == 0, posts.c.boosts == 0, posts.c.quotes == 0, posts.c.replies == 0
)
_EXPIRES: tuple[tuple[Column[int], int], ...] = (
    (sessions.c.expires_ms, 0),
    (sign_in_links.c.expires_ms, 0),
    (mail_links.c.expires_ms, 0),
    (grants.c.expires_ms, 0),
    (sign_up_invites.c.expires_ms, DAY_MS),  # whoever comes a little late is told why
    (idempotency_keys.c.created_ms, HOUR_MS),
)
"""Columns, and for how long after their moment a row is kept."""


@dataclass(frozen=True)
class Found:
    """Posts to be deleted, ids of empty places to be forgotten, and the id after which to go on;
    None when all were looked at."""

    posts: tuple[Post, ...]
    places: tuple[int, ...]
    after: int | None


async def look(connection: AsyncConnection, after: int, keep_days: int, now_ms: int) -> Found:
    """What is to be forgotten among the next posts; `keep_days` is 0 for never."""
    window = select(posts.c.id).where(posts.c.id > after).order_by(posts.c.id).limit(LOOKED_AT)
    ids = (await connection.execute(window)).scalars().all()
    if not ids:
        return Found((), (), None)
    here = posts.c.id.between(ids[0], ids[-1])
    rows = await connection.execute(select(posts.c.id).where(here, _empty(now_ms)))
    places = tuple(rows.scalars())
    before = now_ms - keep_days * DAY_MS if keep_days else 0
    old = select(posts).where(here, posts.c.created_ms < before, _unkept()).order_by(posts.c.id)
    found = tuple(post_of(row) for row in await connection.execute(old.limit(DELETED)))
    if len(found) == DELETED:
        return Found(found, places, found[-1].id)
    return Found(found, places, ids[-1] if len(ids) == LOOKED_AT else None)


async def delete_old(act: Act, found: tuple[Post, ...]) -> int:
    """Delete those of `found` that nobody kept meanwhile: how many."""
    ids = [post.id for post in found]
    rows = await act.connection.execute(select(posts).where(posts.c.id.in_(ids), _unkept()))
    gone = [post_of(row) for row in rows]
    for post in gone:
        await remove_post(act, post, by_moderator=False)
    return len(gone)


async def forget_places(connection: AsyncConnection, places: tuple[int, ...], now_ms: int) -> None:
    """Forget those of `places` under which still nothing stands."""
    await connection.execute(delete(posts).where(posts.c.id.in_(places), _empty(now_ms)))


async def forget_expired(connection: AsyncConnection, now_ms: int) -> bool:
    """Forget sessions, links, grants, invitations and keys whose time is over; whether there may
    be more."""
    more = False
    for column, kept_ms in _EXPIRES:
        over = column <= now_ms - kept_ms
        # Those tables have keys of different kinds: so the oldest go, up to the moment of the last.
        some = select(column).where(over).order_by(column).limit(FORGOTTEN).subquery()
        until = await connection.scalar(select(func.max(some.c[column.name])))
        if until is not None:
            gone = await connection.execute(delete(column.table).where(column <= until))
            more = more or gone.rowcount >= FORGOTTEN
    return more


def _empty(now_ms: int) -> ColumnElement[bool]:
    deleted = posts.c.deleted_ms < now_ms - PLACES_MS
    return and_(deleted, posts.c.removed.is_(False), posts.c.boost_of.is_(None), _NOBODYS)


def _unkept() -> ColumnElement[bool]:
    return and_(
        _NOBODYS,
        posts.c.boost_of.is_(None),
        posts.c.pinned_ms.is_(None),
        posts.c.deleted_ms.is_(None),
        or_(posts.c.space_slug.is_(None), posts.c.space_moment.is_(None)),
        ~exists().where(bookmarks.c.post_id == posts.c.id),
    )
