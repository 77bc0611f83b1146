"""What somebody leaves behind in the square, forgotten in bounded steps when their account goes.

Their posts lose their words and hold their places; whom they followed and who followed them are
counted anew; what was theirs alone is deleted. Votes stay counted: a poll that is over stays so.
"""

from __future__ import annotations

from sqlalchemy import Column, Table, delete, or_, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people import queries
from rostra.people.tables import accounts
from rostra.square import tables as t
from rostra.square.act import Act
from rostra.square.queries import by_ids, post_of
from rostra.square.reactions import unfavourite
from rostra.square.removal import remove_boost, remove_post

STEP = 100
"""Posts, or rows of each kind, in one transaction."""

_ALONE: tuple[tuple[Table, str], ...] = (
    (t.bookmarks, "account_id"), (t.lists, "account_id"), (t.list_members, "account_id"),
    (t.filters, "account_id"), (t.blocks, "account_id"), (t.blocks, "target_id"),
    (t.mutes, "account_id"), (t.mutes, "target_id"), (t.follow_requests, "follower_id"),
    (t.follow_requests, "followed_id"), (t.notices, "account_id"), (t.notices, "from_id"),
    (t.drafts, "account_id"), (t.scheduled_posts, "account_id"), (t.conversations, "account_id"),
    (t.markers, "account_id"), (t.account_notes, "account_id"), (t.account_notes, "target_id"),
    (t.muted_threads, "account_id"), (t.followed_tags, "account_id"),
    (t.idempotency_keys, "account_id"), (t.featured_tags, "account_id"),
    (t.endorsements, "account_id"), (t.endorsements, "target_id"),
)  # fmt: skip


async def forget_some(act: Act, account_id: str) -> bool:
    """Forget some of what is left: whether anything was."""
    if await _posts(act, account_id) or await _favourites(act, account_id):
        return True
    if await _follows(act.connection, account_id):
        return True
    left = [await _rows(act.connection, table, table.c[name], account_id) for table, name in _ALONE]
    return any(left)


async def _posts(act: Act, account_id: str) -> bool:
    mine = t.posts.c.author_id == account_id
    there = or_(t.posts.c.deleted_ms.is_(None), t.posts.c.removed)
    rows = (await act.connection.execute(select(t.posts).where(mine, there).limit(STEP))).all()
    for post in map(post_of, rows):
        if post.boost_of is not None and not post.removed:
            await remove_boost(act, post)
        elif post.removed:  # by moderators: counted down already, and now nobody reinstates it
            await act.connection.execute(
                update(t.posts)
                .where(t.posts.c.id == post.id)
                .values(text="", warning="", attached={}, removed=False)
            )
        else:
            await remove_post(act, post, by_moderator=False)
    return bool(rows)


async def _favourites(act: Act, account_id: str) -> bool:
    asked = select(t.favourites.c.post_id).where(t.favourites.c.account_id == account_id)
    ids = (await act.connection.execute(asked.limit(STEP))).scalars().all()
    account = await queries.by_id(act.connection, account_id)
    for post in (await by_ids(act.connection, ids)).values():
        assert account is not None  # whose rows these are
        await unfavourite(act, post, account)
    return bool(ids)


async def _follows(connection: AsyncConnection, account_id: str) -> bool:
    followed, follower = t.follows.c.followed_id, t.follows.c.follower_id
    found = False
    for mine, other, counted in (
        (follower, followed, accounts.c.followers),
        (followed, follower, accounts.c.following),
    ):
        asked = select(other).where(mine == account_id).limit(STEP)
        ids = (await connection.execute(asked)).scalars().all()
        await connection.execute(
            update(accounts)
            .where(accounts.c.id.in_(ids), counted > 0)
            .values({counted: counted - 1})
        )
        await connection.execute(delete(t.follows).where(mine == account_id, other.in_(ids)))
        found = found or bool(ids)
    return found


async def _rows(
    connection: AsyncConnection, table: Table, column: Column[str], account_id: str
) -> bool:
    key = tuple_(*table.primary_key.columns)
    some = select(*table.primary_key.columns).where(column == account_id).limit(STEP)
    gone = await connection.execute(delete(table).where(key.in_(some)))
    return gone.rowcount > 0
