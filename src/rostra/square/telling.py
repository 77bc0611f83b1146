"""Telling people of a post: who is named in it, answered, quoted, liked or boosted.

Those who asked to be told of everything that somebody posts, and those who boosted what was edited,
may be many: they are told by a chore, a few hundred at a time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.errors import NotFound
from rostra.people import profiles
from rostra.people.queries import Account
from rostra.square.act import Act
from rostra.square.notices import hearers, notify, tell_all
from rostra.square.posts import Post
from rostra.square.queries import by_ids, post_by_id
from rostra.square.tables import TOLD, follows, posts

CHORE = "tell of post"
STEP = 200


async def tell_of_new(act: Act, post: Post, parent: Post | None, quoted: Post | None) -> None:
    """Of a post that was just published."""
    named = [each.id for each in post.attached.mentions]
    if parent is not None and parent.author_id not in named and post.visibility != "direct":
        named.append(parent.author_id)
    for account_id in named:
        if await _may_see(act, post, account_id):
            await notify(act, account_id, "mention", from_id=post.author_id, post_id=post.id)
    if quoted is not None and await _may_see(act, post, quoted.author_id):
        await notify(act, quoted.author_id, "quote", from_id=post.author_id, post_id=post.id)
    asked = exists().where(follows.c.followed_id == post.author_id, TOLD)
    if post.visibility != "direct" and (await act.connection.execute(select(asked))).scalar():
        await _later(act, post, "status")


async def tell_of_edit(act: Act, post: Post) -> None:
    """Of a post whose words were changed: newly named people now, who boosted it by and by."""
    for each in post.attached.mentions:
        if await _may_see(act, post, each.id):
            await notify(act, each.id, "mention", from_id=post.author_id, post_id=post.id)
    if post.boosts:
        await _later(act, post, "update")


async def tell_author(act: Act, post: Post, kind: str, by: Account) -> None:
    """That somebody did something with a post: `favourite` or `reblog`."""
    await notify(act, post.author_id, kind, from_id=by.id, post_id=post.id)


@dataclass(frozen=True)
class Step:
    """The next to be told of `post`, and the details of the step after; None when all were told."""

    post: Post
    kind: str
    account_ids: tuple[str, ...]
    rest: Mapping[str, Any] | None


async def next_step(
    connection: AsyncConnection, details: Mapping[str, Any], now_ms: int
) -> Step | None:
    """Whom to tell next of what a chore says; None where the post is gone.

    It is read before the transaction that writes, which is as short as its rows. Whoever boosted a
    post or follows its author may see what everybody may, or its followers.
    """
    post = (await by_ids(connection, [details["post"]])).get(details["post"])
    if post is None or post.deleted_ms is not None:
        return None
    rows = (await connection.execute(_waiting(post, details))).all()
    listening = await hearers(
        connection, [row.account_id for row in rows], details["kind"], now_ms,
        from_id=post.author_id, post_id=post.id,
    )  # fmt: skip
    rest = {**details, "after": rows[-1].id} if len(rows) == STEP else None
    return Step(post, details["kind"], tuple(listening), rest)


async def tell_some(act: Act, step: Step) -> None:
    """Tell those of the step."""
    await tell_all(
        act, step.account_ids, step.kind, from_id=step.post.author_id, post_id=step.post.id
    )


def _waiting(post: Post, details: Mapping[str, Any]) -> Select[Any]:
    """The next of those who are to be told."""
    if details["kind"] == "status":
        query = select(follows.c.id, follows.c.follower_id.label("account_id")).where(
            follows.c.followed_id == post.author_id, TOLD
        )
        number = follows.c.id
    else:
        query = select(posts.c.id, posts.c.author_id.label("account_id")).where(
            posts.c.boost_of == post.id
        )
        number = posts.c.id
    return query.where(number > details["after"]).order_by(number).limit(STEP)


async def _later(act: Act, post: Post, kind: str) -> None:
    await add_chore(
        act.connection, CHORE, {"post": post.id, "kind": kind, "after": 0},
        due_ms=act.now_ms, now_ms=act.now_ms, subject=f"{post.id} {kind}",
    )  # fmt: skip


async def _may_see(act: Act, post: Post, account_id: str) -> bool:
    reader = (await profiles.of_ids(act.connection, [account_id])).get(account_id)
    if reader is None:
        return False
    try:
        await post_by_id(act.connection, post.id, reader.account)
    except NotFound:
        return False
    return True
