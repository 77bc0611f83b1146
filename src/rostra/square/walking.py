"""Reading a timeline page by page: rows in their order, without what the reader does not want.

A *source* gives rows for a span. What is left out makes a page shorter, so the walk goes on for a
few rounds; a page may still be short where nearly everything is hidden from the reader, and says
by its last id where to go on.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.audience import Circle
from rostra.square.posts import Post, PostView
from rostra.square.span import Span
from rostra.square.views import show_posts

ROUNDS = 4
_SPARE = 4

Source = Callable[[Span], Awaitable[Sequence[Post]]]
Wanted = Callable[[PostView, Circle], bool]


async def walk(
    connection: AsyncConnection, source: Source, span: Span, circle: Circle, wanted: Wanted
) -> list[PostView]:
    """The page of `source` at `span`, newest first."""
    page: list[PostView] = []
    rest = Span(span.limit + _SPARE, span.max_id, span.since_id, span.min_id)
    for _ in range(ROUNDS):
        rows = await source(rest)
        seen = await show_posts(connection, rows, circle)
        page += [view for view in seen if wanted(view, circle)]
        if len(page) >= span.limit or len(rows) < rest.limit:
            break
        rest = rest.after(rows[-1].id, rest.limit * 2)
    page = page[: span.limit]
    return page[::-1] if span.upwards else page


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
