"""How many people and posts there are, as a server tells of itself."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.ids import sortable_id_at
from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.square.tables import posts

DAY_MS = 24 * 3600 * 1000
MONTH_MS, HALF_YEAR_MS = 30 * DAY_MS, 180 * DAY_MS
WEEK_MS = 7 * DAY_MS
WEEKS = 12


@dataclass(frozen=True)
class Week:
    """What happened in the week that began at `began_ms`, a Monday at midnight, UTC."""

    began_ms: int
    posts: int
    newcomers: int


@dataclass(frozen=True)
class Numbers:
    """People who may be seen, their posts, who wrote of late; weeks, the present one first."""

    people: int = 0
    posts: int = 0
    active_month: int = 0
    active_half_year: int = 0
    weeks: tuple[Week, ...] = ()


async def count_all(connection: AsyncConnection, now_ms: int) -> Numbers:
    """Everything counted anew: it reads all accounts and the posts of twelve weeks."""
    last = accounts.c.last_post_id
    row = (
        await connection.execute(
            select(
                func.count(),
                func.coalesce(func.sum(accounts.c.posts), 0),
                func.count().filter(last >= sortable_id_at(now_ms - MONTH_MS)),
                func.count().filter(last >= sortable_id_at(now_ms - HALF_YEAR_MS)),
            ).where(accounts.c.state.in_(SEEN))
        )
    ).one()
    people, written, month, half_year = map(int, row)
    weeks = [await _week(connection, each) for each in _weeks(now_ms)]
    return Numbers(people, written, month, half_year, tuple(weeks))


def _weeks(now_ms: int) -> list[int]:
    """When the last twelve weeks began. The epoch was a Thursday."""
    since_monday = (now_ms - 4 * DAY_MS) % WEEK_MS
    return [now_ms - since_monday - number * WEEK_MS for number in range(WEEKS)]


async def _week(connection: AsyncConnection, began_ms: int) -> Week:
    ends_ms = began_ms + WEEK_MS
    # The condition is that of an index (ix_posts_public), which is all that is read.
    public = (
        posts.c.visibility == "public",
        posts.c.boost_of.is_(None),
        posts.c.deleted_ms.is_(None),
    )
    written = select(func.count()).where(
        *public, posts.c.id >= sortable_id_at(began_ms), posts.c.id < sortable_id_at(ends_ms)
    )
    came = select(func.count()).where(
        accounts.c.created_ms >= began_ms, accounts.c.created_ms < ends_ms
    )
    return Week(
        began_ms,
        (await connection.execute(written)).scalar_one(),
        (await connection.execute(came)).scalar_one(),
    )
