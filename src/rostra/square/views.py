"""Posts as one viewer sees them: everything that a page or an app shows, in few statements.

`show` leaves out what the viewer may not see. What the viewer does not want to see, in a timeline,
is left out by timelines.py.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import CompoundSelect, String, bindparam, literal, select, union_all
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.queries import Account
from rostra.people.tables import applications
from rostra.square import polls
from rostra.square.audience import Circle, circle_for
from rostra.square.posts import Mine, Poll, Post, PostView
from rostra.square.queries import by_ids
from rostra.square.rules import may_see
from rostra.square.tables import bookmarks, favourites, posts
from rostra.store.membership import one_of


async def show(
    connection: AsyncConnection, ids: Sequence[int], viewer: Account | None, now_ms: int
) -> list[PostView]:
    """The posts of `ids`, in their order."""
    circle = await circle_for(connection, viewer, now_ms)
    found = await by_ids(connection, ids)
    return await show_posts(connection, [found[n] for n in ids if n in found], circle)


async def show_posts(
    connection: AsyncConnection, rows: Sequence[Post], circle: Circle
) -> list[PostView]:
    """The posts `rows`, in their order, for whoever the circle is of."""
    around = await _around(connection, rows, circle)
    views = (around.view(post) for post in rows)
    return [view for view in views if view is not None]


@dataclass(frozen=True)
class _Around:
    """What posts point to and what belongs to them, by id."""

    circle: Circle
    pointed: Mapping[int, Post]
    authors: Mapping[str, Profile]
    mine: Mapping[int, frozenset[str]]
    polls: Mapping[int, Poll]
    applications: Mapping[str, tuple[str, str]]

    def view(self, post: Post, depth: int = 0) -> PostView | None:
        """The post, or None if it is not to be shown: then neither is what boosts it."""
        author, viewer_id = self.authors.get(post.author_id), self.circle.account_id or None
        if author is None or not may_see(
            post, author.state, viewer_id, self.circle.following, self.circle.blocked_by
        ):
            return None
        boost = self._pointed(post.boost_of, depth)
        if post.boost_of is not None and boost is None:
            return None
        # A quote of a quote is shown as a link, so that no page grows without end.
        shows_quote = depth == 0 and not post.quote_revoked
        quote = self._pointed(post.quote_of, depth + 1) if shows_quote else None
        marks = self.mine.get(post.id, frozenset())
        return PostView(
            post,
            author,
            mine=Mine(
                favourited="f" in marks,
                boosted="s" in marks,
                bookmarked="b" in marks,
                muted=post.thread_id in self.circle.muted_threads,
            ),
            boost=boost,
            quote=quote,
            poll=self.polls.get(post.id),
            application=self.applications.get(post.application_id or ""),
        )

    def _pointed(self, post_id: int | None, depth: int) -> PostView | None:
        post = self.pointed.get(post_id or 0)
        return None if post is None else self.view(post, depth)


async def _around(connection: AsyncConnection, rows: Sequence[Post], circle: Circle) -> _Around:
    pointed = await _pointed_to(connection, rows)
    every = {post.id: post for post in (*rows, *pointed.values())}
    with_poll = [post.id for post in every.values() if post.attached.poll]
    return _Around(
        circle,
        pointed,
        await profiles.of_ids(connection, (post.author_id for post in every.values())),
        await _mine(connection, tuple(every), circle.account_id),
        await polls.of_posts(connection, with_poll, circle.account_id or None),
        await _applications(connection, every.values()),
    )


async def _pointed_to(connection: AsyncConnection, rows: Iterable[Post]) -> dict[int, Post]:
    """What is boosted or quoted, and what the boosted posts quote."""
    first = {n for post in rows for n in (post.boost_of, post.quote_of) if n is not None}
    found = await by_ids(connection, first)
    second = {post.quote_of for post in found.values() if post.quote_of is not None}
    return found | await by_ids(connection, second - found.keys())


def _marks() -> CompoundSelect[Any]:
    """For the parameters `me` and `ids`; built once, as that costs more than answering it."""
    me = bindparam("me", type_=String)
    return union_all(
        *(
            select(literal(sign).label("sign"), table.c.post_id.label("post_id")).where(
                table.c.account_id == me, one_of(table.c.post_id, "ids")
            )
            for sign, table in (("f", favourites), ("b", bookmarks))
        ),
        select(literal("s"), posts.c.boost_of).where(
            posts.c.author_id == me, one_of(posts.c.boost_of, "ids")
        ),
    )


_MARKS = _marks()


async def _mine(
    connection: AsyncConnection, ids: Sequence[int], account_id: str
) -> dict[int, frozenset[str]]:
    """What the viewer did with the posts: f favourited, b bookmarked, s boosted (shared)."""
    if not account_id or not ids:
        return {}
    found: dict[int, set[str]] = {}
    for row in await connection.execute(_MARKS, {"me": account_id, "ids": ids}):
        found.setdefault(row.post_id, set()).add(row.sign)
    return {post_id: frozenset(signs) for post_id, signs in found.items()}


async def _applications(
    connection: AsyncConnection, rows: Iterable[Post]
) -> dict[str, tuple[str, str]]:
    wanted = {post.application_id for post in rows if post.application_id is not None}
    if not wanted:
        return {}
    asked = select(applications.c.id, applications.c.name, applications.c.website)
    found = await connection.execute(asked.where(applications.c.id.in_(wanted)))
    return {row.id: (row.name, row.website) for row in found}
