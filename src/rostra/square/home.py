"""Home and list timelines, put together when they are asked for.

A post costs one row, however many follow its author; a reader's page is found by looking at each
followed author's newest posts in a window of time, by the index (author, id). The window is chosen
by how many people are followed, so that it usually holds a page, and grows until it does: who
follows thousands looks at minutes, who follows ten at months. Decision 36 has the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, literal, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.square.audience import Circle
from rostra.square.posts import Post, PostView
from rostra.square.queries import by_ids, post_of
from rostra.square.span import Span
from rostra.square.tables import follows, list_members, lists, post_tags, posts
from rostra.square.walking import at_home, bearable, walk

_MINUTE = 60_000 << 16
_DAY = 24 * 60 * _MINUTE
_ALL_FOLLOWED = 60 * _DAY
"""Divided by how many are followed, this is the first window."""

_NARROWEST, _GROWTH = 10 * _MINUTE, 8


async def home(
    connection: AsyncConnection, circle: Circle, span: Span, now_id: int
) -> list[PostView]:
    """What those whom the reader follows posted, and what has a tag that they follow.

    `now_id` is no smaller than any id there is.
    """
    followed = select(follows.c.followed_id).where(follows.c.follower_id == circle.account_id)
    people = followed.union_all(select(literal(circle.account_id)))

    async def source(part: Span) -> Sequence[Post]:
        rows = await _by_people(connection, people, len(circle.following), part, now_id)
        return rows if not circle.tags else await _with_tags(connection, circle, part, rows)

    return await walk(connection, source, span, circle, at_home)


async def of_list(
    connection: AsyncConnection, circle: Circle, span: Span, list_id: int, now_id: int
) -> list[PostView]:
    """What the people on one of the reader's lists posted. Raises NotFound."""
    mine = select(lists.c.replies).where(
        lists.c.id == list_id, lists.c.account_id == circle.account_id
    )
    row = (await connection.execute(mine)).first()
    if row is None:
        raise NotFound("There is no such list of yours.")
    members = select(list_members.c.account_id).where(list_members.c.list_id == list_id)
    there = frozenset((await connection.execute(members)).scalars())

    def wanted(view: PostView, circle: Circle) -> bool:
        answered = view.post.reply_to_author
        heard = {"list": there, "followed": circle.following, "none": frozenset[str]()}[row.replies]
        return bearable(view, circle) and (
            answered in (None, view.post.author_id, circle.account_id) or answered in heard
        )

    async def source(part: Span) -> Sequence[Post]:
        return await _by_people(connection, members, len(there), part, now_id)

    return await walk(connection, source, span, circle, wanted)


async def _by_people(
    connection: AsyncConnection, people: Any, number: int, span: Span, now_id: int
) -> list[Post]:
    """The page of posts by `people`, a query for at most about `number` account ids."""
    low, high = (span.floor or 0) + 1, min(span.max_id or now_id + 1, now_id + 1)
    query = select(posts).where(posts.c.author_id.in_(people), posts.c.deleted_ms.is_(None))
    width = max(_ALL_FOLLOWED // (number + 1), _NARROWEST)
    found: list[Post] = []
    while low < high and len(found) < span.limit:
        if span.upwards:
            window = (low, min(low + width, high))
            low = window[1]
        else:
            window = (max(high - width, low), high)
            high = window[0]
        found += await _in_window(connection, query, window, span, span.limit - len(found))
        width *= _GROWTH
    return found


async def _in_window(
    connection: AsyncConnection, query: Select[Any], window: tuple[int, int], span: Span, most: int
) -> list[Post]:
    order = posts.c.id.asc() if span.upwards else posts.c.id.desc()
    there = query.where(posts.c.id >= window[0], posts.c.id < window[1])
    rows = await connection.execute(there.order_by(order).limit(most))
    return [post_of(row) for row in rows]


async def _with_tags(
    connection: AsyncConnection, circle: Circle, span: Span, rows: Sequence[Post]
) -> list[Post]:
    """The same page with public posts that have one of the tags."""
    tagged = select(post_tags.c.post_id).where(post_tags.c.tag.in_(circle.tags)).distinct()
    numbers = (await connection.execute(span.within(tagged, post_tags.c.post_id))).scalars()
    more = await by_ids(connection, set(numbers) - {post.id for post in rows})
    every = sorted((*rows, *more.values()), key=lambda post: post.id, reverse=not span.upwards)
    return every[: span.limit]
