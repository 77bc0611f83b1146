"""The timelines: home, public, hashtag, list, account, what was kept; chronological, all of them.

Each is a function of a connection, the reader's circle and a span.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import Select, Table, or_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.audience import Circle
from rostra.square.posts import Post, PostView
from rostra.square.queries import by_ids
from rostra.square.span import Span
from rostra.square.tables import PUBLIC, bookmarks, favourites, media, post_tags, posts
from rostra.square.views import show_posts
from rostra.square.walking import (
    SEED,
    Reader,
    Seed,
    Source,
    bearable,
    not_an_answer,
    presentable,
    seeds_of,
    walk,
)

_THERE = posts.c.deleted_ms.is_(None)
_NO_ANSWER = or_(posts.c.reply_to_author.is_(None), posts.c.reply_to_author == posts.c.author_id)
"""Left out by the database: one long thread would fill a walk with what is not shown."""

_SHOWN_BY = select(media.c.post_id).where(media.c.post_id.is_not(None))
"""Posts with files, and a few that had some before they were edited: somebody's are few, so that
they are looked up from there."""

_HAS_TAG = select(post_tags.c.post_id).where(post_tags.c.post_id == posts.c.id)
"""Asked of each post: what one person wrote is less than what has a tag that everybody uses."""


@dataclass(frozen=True)
class Wishes:
    """What of an account's posts is asked for."""

    replies: bool = True
    boosts: bool = True
    only_media: bool = False
    pinned: bool = False
    tag: str = ""


@dataclass(frozen=True)
class TagWishes:
    """Posts with `tag`, or one of `either`; with every one of `every`, and with none of `none`."""

    tag: str
    either: tuple[str, ...] = ()
    every: tuple[str, ...] = ()
    none: tuple[str, ...] = ()
    only_media: bool = False


@dataclass(frozen=True)
class Kept:
    """A page of what somebody favourited or bookmarked, and the cursors that lead on."""

    views: tuple[PostView, ...]
    cursors: tuple[int, ...] = field(default=())


async def public(
    connection: AsyncConnection, reader: Reader, span: Span, *, only_media: bool = False
) -> list[PostView]:
    """What everybody may read, without answers to others."""

    def wanted(view: PostView, circle: Circle) -> bool:
        return not_an_answer(view, circle) and (not only_media or bool(view.post.attached.media))

    query = select(*SEED).where(PUBLIC, _NO_ANSWER)
    return await walk(connection, _seeds(connection, query), span, reader, wanted, context="public")


async def tagged(
    connection: AsyncConnection, reader: Reader, span: Span, wishes: TagWishes
) -> list[PostView]:
    """Public posts with a hashtag."""

    def wanted(view: PostView, circle: Circle) -> bool:
        tags = set(view.post.attached.tags)
        fits = tags.issuperset(wishes.every) and tags.isdisjoint(wishes.none)
        media = not wishes.only_media or bool(view.post.attached.media)
        return fits and media and presentable(view, circle)

    any_of = (wishes.tag, *wishes.either)
    numbers = select(post_tags.c.post_id).where(post_tags.c.tag.in_(any_of)).distinct()

    async def source(part: Span) -> Sequence[Seed]:
        query = select(*SEED).where(posts.c.id.in_(part.within(numbers, post_tags.c.post_id)))
        return seeds_of(await connection.execute(part.within(query, posts.c.id)))

    def open_and_wanted(view: PostView, circle: Circle) -> bool:
        return view.post.visibility == "public" and wanted(view, circle)

    return await walk(connection, source, span, reader, open_and_wanted, context="public")


async def of_account(
    connection: AsyncConnection, reader: Reader, span: Span, author_id: str, wishes: Wishes
) -> list[PostView]:
    """Somebody's posts, as far as the reader may see them."""

    def wanted(view: PostView, circle: Circle) -> bool:
        post = view.post
        answers_others = post.reply_to_author not in (None, author_id)
        return (
            (wishes.replies or not answers_others)
            and (not wishes.only_media or bool(post.attached.media))
            and (not wishes.tag or wishes.tag in post.attached.tags)
            and circle.apart.isdisjoint({view.shown.post.author_id})
        )

    query = _of_account(author_id, wishes)
    return await walk(
        connection, _seeds(connection, query), span, reader, wanted, context="account"
    )


def _of_account(author_id: str, wishes: Wishes) -> Select[Any]:
    """What the database leaves out by itself: a walk ends where it found too little too often."""
    query = select(*SEED).where(posts.c.author_id == author_id, _THERE)
    if not wishes.boosts or wishes.only_media or wishes.tag:
        query = query.where(posts.c.boost_of.is_(None))
    if not wishes.replies:
        query = query.where(_NO_ANSWER)
    if wishes.pinned:
        query = query.where(posts.c.pinned_ms.is_not(None))
    if wishes.only_media:
        query = query.where(posts.c.id.in_(_SHOWN_BY.where(media.c.account_id == author_id)))
    if wishes.tag:
        query = query.where(_HAS_TAG.where(post_tags.c.tag == wishes.tag).exists())
    return query


async def kept(connection: AsyncConnection, reader: Reader, span: Span, table: Table) -> Kept:
    """The reader's own favourites or bookmarks, the last that was marked first."""
    assert table in (favourites, bookmarks)
    mine = select(table.c.id, table.c.post_id).where(table.c.account_id == reader.circle.account_id)
    found = (await connection.execute(span.within(mine, table.c.id))).all()
    marks = list(reversed(found)) if span.upwards else list(found)
    rows = await by_ids(connection, (row.post_id for row in marks))
    there = [rows[row.post_id] for row in marks if row.post_id in rows]
    views = await show_posts(connection, there, reader.circle)
    apart = reader.circle.apart
    shown = tuple(view for view in views if apart.isdisjoint({view.post.author_id}))
    return Kept(shown, tuple(row.id for row in marks))


def _seeds(connection: AsyncConnection, query: Select[Any]) -> Source:
    async def source(span: Span) -> Sequence[Seed]:
        return seeds_of(await connection.execute(span.within(query, posts.c.id)))

    return source


async def quotes_of(
    connection: AsyncConnection, reader: Reader, span: Span, post: Post
) -> list[PostView]:
    """Posts that quote `post`."""
    kept = posts.c.quote_revoked.is_(False)
    query = select(*SEED).where(posts.c.quote_of == post.id, kept, _THERE)
    return await walk(
        connection, _seeds(connection, query), span, reader, bearable, context="public"
    )
