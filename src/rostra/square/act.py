"""One act in the square: its transaction, its moment, and what others are to be told of it.

Actions take an Act and the account of whoever acts. What they append to `news` is told to open
pages and apps after the commit (`web/acting.py`), and is a hint: whoever misses it finds the truth
in the database.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

from sqlalchemy.ext.asyncio import AsyncConnection

Kind = Literal[
    "post", "edit", "delete", "notice", "conversation", "relations", "filters", "lists", "state"
]


@dataclass(frozen=True)
class News:
    """What happened: `id` of the post (or notice); `account_id` is whose it is, or who is told.

    `post`, `edit` and `delete` are of the post `id` by `account_id`. `notice` and `conversation`
    tell `account_id` of the row `id`. `relations` says that whom `account_id` follows, blocks or
    mutes has changed, `filters` and `lists` likewise, `state` that the account was limited,
    suspended or reinstated.
    """

    kind: Kind
    account_id: str
    id: int = 0


@dataclass
class Act:
    """An open transaction at `now_ms`; `news` grows while it goes on."""

    connection: AsyncConnection
    now_ms: int
    news: list[News] = field(default_factory=list)
