"""What people do with a post: favourite, boost, bookmark, pin, be told no more of a thread.

Each may be asked for again and is then as it was: `True` says that something changed.
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotAllowed, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.posts import Post
from rostra.square.queries import by_ids
from rostra.square.removal import remove_boost
from rostra.square.rules import MOST_PINS, may_boost
from rostra.square.tables import bookmarks, favourites, muted_threads, posts
from rostra.square.telling import tell_author
from rostra.store.inserting import insert_if_absent


async def favourite(act: Act, post: Post, account: Account) -> bool:
    """Like a post that the account may see."""
    if not await _marked(act, favourites, post, account):
        return False
    await _tally(act.connection, posts.c.favourites, post.id, +1)
    await tell_author(act, post, "favourite", account)
    return True


async def unfavourite(act: Act, post: Post, account: Account) -> bool:
    """Take it back."""
    if not await _unmarked(act, favourites, post, account):
        return False
    await _tally(act.connection, posts.c.favourites, post.id, -1)
    return True


async def bookmark(act: Act, post: Post, account: Account) -> bool:
    """Keep it for oneself; nobody is told."""
    return await _marked(act, bookmarks, post, account)


async def unbookmark(act: Act, post: Post, account: Account) -> bool:
    """Keep it no more."""
    return await _unmarked(act, bookmarks, post, account)


async def boost(act: Act, post: Post, account: Account, visibility: str) -> Post:
    """Show a post to one's followers: the boost, made now or before. Raises NotAllowed."""
    if not may_boost(post, account.id):
        raise NotAllowed("This post may not be boosted: it is not for everybody.")
    present = await boost_of(act.connection, post.id, account.id)
    if present is not None:
        return present
    boost_id = sortable_id(act.now_ms)
    await act.connection.execute(
        insert(posts).values(
            id=boost_id, author_id=account.id,
            visibility=visibility if post.is_open else post.visibility,
            text="", attached={}, boost_of=post.id, thread_id=post.thread_id,
            created_ms=act.now_ms,
        )
    )  # fmt: skip
    await _tally(act.connection, posts.c.boosts, post.id, +1)
    await act.connection.execute(
        update(accounts)
        .where(accounts.c.id == account.id)
        .values(posts=accounts.c.posts + 1, last_post_id=boost_id)
    )
    act.news.append(News("post", account.id, boost_id))
    await tell_author(act, post, "reblog", account)
    return (await by_ids(act.connection, [boost_id]))[boost_id]


async def unboost(act: Act, post: Post, account: Account) -> bool:
    """Take the boost back."""
    present = await boost_of(act.connection, post.id, account.id)
    if present is None:
        return False
    await remove_boost(act, present)
    return True


async def boost_of(connection: AsyncConnection, post_id: int, account_id: str) -> Post | None:
    """Somebody's boost of a post, if there is one."""
    mine = select(posts.c.id).where(posts.c.boost_of == post_id, posts.c.author_id == account_id)
    found = (await connection.execute(mine)).scalar()
    return None if found is None else (await by_ids(connection, [found]))[found]


async def pin(act: Act, post: Post, account: Account) -> None:
    """Show one's own post at the head of one's page. Raises NotProcessable, NotAllowed."""
    if post.author_id != account.id or post.boost_of is not None:
        raise NotAllowed("Only your own posts can be pinned.")
    if post.visibility == "direct":
        raise NotProcessable("A post to a few people cannot be pinned.")
    if post.pinned_ms is not None:
        return
    pinned = select(func.count()).where(
        posts.c.author_id == account.id, posts.c.pinned_ms.is_not(None)
    )
    if (await act.connection.execute(pinned)).scalar_one() >= MOST_PINS:
        raise NotProcessable(f"There are {MOST_PINS} pinned posts already: unpin one first.")
    await _pinned(act, post, act.now_ms)


async def unpin(act: Act, post: Post, account: Account) -> None:
    """Show it there no more."""
    if post.author_id == account.id:
        await _pinned(act, post, None)


async def mute_thread(act: Act, post: Post, account: Account) -> None:
    """Be told no more of what is said in the post's thread."""
    values = {"account_id": account.id, "thread_id": post.thread_id}
    if await insert_if_absent(act.connection, muted_threads, values):
        act.news.append(News("relations", account.id))


async def unmute_thread(act: Act, post: Post, account: Account) -> None:
    """Be told again."""
    await act.connection.execute(
        delete(muted_threads).where(
            muted_threads.c.account_id == account.id,
            muted_threads.c.thread_id == post.thread_id,
        )
    )
    act.news.append(News("relations", account.id))


async def _pinned(act: Act, post: Post, when: int | None) -> None:
    await act.connection.execute(update(posts).where(posts.c.id == post.id).values(pinned_ms=when))


async def _marked(act: Act, table: Table, post: Post, account: Account) -> bool:
    if post.boost_of is not None:
        raise NotProcessable("This is a boost: choose the post that it points to.")
    values = {"account_id": account.id, "post_id": post.id, "id": sortable_id(act.now_ms)}
    return await insert_if_absent(act.connection, table, values)


async def _unmarked(act: Act, table: Table, post: Post, account: Account) -> bool:
    gone = await act.connection.execute(
        delete(table).where(table.c.account_id == account.id, table.c.post_id == post.id)
    )
    return gone.rowcount == 1


async def _tally(connection: AsyncConnection, column: Any, post_id: int, by: int) -> None:
    await connection.execute(
        update(posts).where(posts.c.id == post_id, column + by >= 0).values({column: column + by})
    )
