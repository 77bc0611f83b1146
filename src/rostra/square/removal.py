"""Taking posts away, and giving them back.

A post that its author deletes loses its words at once and holds its place in the thread, so that
answers to it still stand under something; one that moderators remove keeps them, unseen, for
whoever reinstates it. Boosts of either are shown to nobody, which costs nothing however many.
"""

from __future__ import annotations

from sqlalchemy import delete, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.tables import accounts
from rostra.square import media
from rostra.square.act import Act, News
from rostra.square.conversations import withdraw
from rostra.square.posts import Post
from rostra.square.search_index import forget_post, index_post
from rostra.square.tables import (
    bookmarks,
    favourites,
    mentions,
    notices,
    polls,
    post_tags,
    posts,
    revisions,
)

_GOES_WITH_IT = (mentions, post_tags, favourites, bookmarks, revisions, polls, notices)


async def remove_post(act: Act, post: Post, *, by_moderator: bool) -> None:
    """Nobody sees it from now on. The caller knows that whoever acts may do that."""
    if post.deleted_ms is not None:
        return
    gone: dict[str, object] = {"deleted_ms": act.now_ms, "removed": by_moderator, "pinned_ms": None}
    if not by_moderator:
        gone |= {"text": "", "warning": "", "attached": {}}
        for table in _GOES_WITH_IT:
            await act.connection.execute(delete(table).where(table.c.post_id == post.id))
    await act.connection.execute(update(posts).where(posts.c.id == post.id).values(gone))
    await media.settle(act, post.id)
    await forget_post(act.connection, post.id)
    await _recounted(act.connection, post, -1)
    if post.visibility == "direct":
        await withdraw(act, post)
    act.news.append(News("delete", post.author_id, post.id))


async def restore_post(act: Act, post: Post) -> None:
    """Give back what moderators removed; nothing happens to others."""
    if not post.removed:
        return
    await act.connection.execute(
        update(posts).where(posts.c.id == post.id).values(deleted_ms=None, removed=False)
    )
    await media.settle(act, post.id)
    await index_post(act.connection, post)
    await _recounted(act.connection, post, +1)
    act.news.append(News("post", post.author_id, post.id))


async def remove_boost(act: Act, boost: Post) -> None:
    """A boost is nobody's words: its row goes."""
    await act.connection.execute(delete(posts).where(posts.c.id == boost.id))
    await act.connection.execute(
        update(posts)
        .where(posts.c.id == boost.boost_of, posts.c.boosts > 0)
        .values(boosts=posts.c.boosts - 1)
    )
    await _counted(act.connection, boost.author_id, -1)
    act.news.append(News("delete", boost.author_id, boost.id))


async def _recounted(connection: AsyncConnection, post: Post, by: int) -> None:
    await _counted(connection, post.author_id, by)
    quoted = None if post.quote_revoked else post.quote_of
    for column, pointed in ((posts.c.replies, post.reply_to), (posts.c.quotes, quoted)):
        if pointed is not None:
            await connection.execute(
                update(posts)
                .where(posts.c.id == pointed, column + by >= 0)
                .values({column: column + by})
            )


async def _counted(connection: AsyncConnection, author_id: str, by: int) -> None:
    newest = select(func.coalesce(func.max(posts.c.id), 0)).where(
        posts.c.author_id == author_id, posts.c.deleted_ms.is_(None)
    )
    await connection.execute(
        update(accounts)
        .where(accounts.c.id == author_id, accounts.c.posts + by >= 0)
        .values(posts=accounts.c.posts + by, last_post_id=newest.scalar_subquery())
    )
