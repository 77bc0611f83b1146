"""Home and list timelines, put together when they are asked for.

A post costs one row, however many follow its author. A reader's page is found by looking, for each
of the people it may be of, at their newest post before the page by the index (author, id): the
twenty who come first by that are the only ones who can be on a page of twenty, and no post on it is
older than the oldest of these newest. Who follows very many is served by the newest posts of all,
of which enough are theirs. `docs/decisions/0036` has the measurements.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Select, and_, exists, literal, literal_column, nulls_last, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.square.audience import Circle
from rostra.square.posts import PostView
from rostra.square.span import Span
from rostra.square.tables import follows, list_members, lists, post_tags, posts
from rostra.square.walking import SEED, Reader, Seed, at_home, bearable, seeds_of, walk

MANY = 300
"""Following so many, a page of one's own is likely among the newest posts of all."""

NEWEST = 1_000


async def home(connection: AsyncConnection, reader: Reader, span: Span) -> list[PostView]:
    """What those whom the reader follows posted, and what has a tag that they follow."""
    circle = reader.circle
    followed = select(follows.c.followed_id.label("id")).where(
        follows.c.follower_id == circle.account_id
    )
    people = followed.union_all(select(literal(circle.account_id)))

    async def source(part: Span) -> Sequence[Seed]:
        rows: Sequence[Seed] = ()
        if len(circle.following) >= MANY and not part.upwards:
            rows = await _among_newest(connection, circle.account_id, part)
        if len(rows) < part.limit:
            rows = await _by_people(connection, people, part)
        return await _with_tags(connection, circle, part, rows) if circle.tags else rows

    return await walk(
        connection, source, span, reader, at_home, context="home", likely=_likely_at_home
    )


async def of_list(
    connection: AsyncConnection, reader: Reader, span: Span, list_id: int
) -> list[PostView]:
    """What the people on one of the reader's lists posted. Raises NotFound."""
    circle = reader.circle
    mine = select(lists.c.replies).where(
        lists.c.id == list_id, lists.c.account_id == circle.account_id
    )
    row = (await connection.execute(mine)).first()
    if row is None:
        raise NotFound("There is no such list of yours.")
    members = select(list_members.c.account_id.label("id")).where(list_members.c.list_id == list_id)
    there = frozenset((await connection.execute(members)).scalars())
    answerable = {"list": there, "followed": circle.following, "none": frozenset[str]()}

    def wanted(view: PostView, circle: Circle) -> bool:
        answered = view.post.reply_to_author
        heard = answered in (None, view.post.author_id, circle.account_id)
        return bearable(view, circle) and (heard or answered in answerable[row.replies])

    async def source(part: Span) -> Sequence[Seed]:
        return await _by_people(connection, members, part)

    return await walk(connection, source, span, reader, wanted, context="home")


def _likely_at_home(seed: Seed, circle: Circle) -> bool:
    """What can be told without reading the post; the same is asked of the whole post later."""
    if seed.author_id in circle.hidden or (seed.boost_of and seed.author_id in circle.quiet):
        return False
    answered = seed.reply_to_author
    of_tag = bool(circle.tags) and seed.author_id not in circle.home
    return of_tag or answered in (None, seed.author_id) or answered in circle.home


async def _by_people(connection: AsyncConnection, people: Any, span: Span) -> Sequence[Seed]:
    """Posts by whoever the query `people` names (column `id`), at most `span.limit`."""
    who, newest = people.subquery("who"), posts.alias("newest")
    of_one = span.within(select(newest.c.id), newest.c.id, limit=1)
    first = of_one.where(newest.c.author_id == who.c.id, *_shown(newest)).scalar_subquery()
    # By its name: the same words again would be worked out again.
    order: Any = literal_column("first").asc() if span.upwards else literal_column("first").desc()
    ranked = select(who.c.id, first.label("first")).order_by(nulls_last(order)).limit(span.limit)
    found = [row for row in await connection.execute(ranked) if row.first is not None]
    if not found:
        return []
    by_them = select(*SEED).where(posts.c.author_id.in_([row.id for row in found]), *_shown(posts))
    if len(found) == span.limit:
        last = found[-1].first
        by_them = by_them.where(posts.c.id <= last if span.upwards else posts.c.id >= last)
    return seeds_of(await connection.execute(span.within(by_them, posts.c.id)))


async def _among_newest(connection: AsyncConnection, account_id: str, span: Span) -> Sequence[Seed]:
    """Of the newest posts of all, those by whom somebody follows, and their own."""
    walked = span.within(select(*SEED).where(*_shown(posts)), posts.c.id, limit=NEWEST)
    newest = walked.subquery("newest")
    followed = exists().where(
        and_(follows.c.follower_id == account_id, follows.c.followed_id == newest.c.author_id)
    )
    theirs: Select[Any] = select(newest).where(or_(newest.c.author_id == account_id, followed))
    return seeds_of(await connection.execute(span.within(theirs, newest.c.id)))


def _shown(table: Any) -> tuple[Any, ...]:
    """Words to a few people are in their conversations."""
    return (table.c.deleted_ms.is_(None), table.c.visibility != "direct")


async def _with_tags(
    connection: AsyncConnection, circle: Circle, span: Span, rows: Sequence[Seed]
) -> Sequence[Seed]:
    """The same page with public posts that have one of the tags."""
    tagged = select(*SEED).where(
        posts.c.id.in_(
            span.within(
                select(post_tags.c.post_id).where(post_tags.c.tag.in_(circle.tags)).distinct(),
                post_tags.c.post_id,
            )
        )
    )
    more = seeds_of(await connection.execute(tagged))
    every = {seed.id: seed for seed in (*rows, *more)}
    return sorted(every.values(), key=lambda seed: seed.id, reverse=not span.upwards)[: span.limit]
