"""What a post answers, and what answers it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.square.posts import Post, PostView
from rostra.square.queries import by_ids
from rostra.square.tables import posts
from rostra.square.views import show_posts
from rostra.square.walking import Reader, bearable, filtered

MOST_IN_THREAD = 10_000
MOST_ABOVE, MOST_BELOW = 100, 400


@dataclass(frozen=True)
class Thread:
    """A post's surroundings: `above` from the oldest, `below` in the order of reading."""

    above: tuple[PostView, ...]
    below: tuple[PostView, ...]
    after: int | None = None
    """How many of the answers come before those that are not in `below`, if there are such."""


async def thread_of(
    connection: AsyncConnection,
    post: Post,
    reader: Reader,
    *,
    skip: int = 0,
    most: int = MOST_BELOW,
) -> Thread:
    """What the reader may and wants to see around `post`; of the answers, `most` after `skip`.

    Where answers are skipped, nothing is above.
    """
    shape = (
        select(posts.c.id, posts.c.reply_to)
        .where(posts.c.thread_id == post.thread_id, posts.c.boost_of.is_(None))
        .order_by(posts.c.id)
        .limit(MOST_IN_THREAD)
    )
    parents = {row.id: row.reply_to for row in await connection.execute(shape)}
    above = [] if skip else ancestors(parents, post.id)
    answers = descendants(parents, post.id)
    below, end = answers[skip : skip + most], skip + most
    found = await by_ids(connection, (*above, *below))
    views = await show_posts(connection, list(found.values()), reader.circle)
    shown = filtered((view for view in views if bearable(view, reader.circle)), reader, "thread")
    by_id = {view.post.id: view for view in shown}
    after = end if end < len(answers) else None
    return Thread(_picked(by_id, above), _picked(by_id, below), after)


def ancestors(parents: Mapping[int, int | None], start: int) -> list[int]:
    """Ids from the oldest down to what `start` answers. A circle, which cannot be, ends."""
    chain: list[int] = []
    here = parents.get(start)
    while here is not None and here not in chain and len(chain) < MOST_ABOVE:
        chain.append(here)
        here = parents.get(here)
    return chain[::-1]


def descendants(parents: Mapping[int, int | None], start: int) -> list[int]:
    """Ids of answers, and answers to them, each answer followed by its own; older ones first."""
    answers: dict[int, list[int]] = {}
    for number in sorted(parents):
        parent = parents[number]
        if parent is not None and parent < number:  # an answer is younger, so there is no circle
            answers.setdefault(parent, []).append(number)
    order: list[int] = []
    waiting = answers.get(start, [])[::-1]
    while waiting:
        here = waiting.pop()
        order.append(here)
        waiting += answers.get(here, [])[::-1]
    return order


def _picked(by_id: Mapping[int, PostView], ids: Iterable[int]) -> tuple[PostView, ...]:
    return tuple(by_id[number] for number in ids if number in by_id)
