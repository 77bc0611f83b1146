"""Lists: groups of people one follows, each a timeline of its own.

Each takes an Act and the account whose lists they are; somebody else's are not there.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Select, delete, func, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotFound, NotProcessable
from rostra.ids import sortable_id
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.relations import lock_self
from rostra.square.span import Span
from rostra.square.tables import follows, list_members, lists

MOST_LISTS = 100
MOST_MEMBERS = 1_000
MOST_AT_ONCE = 100
LONGEST_TITLE = 100
REPLIES = ("list", "followed", "none")


@dataclass(frozen=True)
class List:
    """`replies` (REPLIES) are shown to members, to anybody followed, or not at all; posts of the
    members of an `exclusive` one are not in the home timeline."""

    id: int
    title: str
    replies: str
    exclusive: bool


async def lists_of(connection: AsyncConnection, me: Account) -> list[List]:
    """All my lists, by the time they were made."""
    mine = _LIST.where(lists.c.account_id == me.id).order_by(lists.c.id)
    return [List(*row) for row in await connection.execute(mine)]


async def lists_with(connection: AsyncConnection, me: Account, member_id: str) -> list[List]:
    """My lists of which that account is a member."""
    mine = _LIST.join(list_members).where(
        lists.c.account_id == me.id, list_members.c.account_id == member_id
    )
    return [List(*row) for row in await connection.execute(mine.order_by(lists.c.id))]


async def list_by_id(connection: AsyncConnection, me: Account, list_id: int) -> List:
    """One of my lists. Raises NotFound."""
    mine = _LIST.where(lists.c.id == list_id, lists.c.account_id == me.id)
    row = (await connection.execute(mine)).first()
    if row is None:
        raise no_such_list()
    return List(*row)


async def members_of(
    connection: AsyncConnection, me: Account, list_id: int, span: Span
) -> list[tuple[int, str]]:
    """Cursor and id of the members of one of my lists, newest first. Raises NotFound."""
    await list_by_id(connection, me, list_id)
    there = (
        select(list_members.c.id, list_members.c.account_id)
        .join(accounts, accounts.c.id == list_members.c.account_id)
        .where(list_members.c.list_id == list_id, accounts.c.state.in_(SEEN))
    )
    rows = [(row.id, row.account_id) for row in
            await connection.execute(span.within(there, list_members.c.id))]  # fmt: skip
    return rows[::-1] if span.upwards else rows


async def make_list(
    act: Act, me: Account, title: str, replies: str = "list", *, exclusive: bool = False
) -> List:
    """A new list. Raises NotProcessable."""
    await lock_self(act, me)
    mine = select(func.count()).where(lists.c.account_id == me.id)
    if (await act.connection.execute(mine)).scalar_one() >= MOST_LISTS:
        raise NotProcessable(f"{MOST_LISTS} lists are the most: remove one first.")
    made = List(sortable_id(act.now_ms), *_checked(title, replies), exclusive)
    await act.connection.execute(
        insert(lists).values(
            id=made.id, account_id=me.id, title=made.title, replies=replies, exclusive=exclusive
        )
    )
    act.news.append(News("lists", me.id))
    return made


async def change_list(
    act: Act,
    me: Account,
    list_id: int,
    *,
    title: str | None = None,
    replies: str | None = None,
    exclusive: bool | None = None,
) -> List:
    """Change what is given. Raises NotFound, NotProcessable."""
    now = await list_by_id(act.connection, me, list_id)
    name, policy = _checked(title or now.title, replies or now.replies)
    alone = now.exclusive if exclusive is None else exclusive
    changed = update(lists).where(lists.c.id == list_id)
    await act.connection.execute(changed.values(title=name, replies=policy, exclusive=alone))
    act.news.append(News("lists", me.id))
    return List(list_id, name, policy, alone)


async def remove_list(act: Act, me: Account, list_id: int) -> None:
    """Raises NotFound."""
    mine = lists.c.id == list_id, lists.c.account_id == me.id
    if not (await act.connection.execute(delete(lists).where(*mine))).rowcount:
        raise no_such_list()
    act.news.append(News("lists", me.id))


async def add_members(act: Act, me: Account, list_id: int, ids: Sequence[str]) -> None:
    """Add people whom I follow. Raises NotFound, NotProcessable for who is in it already."""
    wanted = _bounded(ids)
    await lock_self(act, me)
    await list_by_id(act.connection, me, list_id)
    here = list_members.c.list_id == list_id
    following = select(follows.c.followed_id).where(
        follows.c.follower_id == me.id, follows.c.followed_id.in_(wanted)
    )
    if set((await act.connection.execute(following)).scalars()) != set(wanted):
        raise NotFound("A list is of people you follow: follow them first.")
    there = select(list_members.c.account_id).where(here, list_members.c.account_id.in_(wanted))
    if (await act.connection.execute(there)).first() is not None:
        raise NotProcessable("Validation failed: somebody is in this list already.")
    number = select(func.count()).where(here)
    if (await act.connection.execute(number)).scalar_one() + len(wanted) > MOST_MEMBERS:
        raise NotProcessable(f"A list may have {MOST_MEMBERS:,} members: begin another one.")
    rows = [
        {"list_id": list_id, "account_id": each, "id": sortable_id(act.now_ms)} for each in wanted
    ]
    if rows:
        await act.connection.execute(insert(list_members), rows)
        act.news.append(News("lists", me.id))


async def remove_members(act: Act, me: Account, list_id: int, ids: Sequence[str]) -> None:
    """Take people out of a list; those who are not in it stay so. Raises NotFound."""
    wanted = _bounded(ids)
    await list_by_id(act.connection, me, list_id)
    here = list_members.c.list_id == list_id, list_members.c.account_id.in_(wanted)
    await act.connection.execute(delete(list_members).where(*here))
    act.news.append(News("lists", me.id))


def no_such_list() -> NotFound:
    return NotFound("There is no such list among yours.")


_LIST: Select[Any] = select(lists.c.id, lists.c.title, lists.c.replies, lists.c.exclusive)


def _checked(title: str, replies: str) -> tuple[str, str]:
    line = " ".join(title.replace("\x00", " ").split())
    if not line:
        raise NotProcessable("Validation failed: the title is empty: name the list.")
    if len(line) > LONGEST_TITLE:
        raise NotProcessable(f"Validation failed: the title may have {LONGEST_TITLE} characters.")
    if replies not in REPLIES:
        raise NotProcessable("Validation failed: replies_policy must be list, followed or none.")
    return line, replies


def _bounded(ids: Sequence[str]) -> list[str]:
    wanted = list(dict.fromkeys(ids))
    if len(wanted) > MOST_AT_ONCE:
        raise NotProcessable(f"Validation failed: at most {MOST_AT_ONCE} people at once.")
    return wanted
