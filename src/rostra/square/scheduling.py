"""Posts for later: the wish for each is kept, and published by a chore when its time comes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore, forget_chore
from rostra.errors import NotFound, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.square import media
from rostra.square.act import Act
from rostra.square.rules import PollWish, Wish
from rostra.square.span import Span
from rostra.square.tables import scheduled_posts

CHORE = "scheduled"
SOONEST_MS = 5 * 60_000
LATEST_MS = 366 * 24 * 3600_000
MOST_SCHEDULED = 300


@dataclass(frozen=True)
class Scheduled:
    """A post to be published at `due_ms`."""

    id: int
    account_id: str
    wish: Wish
    due_ms: int


def wish_document(wish: Wish) -> dict[str, Any]:
    """The wish as a column holds it."""
    return asdict(wish)


def wish_of(document: Mapping[str, Any]) -> Wish:
    """From what the column holds."""
    poll = document.get("poll")
    values = {**document, "media": tuple(document.get("media", ()))}
    values["poll"] = poll and PollWish(**{**poll, "options": tuple(poll["options"])})
    return Wish(**values)


def checked_due(due_ms: int, now_ms: int) -> int:
    """A time at which a post may be scheduled. Raises NotProcessable."""
    if not now_ms + SOONEST_MS <= due_ms <= now_ms + LATEST_MS:
        raise NotProcessable("A post may be scheduled five minutes to a year ahead: choose again.")
    return due_ms


async def schedule(act: Act, author: Account, wish: Wish, due_ms: int) -> Scheduled:
    """Keep `wish`, which was checked, until its time. Raises NotProcessable when there are many."""
    mine = select(func.count()).where(scheduled_posts.c.account_id == author.id)
    if (await act.connection.execute(mine)).scalar_one() >= MOST_SCHEDULED:
        raise NotProcessable(
            f"There are {MOST_SCHEDULED} scheduled posts already: wait, or cancel some."
        )
    made = Scheduled(sortable_id(act.now_ms), author.id, wish, checked_due(due_ms, act.now_ms))
    await media.keep(act, author, wish.media, due_ms)
    await act.connection.execute(
        insert(scheduled_posts).values(
            id=made.id, account_id=author.id, wish=wish_document(wish), due_ms=due_ms
        )
    )
    await _set_alarm(act, made.id, due_ms)
    return made


async def reschedule(act: Act, author: Account, number: int, due_ms: int) -> Scheduled:
    """Another time for it. Raises NotFound, NotProcessable."""
    present = await scheduled(act.connection, author, number)
    due_ms = checked_due(due_ms, act.now_ms)
    await media.keep(act, author, present.wish.media, due_ms)
    await act.connection.execute(
        update(scheduled_posts).where(scheduled_posts.c.id == number).values(due_ms=due_ms)
    )
    await _set_alarm(act, number, due_ms)
    return Scheduled(number, author.id, present.wish, due_ms)


async def cancel(act: Act, author: Account, number: int) -> None:
    """It is not to be posted. Raises NotFound."""
    await scheduled(act.connection, author, number)
    await act.connection.execute(delete(scheduled_posts).where(scheduled_posts.c.id == number))
    await forget_chore(act.connection, CHORE, str(number))


async def scheduled(connection: AsyncConnection, author: Account, number: int) -> Scheduled:
    """One of the author's own. Raises NotFound."""
    query = select(scheduled_posts).where(
        scheduled_posts.c.id == number, scheduled_posts.c.account_id == author.id
    )
    row = (await connection.execute(query)).first()
    if row is None:
        raise NotFound("There is no such scheduled post, or it was published.")
    return _scheduled(row)


async def all_scheduled(
    connection: AsyncConnection, author: Account, span: Span
) -> list[Scheduled]:
    """The author's own, newest first."""
    query: Select[Any] = select(scheduled_posts).where(scheduled_posts.c.account_id == author.id)
    rows = (await connection.execute(span.within(query, scheduled_posts.c.id))).all()
    found = [_scheduled(row) for row in rows]
    return found[::-1] if span.upwards else found


async def _set_alarm(act: Act, number: int, due_ms: int) -> None:
    await add_chore(
        act.connection, CHORE, {"id": number}, due_ms=due_ms, now_ms=act.now_ms, subject=str(number)
    )


def _scheduled(row: Any) -> Scheduled:
    return Scheduled(row.id, row.account_id, wish_of(row.wish), row.due_ms)
