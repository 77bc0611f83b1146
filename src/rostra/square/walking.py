"""Reading a timeline page by page: posts in their order, without what the reader does not want.

A *source* gives seeds of posts for a span: just enough to leave out most of what will not be shown
before anything else is read. What is left out makes a page shorter, so the walk goes on for a few
rounds; a page may still be short where nearly everything is hidden from the reader, and says by its
last id where to go on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.audience import Circle
from rostra.square.filtering import FilterSet, hides
from rostra.square.posts import PostView
from rostra.square.queries import by_ids
from rostra.square.span import Span
from rostra.square.tables import posts
from rostra.square.views import show_posts

ROUNDS = 4
_AT_ONCE = 20
_SPARE = 2
"""Seeds are this many times what a page holds."""


class Seed(NamedTuple):
    """What is known of a post before it is read."""

    id: int
    author_id: str
    boost_of: int | None
    reply_to_author: str | None


SEED = (posts.c.id, posts.c.author_id, posts.c.boost_of, posts.c.reply_to_author)
"""The columns of a seed."""


@dataclass(frozen=True)
class Reader:
    """Whoever reads: the people around them, their filters, and when it is."""

    circle: Circle
    filters: FilterSet
    now_ms: int


Source = Callable[[Span], Awaitable[Sequence[Seed]]]
Wanted = Callable[[PostView, Circle], bool]
Likely = Callable[[Seed, Circle], bool]


def seeds_of(rows: Iterable[Any]) -> list[Seed]:
    """Rows of a seed's four columns."""
    return [Seed(*row) for row in rows]


def not_hidden(seed: Seed, circle: Circle) -> bool:
    """What every timeline asks of a seed."""
    return seed.author_id not in circle.hidden


async def walk(
    connection: AsyncConnection,
    source: Source,
    span: Span,
    reader: Reader,
    wanted: Wanted,
    *,
    context: str,
    likely: Likely = not_hidden,
) -> list[PostView]:
    """The page of `source` at `span`, newest first; `context` is what filters call it."""
    page: list[PostView] = []
    rest = span.of_size(span.limit * _SPARE)
    for _ in range(ROUNDS):
        seeds = await source(rest)
        waiting = [seed.id for seed in seeds if likely(seed, reader.circle)]
        while waiting and len(page) < span.limit:
            # Not one by one, where most of what follows is left out again.
            next_few = waiting[: max(span.limit - len(page), _AT_ONCE)]
            waiting = waiting[len(next_few) :]
            page += await _read(connection, next_few, reader, wanted, context)
        if len(page) >= span.limit or len(seeds) < rest.limit:
            break
        rest = rest.after(seeds[-1].id)
    page = page[: span.limit]
    return page[::-1] if span.upwards else page


async def _read(
    connection: AsyncConnection, ids: Sequence[int], reader: Reader, wanted: Wanted, context: str
) -> list[PostView]:
    found = await by_ids(connection, ids)
    there = [found[number] for number in ids if number in found]
    views = await show_posts(connection, there, reader.circle)
    return filtered([view for view in views if wanted(view, reader.circle)], reader, context)


def filtered(views: Iterable[PostView], reader: Reader, context: str) -> list[PostView]:
    """The views with the filters that they meet, without those that a filter hides in `context`."""
    own = reader.circle.account_id
    met = (
        view if view.shown.post.author_id == own else reader.filters.on(view, reader.now_ms)
        for view in views
    )
    return [view for view in met if not hides(view.filters, context)]


def bearable(view: PostView, circle: Circle) -> bool:
    """Whether nobody in it is hidden from the reader: author, boosted, answered or quoted."""
    people = {view.post.author_id, view.shown.post.author_id, view.shown.post.reply_to_author}
    if view.shown.quote is not None:
        people.add(view.shown.quote.post.author_id)
    return circle.hidden.isdisjoint(people - {None})


def presentable(view: PostView, circle: Circle) -> bool:
    """Whether it may stand where everybody looks: not by somebody who is limited."""
    known = view.post.author_id in circle.following or view.post.author_id == circle.account_id
    return bearable(view, circle) and (view.author.state == "active" or known)


def at_home(view: PostView, circle: Circle) -> bool:
    """Whether it is for the home timeline of a reader who follows its author, or a tag in it."""
    author = view.post.author_id
    if not bearable(view, circle):
        return False
    if author not in circle.home:
        by_tag = not circle.tags.isdisjoint(view.post.attached.tags)
        return by_tag and view.post.visibility == "public" and view.author.state == "active"
    if view.boost is not None:
        return author not in circle.quiet
    answered = view.post.reply_to_author
    return answered is None or answered == author or answered in circle.home


def not_an_answer(view: PostView, circle: Circle) -> bool:
    """Presentable, and not said to somebody else."""
    answered = view.post.reply_to_author
    return presentable(view, circle) and answered in (None, view.post.author_id)
