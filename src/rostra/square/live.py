"""Telling followers that somebody is on air: a few hundred at a time, so that nobody stampedes.

Where ninety thousand are told within a second, they arrive within a minute, at the moment at which
a Space is busiest. So a chore walks the followers in steps; it ends with the last of them or with
the Space, whichever comes first. Who is to be told is read outside the writing transaction, which
is as short as its rows.
"""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.people.rules import ACTING
from rostra.people.tables import accounts
from rostra.rooms.tables import spaces
from rostra.square.act import Act
from rostra.square.notices import hearers, tell_all
from rostra.square.tables import follows, posts

CHORE = "live"
STEP = 250
"""Followers in one step."""

PAUSE_MS = 1_000
"""Between two steps, on average: 250 a second, 90,000 in six minutes."""

BUSY_MS = 10_000
"""For how long it gives way where pages or the sound are late."""

FIRST_MS = 10_000
_ON_AIR = ("live", "paused")


@dataclass(frozen=True)
class Step:
    """The next to be told, and from which follow the step after this one goes on; None at last.

    `post_id` is the post by which the Space says that it is live, for apps that know no Spaces.
    """

    account_ids: tuple[str, ...]
    host_id: str
    post_id: int | None
    after: int | None


def pause_ms(chance: float, *, busy: bool) -> int:
    """How long to wait before the next step; `chance` between 0 and 1 spreads Spaces apart."""
    return int((BUSY_MS if busy else PAUSE_MS) * (0.5 + chance))


async def begin(connection: AsyncConnection, slug: str, now_ms: int) -> None:
    """Have the host's followers told, from a few seconds after now."""
    await add_chore(
        connection, CHORE, {"after": 0}, due_ms=now_ms + FIRST_MS, now_ms=now_ms, subject=slug
    )


async def next_step(connection: AsyncConnection, slug: str, after: int, now_ms: int) -> Step | None:
    """Whom to tell next, and None when nobody is to be told any more."""
    hosts = select(spaces.c.owner_id, spaces.c.phase).join(
        accounts, accounts.c.id == spaces.c.owner_id
    )
    host = (
        await connection.execute(hosts.where(spaces.c.slug == slug, accounts.c.state.in_(ACTING)))
    ).first()
    if host is None or host.phase not in _ON_AIR:
        return None
    followers = select(follows.c.id, follows.c.follower_id).where(
        follows.c.followed_id == host.owner_id, follows.c.id > after
    )
    rows = (await connection.execute(followers.order_by(follows.c.id).limit(STEP))).all()
    listening = await hearers(
        connection, [row.follower_id for row in rows], CHORE, now_ms, from_id=host.owner_id,
        space_slug=slug,
    )  # fmt: skip
    saying = select(posts.c.id).where(posts.c.space_slug == slug, posts.c.space_moment == CHORE)
    post_id = (await connection.execute(saying.where(posts.c.deleted_ms.is_(None)))).scalar()
    rest = rows[-1].id if len(rows) == STEP else None
    return Step(tuple(listening), host.owner_id, post_id, rest)


async def tell(act: Act, slug: str, step: Step) -> None:
    """Tell those of the step. Done again by chance, it tells nobody twice: they are hearers of it
    no more."""
    await tell_all(
        act, step.account_ids, CHORE, from_id=step.host_id, post_id=step.post_id, space_slug=slug
    )
