"""People, posts and the hands of moderators, on a database of each kind."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import pytest
from sqlalchemy import insert, select, update

from rostra.ids import sortable_id
from rostra.moderation import actions, queries, targets
from rostra.moderation.actions import Measure
from rostra.moderation.queries import Sanction
from rostra.moderation.targets import Target
from rostra.people import actions as people
from rostra.people import profiles
from rostra.people.queries import Account
from rostra.people.tables import accounts
from rostra.rooms.tables import spaces
from rostra.square.act import Act, News
from rostra.square.tables import notices, posts
from rostra.store.database import Database

START_MS = 1_800_000_000_000


@dataclass
class Town:
    """A place with `now_ms` as its time; each act is a transaction of its own."""

    database: Database
    now_ms: int = START_MS
    news: list[News] = field(default_factory=list)

    @asynccontextmanager
    async def acting(self) -> AsyncIterator[Act]:
        async with self.database.writing() as connection:
            act = Act(connection, self.now_ms)
            yield act
        self.news += act.news

    async def person(self, handle: str, role: str = "member") -> Account:
        async with self.acting() as act:
            return await people.add_person(act.connection, handle, role=role, now_ms=self.now_ms)

    async def post(self, author: Account, text: str, visibility: str = "public") -> int:
        made = sortable_id(self.now_ms)
        async with self.acting() as act:
            await act.connection.execute(
                insert(posts).values(
                    id=made, author_id=author.id, visibility=visibility, text=text,
                    attached={}, thread_id=made, created_ms=self.now_ms,
                )
            )  # fmt: skip
        return made

    async def space(self, owner: Account, slug: str) -> str:
        async with self.acting() as act:
            await act.connection.execute(
                insert(spaces).values(
                    slug=slug, owner_id=owner.id, title=slug, language="", record=False,
                    phase="live", created_ms=self.now_ms,
                )
            )  # fmt: skip
        return slug

    async def change_post(self, post_id: int, **values: object) -> None:
        async with self.acting() as act:
            await act.connection.execute(update(posts).where(posts.c.id == post_id).values(values))

    async def profile(self, account: Account) -> profiles.Profile:
        async with self.database.reading() as connection:
            return (await profiles.of_ids(connection, [account.id]))[account.id]

    async def until_of(self, account: Account) -> int | None:
        query = select(accounts.c.state_until_ms).where(accounts.c.id == account.id)
        async with self.database.reading() as connection:
            return (await connection.execute(query)).scalar_one()

    async def sanction(
        self, by: Account | None, target: Target, act_name: str, *, until_ms: int | None = None,
        report_id: int | None = None,
    ) -> Sanction:  # fmt: skip
        async with self.acting() as act:
            measure = Measure(act_name, "Because.", until_ms, report_id)
            return await actions.sanction(act, by, target, measure)

    async def lift(self, by: Account | None, sanction_id: int) -> Sanction:
        async with self.acting() as act:
            return await actions.lift(act, by, sanction_id, "We were wrong.")

    async def record(self) -> list[Sanction]:
        async with self.database.reading() as connection:
            return await queries.record(connection)

    async def target(self, *, post_id: int | None = None, slug: str = "") -> Target:
        async with self.database.reading() as connection:
            if post_id is not None:
                return await targets.a_post(connection, post_id)
            return await targets.a_space(connection, slug)

    async def told(self, account: Account) -> list[str]:
        query = select(notices.c.kind).where(notices.c.account_id == account.id)
        async with self.database.reading() as connection:
            return list((await connection.execute(query.order_by(notices.c.id))).scalars())


@pytest.fixture
def town(database: Database) -> Town:
    return Town(database)
