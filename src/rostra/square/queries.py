"""What is asked about posts, and how a row becomes a Post."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import exists, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.square import polls
from rostra.square.posts import Attached, Post
from rostra.square.rules import may_see
from rostra.square.tables import blocks, follows, posts, revisions
from rostra.store.membership import one_of

_NAMES = [column.name for column in posts.columns]
assert list(Post._fields) == _NAMES
_ATTACHED, _END = _NAMES.index("attached"), len(_NAMES)
_BY_IDS = select(posts).where(one_of(posts.c.id, "ids"))


def post_of(row: Any) -> Post:
    """The post of a row that begins with all columns of the table."""
    attached = Attached.of(row[_ATTACHED])
    values: tuple[Any, ...] = (*row[:_ATTACHED], attached, *row[_ATTACHED + 1 : _END])
    return Post(*values)


def no_such_post() -> NotFound:
    """The same sentence for what is not there and for what the asker may not see."""
    return NotFound("There is no such post, or it is not for you to see.")


async def by_ids(connection: AsyncConnection, ids: Iterable[int]) -> dict[int, Post]:
    """The rows of `ids` that are there, deleted ones too, whoever may see them."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await connection.execute(_BY_IDS, {"ids": wanted})
    return {row.id: post_of(row) for row in rows}


async def post_by_id(connection: AsyncConnection, post_id: int, viewer: Account | None) -> Post:
    """A post that `viewer` may see. Raises NotFound."""
    viewer_id = viewer.id if viewer is not None else None
    author = posts.c.author_id
    follows_author = exists().where(
        follows.c.follower_id == viewer_id, follows.c.followed_id == author
    )
    blocked = exists().where(blocks.c.account_id == author, blocks.c.target_id == viewer_id)
    found = select(
        posts,
        accounts.c.state.label("author_state"),
        follows_author.label("follows_author"),
        blocked.label("blocked"),
    ).join(accounts, accounts.c.id == author)
    row = (await connection.execute(found.where(posts.c.id == post_id))).first()
    if row is None:
        raise no_such_post()
    following = (row.author_id,) if row.follows_author else ()
    blocked_by = (row.author_id,) if row.blocked else ()
    post = post_of(row)
    if not may_see(post, row.author_state, viewer_id, following, blocked_by):
        raise no_such_post()
    return post


async def own_post(connection: AsyncConnection, post_id: int, author: Account) -> Post:
    """A post of the author's own. Raises NotFound, also where it is somebody else's."""
    post = await post_by_id(connection, post_id, author)
    if post.author_id != author.id:
        raise no_such_post()
    return post


@dataclass(frozen=True)
class Revision:
    """A post as it was from `created_ms` on."""

    created_ms: int
    text: str
    warning: str
    sensitive: bool
    attached: Attached
    options: tuple[str, ...] = ()


async def revisions_of(connection: AsyncConnection, post: Post) -> list[Revision]:
    """What a post was before, oldest first, and is now."""
    query = select(revisions).where(revisions.c.post_id == post.id).order_by(revisions.c.id)
    before = [
        Revision(
            row.created_ms,
            row.text,
            row.warning,
            row.sensitive,
            Attached.of(row.attached),
            tuple(row.options),
        )
        for row in await connection.execute(query)
    ]
    since = post.edited_ms or post.created_ms
    options = await polls.titles(connection, post)
    now = Revision(since, post.text, post.warning, post.sensitive, post.attached, options)
    return [*before, now]
