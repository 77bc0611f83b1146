"""A town: a database of each kind with people in it, and a clock that stands still unless told."""

from __future__ import annotations

import itertools
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import func, select, update

from rostra.people import actions as people
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.audience import Circle, circle_of
from rostra.square.relationships import Relationship, relationships
from rostra.store.database import Database

HOUR = 3600 * 1000
MORNINGS = itertools.count(1_800_000_000_000, 10_000 * HOUR)


class Town:
    """What tests of the square do in it."""

    def __init__(self, database: Database) -> None:
        # Ids never go back, so that each town begins after the one before.
        self.database, self.now_ms, self.news = database, next(MORNINGS), list[News]()

    async def person(self, handle: str, **values: object) -> Account:
        async with self.database.writing() as connection:
            made = await people.add_person(connection, handle, now_ms=self.now_ms, role="member")
            if values:
                own = accounts.c.id == made.id
                await connection.execute(update(accounts).where(own).values(**values))
        return replace(made, state=str(values.get("state", "active")))

    async def do(self, what: Any, *arguments: Any, **named: Any) -> Any:
        async with self.database.writing() as connection:
            act = Act(connection, self.now_ms)
            answer = await what(act, *arguments, **named)
        self.news = act.news
        return answer

    async def between(self, me: Account, other: Account) -> Relationship:
        async with self.database.reading() as connection:
            (found,) = await relationships(connection, me.id, [other.id], self.now_ms)
        return found

    async def circle(self, me: Account) -> Circle:
        async with self.database.reading() as connection:
            return await circle_of(connection, me.id, self.now_ms)

    async def ask(self, what: Any, *arguments: Any) -> Any:
        async with self.database.reading() as connection:
            return await what(connection, *arguments)

    async def rows(self, table: Any, *where: Any) -> int:
        async with self.database.reading() as connection:
            query = select(func.count()).select_from(table).where(*where)
            return (await connection.execute(query)).scalar_one()


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)
