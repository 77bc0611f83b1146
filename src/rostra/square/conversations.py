"""Conversations: for each person in a thread of direct posts, its newest post and whether it is
read. A row for each, so that one who puts it away does not take it from the others."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, delete, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.ids import sortable_id
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.notices import shuts_out
from rostra.square.posts import Post
from rostra.square.span import Span
from rostra.square.tables import conversations, mentions, posts
from rostra.store.inserting import insert_if_absent


@dataclass(frozen=True)
class Conversation:
    """A thread as somebody has it; `others` are the people of its newest post, without oneself."""

    id: int
    account_id: str
    thread_id: int
    last_post_id: int
    unread: bool
    others: tuple[str, ...] = ()


async def touch(act: Act, post: Post) -> None:
    """A direct post was made: it is the newest of its thread for who wrote it and who is named."""
    assert post.visibility == "direct", post.id
    named = [mention.id for mention in post.attached.mentions if mention.id != post.author_id]
    hearing = select(accounts.c.id).where(
        accounts.c.id.in_(named), ~shuts_out(accounts.c.id, post.author_id, act.now_ms)
    )
    heard = set((await act.connection.execute(hearing)).scalars())
    for account_id in [post.author_id, *(each for each in named if each in heard)]:
        await _put(act, account_id, post, unread=account_id != post.author_id)


async def withdraw(act: Act, post: Post) -> None:
    """A direct post is gone: the one before it is the newest, or the conversation goes too."""
    held = conversations.c.last_post_id == post.id
    for row in (await act.connection.execute(select(conversations).where(held))).all():
        before = await _newest(act.connection, row.account_id, row.thread_id)
        mine = conversations.c.id == row.id
        if before is None:
            await act.connection.execute(delete(conversations).where(mine))
        else:
            await act.connection.execute(
                update(conversations).where(mine).values(last_post_id=before)
            )
        act.news.append(News("conversation", row.account_id, row.id))


async def listed(connection: AsyncConnection, account_id: str, span: Span) -> list[Conversation]:
    """One page of somebody's conversations, newest first; the ids of `span` are of newest posts."""
    mine = select(conversations).where(conversations.c.account_id == account_id)
    rows = (await connection.execute(span.within(mine, conversations.c.last_post_id))).all()
    return await _complete(connection, rows[::-1] if span.upwards else rows)


async def conversation_by_id(
    connection: AsyncConnection, account_id: str, conversation_id: int
) -> Conversation:
    """One of somebody's own. Raises NotFound."""
    row = (
        await connection.execute(select(conversations).where(_own(account_id, conversation_id)))
    ).first()
    if row is None:
        raise _no_such_conversation()
    return (await _complete(connection, [row]))[0]


async def mark_read(act: Act, account_id: str, conversation_id: int) -> None:
    """It was read. Raises NotFound."""
    seen = update(conversations).where(_own(account_id, conversation_id)).values(unread=False)
    if (await act.connection.execute(seen)).rowcount != 1:
        raise _no_such_conversation()


async def put_away(act: Act, account_id: str, conversation_id: int) -> None:
    """Out of somebody's list, until a new post comes. Raises NotFound."""
    gone = delete(conversations).where(_own(account_id, conversation_id))
    if (await act.connection.execute(gone)).rowcount != 1:
        raise _no_such_conversation()


async def _put(act: Act, account_id: str, post: Post, *, unread: bool) -> None:
    made = sortable_id(act.now_ms)
    row = {"account_id": account_id, "thread_id": post.thread_id, "id": made,
           "last_post_id": post.id, "unread": unread}  # fmt: skip
    if not await insert_if_absent(act.connection, conversations, row):
        mine = (conversations.c.account_id == account_id) & (
            conversations.c.thread_id == post.thread_id
        )
        values = {"last_post_id": post.id, "unread": unread}
        await act.connection.execute(update(conversations).where(mine).values(values))
        found = await act.connection.execute(select(conversations.c.id).where(mine))
        made = found.scalar_one()
    act.news.append(News("conversation", account_id, made))


async def _newest(connection: AsyncConnection, account_id: str, thread_id: int) -> int | None:
    """The newest direct post of a thread that somebody wrote or is named in."""
    named = exists().where(mentions.c.post_id == posts.c.id, mentions.c.account_id == account_id)
    query = select(posts.c.id).where(
        posts.c.thread_id == thread_id,
        posts.c.visibility == "direct",
        posts.c.deleted_ms.is_(None),
        or_(posts.c.author_id == account_id, named),
    )
    found = (await connection.execute(query.order_by(posts.c.id.desc()).limit(1))).scalar()
    return None if found is None else int(found)


async def _complete(connection: AsyncConnection, rows: Any) -> list[Conversation]:
    newest = [row.last_post_id for row in rows]
    people: dict[int, set[str]] = {each: set() for each in newest}
    authors = select(posts.c.id, posts.c.author_id).where(posts.c.id.in_(newest))
    named = select(mentions.c.post_id, mentions.c.account_id).where(mentions.c.post_id.in_(newest))
    for query in (authors, named):
        for post_id, account_id in await connection.execute(query):
            people[post_id].add(account_id)
    return [
        Conversation(
            row.id, row.account_id, row.thread_id, row.last_post_id, row.unread,
            tuple(sorted(people[row.last_post_id] - {row.account_id})),
        )
        for row in rows
    ]  # fmt: skip


def _own(account_id: str, conversation_id: int) -> ColumnElement[bool]:
    return (conversations.c.account_id == account_id) & (conversations.c.id == conversation_id)


def _no_such_conversation() -> NotFound:
    return NotFound("You have no such conversation, or it was put away.")
