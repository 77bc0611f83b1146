"""Polls that end: a chore at the end of each tells who voted and who asked, some at a time."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.square.act import Act, News
from rostra.square.notices import hearers, notify, tell_all
from rostra.square.tables import poll_votes, polls, posts

CHORE = "poll"
STEP = 250


async def close_later(act: Act, post_id: int, expires_ms: int) -> None:
    """Have the poll of a new or edited post closed when it ends."""
    await add_chore(
        act.connection, CHORE, {}, due_ms=expires_ms, now_ms=act.now_ms, subject=str(post_id)
    )


@dataclass(frozen=True)
class Step:
    """The voters who are told next, and after which the step after this one goes on."""

    voters: tuple[str, ...]
    author_id: str
    after: str | None


async def next_step(
    connection: AsyncConnection, post_id: int, after: str, now_ms: int
) -> Step | None:
    """Whom to tell next; None where the poll is gone, closed, or was made longer, for which there
    is a chore of its own."""
    found = (
        await connection.execute(
            select(posts.c.author_id, polls.c.closed_ms, polls.c.expires_ms)
            .join(polls, polls.c.post_id == posts.c.id)
            .where(posts.c.id == post_id, posts.c.deleted_ms.is_(None))
        )
    ).first()
    if found is None or found.closed_ms is not None or found.expires_ms > now_ms:
        return None
    query = (
        select(poll_votes.c.account_id)
        .where(poll_votes.c.post_id == post_id, poll_votes.c.account_id > after)
        .distinct()
        .order_by(poll_votes.c.account_id)
        .limit(STEP)
    )
    voters = list((await connection.execute(query)).scalars())
    listening = await hearers(
        connection, voters, CHORE, now_ms, from_id=found.author_id, post_id=post_id
    )
    rest = voters[-1] if len(voters) == STEP else None
    return Step(tuple(listening), found.author_id, rest)


async def close_step(act: Act, post_id: int, step: Step) -> None:
    """Tell the voters of the step, and with the last of them the author; then it is closed."""
    await tell_all(act, step.voters, CHORE, from_id=step.author_id, post_id=post_id)
    if step.after is not None:
        return
    await notify(act, step.author_id, CHORE, post_id=post_id)
    await act.connection.execute(
        update(polls).where(polls.c.post_id == post_id).values(closed_ms=act.now_ms)
    )
    act.news.append(News("edit", step.author_id, post_id))
