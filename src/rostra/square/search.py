"""Search: posts by what is in them, people and Spaces by name, hashtags by how they begin.

Nothing is found that its finder could not come upon otherwise: posts that are public, one's own or
that mention one, of people who are neither limited, hidden nor kept apart from the finder.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from sqlalchemy import Select, and_, exists, func, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection
from sqlalchemy.sql.elements import ColumnElement

from rostra.folding import tokens
from rostra.ids import sortable_id_at
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.tables import accounts, name_words
from rostra.rooms.tables import space_words, spaces
from rostra.square.audience import Circle
from rostra.square.posts import PostView
from rostra.square.search_plans import Part, Wanted, ids
from rostra.square.search_terms import LONGEST, Terms
from rostra.square.search_words import by_author
from rostra.square.span import LARGEST_ID, Span
from rostra.square.tables import post_tags, posts
from rostra.square.walking import SEED, Reader, Seed, bearable, presentable, seeds_of, walk

MOST_WORDS = 6
"""Words of a name that are looked for."""

SHORTEST_BEGINNING = 2
"""Letters with which a name or hashtag is found; one alone is that very word."""

_SPARE_TAGS = 40  # the most used ones may stand in nobody's public posts
_ID = re.compile(r"[A-Za-z0-9_-]{1,32}")
_HANDLE = re.compile(r"@?([a-z0-9_]{1,32})(?:@[^\s@]+)?$")
_LAST = "\U0010ffff"  # sorts after every token with the same beginning


@dataclass(frozen=True)
class FoundPosts:
    """A page of posts, which those that are hidden from the finder make shorter; the older ones
    are behind `older`, None where there are none."""

    views: list[PostView]
    older: int | None


async def posts_like(
    connection: AsyncConnection, terms: Terms, reader: Reader, span: Span, *, author_id: str = ""
) -> FoundPosts:
    """The posts of `span` that meet `terms`, newest first; of one author alone if that is said."""
    wanted = await _wanted(connection, terms, reader.circle)
    if wanted is None or (author_id and not _ID.fullmatch(author_id)):
        return FoundPosts([], None)
    if author_id:
        wanted = replace(wanted, words=(*wanted.words, _single([by_author(author_id)])[0]))

    reached: int | None = None

    async def source(part: Span) -> Sequence[Seed]:
        nonlocal reached
        found, whole = await ids(connection, wanted, _part(part, terms))
        reached = None if whole or not found else found[-1]
        rows = await connection.execute(select(*SEED).where(posts.c.id.in_(found)))
        seeds = {seed.id: seed for seed in seeds_of(rows)}
        return [seeds[number] for number in found if number in seeds]

    def findable(view: PostView, circle: Circle) -> bool:
        if terms.library:
            return bearable(view, circle)
        known = view.post.author_id in circle.following | {circle.account_id}
        return presentable(view, circle) and (known or not view.author.hidden)

    views = await walk(connection, source, span, reader, findable, context="public")
    if views and (len(views) == span.limit or span.upwards):
        reached = views[-1].post.id
    return FoundPosts(views, reached)


async def people_like(
    connection: AsyncConnection,
    text: str,
    circle: Circle,
    *,
    limit: int = 40,
    offset: int = 0,
    following: bool = False,
) -> list[Profile]:
    """People whose handle or name has every word of `text`, or begins one with it.

    Whoever has that very handle is first, then who has most followers. `following` asks only for
    those whom the finder follows.
    """
    named = _HANDLE.match(text.strip().lower())
    handle = named[1] if named else ""
    words = _words_of_name(text, handle)
    if not words:
        return []
    found = select(accounts.c.id).where(
        *(exists().where(name_words.c.account_id == accounts.c.id, begins) for begins in words[1:]),
        accounts.c.id.in_(select(name_words.c.account_id).where(words[0])),
        _findable(circle, handle, following=following),
    )
    order = ((accounts.c.handle != handle), accounts.c.followers.desc(), accounts.c.handle)
    rows = await connection.execute(found.order_by(*order).limit(limit).offset(offset))
    numbers = [row.id for row in rows]
    shown = await profiles.of_ids(connection, numbers)
    return [shown[number] for number in numbers if number in shown]


def _findable(circle: Circle, handle: str, *, following: bool) -> ColumnElement[bool]:
    known = accounts.c.id.in_([*circle.following, circle.account_id])
    open_ = and_(
        accounts.c.state == "active", or_(accounts.c.hidden.is_(False), accounts.c.handle == handle)
    )
    seen = or_(open_, and_(accounts.c.state == "limited", or_(known, accounts.c.handle == handle)))
    if following:
        followed = accounts.c.id.in_(circle.following)
        seen = and_(accounts.c.state.in_(("active", "limited")), followed)
    return and_(seen, accounts.c.id.not_in(circle.apart)) if circle.apart else seen


async def spaces_like(
    connection: AsyncConnection, text: str, circle: Circle, *, limit: int = 20, offset: int = 0
) -> list[str]:
    """Slugs of Spaces whose title, or whose host's name, has every word of `text`: newest first."""
    words = tokens(text[:LONGEST])[:MOST_WORDS]
    if not words:
        return []
    titled = [_begins(space_words.c.word, word) for word in words]
    named = [_begins(name_words.c.word, word) for word in words]
    each = [
        or_(
            exists().where(space_words.c.slug == spaces.c.slug, title),
            exists().where(name_words.c.account_id == spaces.c.owner_id, name),
        )
        for title, name in zip(titled, named, strict=True)
    ]
    found = (
        select(spaces.c.slug)
        .join(accounts, accounts.c.id == spaces.c.owner_id)
        .where(*each, spaces.c.phase != "removed", accounts.c.state == "active")
    )
    if circle.apart:
        found = found.where(spaces.c.owner_id.not_in(circle.apart))
    rows = await connection.execute(_page(found, limit, offset))
    return [row.slug for row in rows]


def _page(found: Select[tuple[str]], limit: int, offset: int) -> Select[tuple[str]]:
    newest = (spaces.c.created_ms.desc(), spaces.c.slug)
    return found.order_by(*newest).limit(limit).offset(offset)


@dataclass(frozen=True)
class FoundTag:
    """A hashtag and in how many posts it is."""

    tag: str
    posts: int


async def tags_like(
    connection: AsyncConnection, beginning: str, *, limit: int = 20, offset: int = 0
) -> list[FoundTag]:
    """Hashtags that begin so and stand in a public post, the most used first.

    `beginning` is as text.tag_key makes it; one character alone is that very tag.
    """
    if not beginning or not beginning.isprintable():
        return []
    tag = post_tags.c.tag
    matching = _begins(tag, beginning)
    best = (tag != beginning, func.count().desc(), tag)
    most_used = (
        select(tag, func.count().label("used"))
        .where(matching)
        .group_by(tag)
        .order_by(*best)
        .limit(limit + offset + _SPARE_TAGS)
        .subquery()
    )
    public = post_tags.alias()
    open_ = exists(
        select(posts.c.id)
        .join(public, public.c.post_id == posts.c.id)
        .where(
            public.c.tag == most_used.c.tag,
            posts.c.visibility == "public",
            posts.c.deleted_ms.is_(None),
        )
    )
    order = (most_used.c.tag != beginning, most_used.c.used.desc(), most_used.c.tag)
    found = select(most_used).where(open_).order_by(*order).limit(limit).offset(offset)
    return [FoundTag(row.tag, row.used) for row in await connection.execute(found)]


def _words_of_name(text: str, handle: str) -> list[ColumnElement[bool]]:
    """What must be among the words of somebody. A handle with lines in it is a word as a whole."""
    whole = handle and ("_" in handle or text.lstrip().startswith("@"))
    words = [handle] if whole else tokens(text[:LONGEST])[:MOST_WORDS]
    words.sort(key=len, reverse=True)  # the longest is likely the rarest
    return [_begins(name_words.c.word, word) for word in words]


def _begins(column: ColumnElement[str], beginning: str) -> ColumnElement[bool]:
    if len(beginning) < SHORTEST_BEGINNING:
        return column == beginning
    return and_(column >= beginning, column < beginning + _LAST)


async def _wanted(connection: AsyncConnection, terms: Terms, circle: Circle) -> Wanted | None:
    """What the index is asked for; None when nothing can be found."""
    if terms.empty or (terms.library and not circle.account_id):
        return None
    authors = await _ids_of(connection, terms.authors, circle)
    if len(authors) < len(terms.authors):
        return None
    strangers = await _ids_of(connection, terms.without_authors, circle)
    words = (*terms.words, *_single(terms.marks), *_single(map(by_author, authors)))
    without = (*terms.without, *_single(terms.without_marks), *_single(map(by_author, strangers)))
    return Wanted(circle.account_id, tuple(words), tuple(without), terms.library)


def _single(marks: Sequence[str] | map[str]) -> list[tuple[str, ...]]:
    return [(mark,) for mark in marks]


async def _ids_of(connection: AsyncConnection, handles: Sequence[str], circle: Circle) -> list[str]:
    named = [handle for handle in handles if handle != "me"]
    found = [circle.account_id] if "me" in handles and circle.account_id else []
    if named:
        rows = await connection.execute(select(accounts.c.id).where(accounts.c.handle.in_(named)))
        found += [row.id for row in rows]
    return found


def _part(span: Span, terms: Terms) -> Part:
    above, below = [-1, span.floor if span.floor is not None else -1], [LARGEST_ID]
    if span.max_id is not None:
        below.append(span.max_id)
    if terms.after_ms is not None:
        above.append(sortable_id_at(terms.after_ms) - 1)
    if terms.before_ms is not None:
        below.append(sortable_id_at(terms.before_ms))
    return Part(max(above), min(below), span.limit, span.upwards)
