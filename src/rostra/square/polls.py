"""Polls: begun with a post, voted in once, counted exactly.

The rows of `poll_votes` are the truth, and unique by voter and option; the tallies beside them
change in the same transaction.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import String, and_, bindparam, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotAllowed, NotFound, NotProcessable
from rostra.people.queries import Account
from rostra.square.act import Act, News
from rostra.square.closing import close_later
from rostra.square.posts import Poll, PollOption, Post
from rostra.square.rules import PollWish
from rostra.square.tables import poll_options, poll_votes, polls
from rostra.store.membership import one_of


async def begin(act: Act, post_id: int, wish: PollWish) -> None:
    """The poll of a new post; `wish` was checked."""
    await act.connection.execute(
        insert(polls).values(
            post_id=post_id, multiple=wish.multiple, hide_totals=wish.hide_totals,
            expires_ms=act.now_ms + wish.seconds * 1000,
        )
    )  # fmt: skip
    await close_later(act, post_id, act.now_ms + wish.seconds * 1000)
    options = [
        {"post_id": post_id, "position": n, "title": title} for n, title in enumerate(wish.options)
    ]
    await act.connection.execute(insert(poll_options), options)


async def of_posts(
    connection: AsyncConnection, post_ids: Iterable[int], viewer_id: str | None
) -> dict[int, Poll]:
    """The polls of posts, by post, with what the viewer chose."""
    wanted = set(post_ids)
    if not wanted:
        return {}
    found: dict[int, list[Any]] = {}
    for row in await connection.execute(_OF_POSTS, {"ids": wanted, "me": viewer_id or ""}):
        found.setdefault(row.post_id, []).append(row)
    return {post_id: _poll(rows) for post_id, rows in found.items()}


def _poll(rows: Sequence[Any]) -> Poll:
    """One poll; there is a row for each of its options."""
    head, options = rows[0], tuple(PollOption(row.title, row.votes) for row in rows)
    chosen = tuple(row.chosen for row in rows if row.chosen is not None)
    return Poll(
        head.post_id, options, head.multiple, head.hide_totals, head.expires_ms, head.voters, chosen
    )


# Built once, as that costs more than answering it.
_OF_POSTS = (
    select(polls, poll_options.c.title, poll_options.c.votes, poll_votes.c.position.label("chosen"))
    .join(poll_options, poll_options.c.post_id == polls.c.post_id)
    .outerjoin(
        poll_votes,
        and_(
            poll_votes.c.post_id == poll_options.c.post_id,
            poll_votes.c.position == poll_options.c.position,
            poll_votes.c.account_id == bindparam("me", type_=String),
        ),
    )
    .where(one_of(polls.c.post_id, "ids"))
    .order_by(polls.c.post_id, poll_options.c.position)
)


async def vote(act: Act, post: Post, account: Account, choices: Sequence[int]) -> None:
    """Vote once. Raises NotFound without a poll, NotAllowed, NotProcessable."""
    # Whoever counts first has the row: of two votes of one person the second sees the first.
    await act.connection.execute(
        update(polls).where(polls.c.post_id == post.id).values(voters=polls.c.voters + 1)
    )
    poll = (await of_posts(act.connection, [post.id], account.id)).get(post.id)
    if poll is None:
        raise NotFound("This post has no poll.")
    chosen = _checked(poll, post, account, choices, act.now_ms)
    rows = [{"post_id": post.id, "account_id": account.id, "position": n} for n in chosen]
    await act.connection.execute(insert(poll_votes), rows)
    await act.connection.execute(
        update(poll_options)
        .where(poll_options.c.post_id == post.id, poll_options.c.position.in_(chosen))
        .values(votes=poll_options.c.votes + 1)
    )
    act.news.append(News("edit", post.author_id, post.id))


def _checked(
    poll: Poll, post: Post, account: Account, choices: Sequence[int], now_ms: int
) -> list[int]:
    if post.author_id == account.id:
        raise NotAllowed("This is your own poll: leave the vote to others.")
    if poll.is_over(now_ms):
        raise NotProcessable("This poll is over.")
    if poll.chosen:
        raise NotProcessable("You have voted in this poll already.")
    chosen = sorted(set(choices))
    if not chosen or not all(0 <= n < len(poll.options) for n in chosen):
        raise NotProcessable("There is no such option in this poll: choose one that it shows.")
    if len(chosen) > 1 and not poll.multiple:
        raise NotProcessable("Only one option may be chosen in this poll.")
    return chosen


async def replace(act: Act, post: Post, wish: PollWish | None) -> None:
    """The poll of an edited post: if its options change, voting begins anew. `wish` was checked."""
    before = (await of_posts(act.connection, [post.id], None)).get(post.id)
    if before is not None and wish is not None and _same(before, wish):
        return
    for table in (poll_votes, poll_options, polls):
        await act.connection.execute(delete(table).where(table.c.post_id == post.id))
    if wish is not None:
        await begin(act, post.id, wish)


def _same(before: Poll, wish: PollWish) -> bool:
    titles = tuple(option.title for option in before.options)
    return titles == wish.options and before.multiple == wish.multiple


async def titles(connection: AsyncConnection, post: Post) -> tuple[str, ...]:
    """What may be chosen in the poll of a post; nothing where there is none."""
    if not post.attached.poll:
        return ()
    found = select(poll_options.c.title).where(poll_options.c.post_id == post.id)
    rows = await connection.execute(found.order_by(poll_options.c.position))
    return tuple(rows.scalars())


async def wish_of(connection: AsyncConnection, post: Post) -> PollWish | None:
    """The wish that would make the poll of a post as it is, to edit the post without it."""
    found = (await of_posts(connection, [post.id], None)).get(post.id)
    if found is None:
        return None
    titles = tuple(option.title for option in found.options)
    seconds = (found.expires_ms - post.created_ms) // 1000
    return PollWish(titles, seconds, found.multiple, found.hide_totals)
