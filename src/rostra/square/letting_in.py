"""Who asked to follow an account that no longer wants to be asked: let in, some at a time."""

from __future__ import annotations

from sqlalchemy import select

from rostra.chores.queue import add_chore
from rostra.people import queries
from rostra.people.tables import accounts
from rostra.square.act import Act
from rostra.square.relations import accept
from rostra.square.tables import follow_requests

CHORE = "let followers in"
"""Its subject is the account."""

STEP = 25


async def let_in_later(act: Act, account_id: str) -> None:
    """Have everybody let in who waits, if anybody does: the account was unlocked."""
    waiting = select(follow_requests.c.id).where(follow_requests.c.followed_id == account_id)
    if (await act.connection.execute(waiting.limit(1))).first() is not None:
        await add_chore(
            act.connection, CHORE, {}, due_ms=act.now_ms, now_ms=act.now_ms, subject=account_id
        )


async def let_some_in(act: Act, account_id: str) -> bool:
    """Let some in, unless the account is locked again: whether more may be waiting.

    A limited account is asked about as before: others are careful with it.
    """
    followed = accounts.alias()
    waiting = (
        select(follow_requests.c.follower_id)
        .join(accounts, accounts.c.id == follow_requests.c.follower_id)
        .join(followed, followed.c.id == follow_requests.c.followed_id)
        .where(
            follow_requests.c.followed_id == account_id,
            followed.c.locked.is_(False),
            accounts.c.state == "active",
        )
        .order_by(follow_requests.c.id)
        .limit(STEP)
    )
    ids = (await act.connection.execute(waiting)).scalars().all()
    me = await queries.by_id(act.connection, account_id)
    if me is None or not me.may_act:
        return False
    for follower_id in ids:
        await accept(act, me, follower_id)
    return len(ids) == STEP
