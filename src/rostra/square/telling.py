"""Who is told of a post, an edit, a favourite, a boost: a few at once, many by a chore in steps."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.square import conversations
from rostra.square.act import Act
from rostra.square.notices import hearers, notify, tell_all
from rostra.square.posts import Post
from rostra.square.queries import by_ids
from rostra.square.tables import follows, posts

CHORE = "tell"
STEP = 250


@dataclass(frozen=True)
class Step:
    """The next to be told of `post`, and what is left to do after them."""

    post: Post
    kind: str
    account_ids: tuple[str, ...]
    rest: Mapping[str, Any] | None


async def of_post(act: Act, post: Post) -> None:
    """A post was published: tell those it names, whom it quotes, and who wants to know of each."""
    await _of_named(act, post)
    if post.quote_of is not None:
        quoted = (await by_ids(act.connection, [post.quote_of])).get(post.quote_of)
        if quoted is not None and post.visibility != "direct":
            await notify(act, quoted.author_id, "quote", from_id=post.author_id, post_id=post.id)
    if post.visibility == "direct":
        await conversations.touch(act, post)
    elif post.reply_to_author in (None, post.author_id):
        wanted = exists().where(follows.c.followed_id == post.author_id, follows.c.notify)
        if (await act.connection.execute(select(wanted))).scalar():
            await _later(act, "status", post)


async def of_edit(act: Act, post: Post) -> None:
    """Its words changed: tell those it names now, and those who boosted what it was."""
    await _of_named(act, post)
    if post.boosts > 0:
        await _later(act, "update", post)


async def of_favourite(act: Act, post: Post, account_id: str) -> None:
    """Somebody likes it."""
    await notify(act, post.author_id, "favourite", from_id=account_id, post_id=post.id)


async def of_boost(act: Act, post: Post, account_id: str) -> None:
    """Somebody shows it to others."""
    await notify(act, post.author_id, "reblog", from_id=account_id, post_id=post.id)


async def next_step(
    connection: AsyncConnection, details: Mapping[str, Any], now_ms: int
) -> Step | None:
    """Whom to tell next of what a chore says; None where the post is gone."""
    kind, post_id, after = details["kind"], details["post"], details["after"]
    post = (await by_ids(connection, [post_id])).get(post_id)
    if post is None or post.deleted_ms is not None:
        return None
    if kind == "status":
        found = select(follows.c.id, follows.c.follower_id.label("who")).where(
            follows.c.followed_id == post.author_id, follows.c.notify, follows.c.id > after
        )
        order = follows.c.id
    else:
        found = select(posts.c.author_id.label("id"), posts.c.author_id.label("who")).where(
            posts.c.boost_of == post_id, posts.c.author_id > str(after)
        )
        order = posts.c.author_id
    rows = (await connection.execute(found.order_by(order).limit(STEP))).all()
    listening = await hearers(
        connection, [row.who for row in rows], kind, now_ms, from_id=post.author_id, post_id=post_id
    )
    rest = {**details, "after": rows[-1].id} if len(rows) == STEP else None
    return Step(post, kind, tuple(listening), rest)


async def tell(act: Act, step: Step) -> None:
    """Tell those of the step."""
    await tell_all(
        act, step.account_ids, step.kind, from_id=step.post.author_id, post_id=step.post.id
    )


async def _of_named(act: Act, post: Post) -> None:
    for mention in post.attached.mentions:
        await notify(act, mention.id, "mention", from_id=post.author_id, post_id=post.id)


async def _later(act: Act, kind: str, post: Post) -> None:
    after = 0 if kind == "status" else ""
    await add_chore(
        act.connection, CHORE, {"kind": kind, "post": post.id, "after": after},
        due_ms=act.now_ms, now_ms=act.now_ms, subject=f"{kind} {post.id}",
    )  # fmt: skip
