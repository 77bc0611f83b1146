"""Polls that end: a chore at the end of each tells who voted and who asked, some at a time."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import select, update

from rostra.chores.queue import add_chore
from rostra.square.act import Act, News
from rostra.square.notices import notify
from rostra.square.tables import poll_votes, polls, posts

CHORE = "poll"
STEP = 100


async def close_later(act: Act, post_id: int, expires_ms: int) -> None:
    """Have the poll of a new or edited post closed when it ends."""
    await add_chore(
        act.connection, CHORE, {}, due_ms=expires_ms, now_ms=act.now_ms, subject=str(post_id)
    )


async def close_step(act: Act, post_id: int, details: Mapping[str, Any]) -> dict[str, str] | None:
    """Tell the next few; the details of the step after this one, None when all were told.

    Fit to be done again: nobody is told of the same poll twice.
    """
    found = (
        await act.connection.execute(
            select(posts.c.author_id, polls.c.closed_ms, polls.c.expires_ms)
            .join(polls, polls.c.post_id == posts.c.id)
            .where(posts.c.id == post_id, posts.c.deleted_ms.is_(None))
        )
    ).first()
    if found is None or found.closed_ms is not None or found.expires_ms > act.now_ms:
        return None  # deleted, closed, or made longer, for which there is a chore of its own
    after = str(details.get("after", ""))
    voters = await _voters(act, post_id, after)
    for voter in voters:
        await notify(act, voter, "poll", from_id=found.author_id, post_id=post_id)
    if len(voters) == STEP:
        return {"after": voters[-1]}
    await notify(act, found.author_id, "poll", post_id=post_id)
    await act.connection.execute(
        update(polls).where(polls.c.post_id == post_id).values(closed_ms=act.now_ms)
    )
    act.news.append(News("edit", found.author_id, post_id))
    return None


async def _voters(act: Act, post_id: int, after: str) -> list[str]:
    query = (
        select(poll_votes.c.account_id)
        .where(poll_votes.c.post_id == post_id, poll_votes.c.account_id > after)
        .distinct()
        .order_by(poll_votes.c.account_id)
        .limit(STEP)
    )
    return list((await act.connection.execute(query)).scalars())
