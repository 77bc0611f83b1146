"""People as others see them: everything of an account that is shown with a post or on its page."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, NamedTuple

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.store.membership import one_of


class Profile(NamedTuple):
    """What is shown of somebody. `avatar` and `header` are names of files among the media.

    A tuple for the same reason as a Post.
    """

    id: str
    handle: str
    name: str
    role: str
    state: str
    created_ms: int
    bio: str
    fields: tuple[tuple[str, str], ...]
    avatar: str | None
    header: str | None
    locked: bool
    bot: bool
    hidden: bool
    posts: int
    followers: int
    following: int
    last_post_id: int
    sensitized: bool = False

    @property
    def account(self) -> Account:
        return Account(self.id, self.handle, self.name, self.role, self.state)


_SHOWN = (
    "id", "handle", "name", "role", "state", "created_ms", "bio", "fields", "avatar", "header",
    "locked", "bot", "hidden", "posts", "followers", "following", "last_post_id", "sensitized",
)  # fmt: skip
_FIELDS = _SHOWN.index("fields")
assert Profile._fields == _SHOWN
_PROFILE = select(*(accounts.c[name] for name in _SHOWN))
_BY_IDS = _PROFILE.where(one_of(accounts.c.id, "ids"))


async def of_ids(connection: AsyncConnection, ids: Iterable[str]) -> dict[str, Profile]:
    """The profiles of `ids` that are there, by id."""
    wanted = set(ids)
    if not wanted:
        return {}
    rows = await connection.execute(_BY_IDS, {"ids": wanted})
    return {row.id: _profile(row) for row in rows}


async def of_id(connection: AsyncConnection, account_id: str) -> Profile | None:
    return (await of_ids(connection, [account_id])).get(account_id)


async def by_handle(connection: AsyncConnection, handle: str) -> Profile | None:
    row = (await connection.execute(_PROFILE.where(accounts.c.handle == handle))).first()
    return None if row is None else _profile(row)


def _profile(row: Any) -> Profile:
    facts = tuple((str(name), str(value)) for name, value in row[_FIELDS])
    values: tuple[Any, ...] = (*row[:_FIELDS], facts, *row[_FIELDS + 1 :])
    return Profile(*values)
