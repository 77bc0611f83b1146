"""Home and list timelines, put together when they are asked for.

A post costs one row, however many follow its author. A reader's page is found by looking, for each
of the people it may be of, at their newest post before the page by the index (author, id): the
twenty who come first by that are the only ones who can be on a page of twenty, and no post on it is
older than the oldest of these newest. Who follows very many is served by the newest posts of all,
of which enough are theirs. `docs/decisions/0036` has the measurements.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import cache
from typing import Any

from sqlalchemy import (
    BigInteger,
    CompoundSelect,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    literal_column,
    nulls_last,
    or_,
    select,
)
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound
from rostra.square.audience import Circle
from rostra.square.posts import PostView
from rostra.square.span import LARGEST_ID, Shape, Span
from rostra.square.tables import follows, list_members, lists, post_tags, posts
from rostra.square.walking import SEED, Reader, Seed, at_home, bearable, seeds_of, walk
from rostra.store.membership import one_of

People = Callable[[], Any]
"""A query for ids of accounts, in the column `id`, with the parameter `whose`."""

MANY = 300
"""Following so many, a page of one's own is likely among the newest posts of all."""

NEWEST = 1_000


async def home(connection: AsyncConnection, reader: Reader, span: Span) -> list[PostView]:
    """What those whom the reader follows posted, and what has a tag that they follow."""
    circle = reader.circle
    whose = {"whose": circle.account_id}

    async def source(part: Span) -> Sequence[Seed]:
        rows: Sequence[Seed] = ()
        if len(circle.following) >= MANY and not part.upwards:
            rows = await _asked(connection, _among_newest(part.shape), part, whose)
        if len(rows) < part.limit:
            rows = await _by_people(connection, _followed, part, whose)
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
    whose = {"whose": list_id}
    there = frozenset((await connection.execute(_members(), whose)).scalars())
    answerable = {"list": there, "followed": circle.following, "none": frozenset[str]()}

    def wanted(view: PostView, circle: Circle) -> bool:
        answered = view.post.reply_to_author
        heard = answered in (None, view.post.author_id, circle.account_id)
        return bearable(view, circle) and (heard or answered in answerable[row.replies])

    async def source(part: Span) -> Sequence[Seed]:
        return await _by_people(connection, _members, part, whose)

    return await walk(connection, source, span, reader, wanted, context="home")


def _likely_at_home(seed: Seed, circle: Circle) -> bool:
    """What can be told without reading the post; the same is asked of the whole post later."""
    if seed.author_id in circle.hidden or (seed.boost_of and seed.author_id in circle.quiet):
        return False
    answered = seed.reply_to_author
    of_tag = bool(circle.tags) and seed.author_id not in circle.home
    return of_tag or answered in (None, seed.author_id) or answered in circle.home


async def _by_people(
    connection: AsyncConnection, people: People, span: Span, whose: dict[str, Any]
) -> Sequence[Seed]:
    """Posts by those whom `people` names, at most `span.limit`."""
    ranked = await connection.execute(_ranked(people, span.shape), span.parameters | whose)
    found = [row for row in ranked if row.first is not None]
    if not found:
        return []
    # Where fewer have anything, all of what they have is looked at.
    last = found[-1].first if len(found) == span.limit else (LARGEST_ID if span.upwards else 0)
    them = {"them": [row.id for row in found], "last": last}
    return await _asked(connection, _by_them(span.shape), span, them)


async def _asked(
    connection: AsyncConnection, query: Select[Any], span: Span, given: dict[str, Any]
) -> Sequence[Seed]:
    return seeds_of(await connection.execute(query, span.parameters | given))


# Queries are built once for each shape of a span, as that costs more than answering them.


@cache
def _followed() -> CompoundSelect[Any]:
    """The ids of those whom `whose` follows, and their own."""
    whose = bindparam("whose", type_=String)
    followed = select(follows.c.followed_id.label("id")).where(follows.c.follower_id == whose)
    return followed.union_all(select(whose))


@cache
def _members() -> Select[Any]:
    """The ids of those on the list `whose`."""
    listed = list_members.c.list_id == bindparam("whose", type_=BigInteger)
    return select(list_members.c.account_id.label("id")).where(listed)


@cache
def _ranked(people: People, shape: Shape) -> Select[Any]:
    """Those of `people` whose first post in the span comes first, and that post's id."""
    who, newest = people().subquery("who"), posts.alias("newest")
    of_one = shape.within(select(newest.c.id), newest.c.id, limit=1)
    first = of_one.where(newest.c.author_id == who.c.id, *_shown(newest)).scalar_subquery()
    # By its name: the same words again would be worked out again.
    order: Any = literal_column("first").asc() if shape.upwards else literal_column("first").desc()
    ranked = select(who.c.id, first.label("first")).order_by(nulls_last(order))
    return ranked.limit(bindparam("limit", type_=Integer))


@cache
def _by_them(shape: Shape) -> Select[Any]:
    """Posts by `them` that come no later than `last`."""
    last = bindparam("last", type_=BigInteger)
    bound = posts.c.id <= last if shape.upwards else posts.c.id >= last
    them = one_of(posts.c.author_id, "them")
    within = shape.within(select(*SEED).where(them, bound, *_shown(posts)), posts.c.id)
    # In the order of a sum, which no index has: else PostgreSQL walks the newest posts of all until
    # it has met enough of theirs.
    order = (posts.c.id + 0).asc() if shape.upwards else (posts.c.id + 0).desc()
    return within.order_by(None).order_by(order)


@cache
def _among_newest(shape: Shape) -> Select[Any]:
    """Of the newest posts of all, those by whom `whose` follows, and their own."""
    walked = shape.within(select(*SEED).where(*_shown(posts)), posts.c.id, limit=NEWEST)
    newest, whose = walked.subquery("newest"), bindparam("whose", type_=String)
    followed = exists().where(
        and_(follows.c.follower_id == whose, follows.c.followed_id == newest.c.author_id)
    )
    theirs = select(newest).where(or_(newest.c.author_id == whose, followed))
    return theirs.order_by(newest.c.id.desc()).limit(bindparam("limit", type_=Integer))


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
