"""Browsers in process: they keep cookies, say where they come from, and read pages."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Any

import httpx
import pytest
from argon2 import PasswordHasher
from sqlalchemy import insert, update

from rostra.charter.tables import charter
from rostra.people.hashing import Hashing
from rostra.people.passwords import set_password
from rostra.people.queries import Account
from rostra.people.tables import accounts

PASSWORD = "seven brown owls at noon"
CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


@dataclass
class House:
    """The square, with people who have passwords, and a clock that can be moved."""

    square: Any
    password: str = PASSWORD

    @property
    def parts(self):
        return self.square.parts

    @asynccontextmanager
    async def browser(
        self, address: str = "127.0.0.1", **headers: str
    ) -> AsyncIterator[httpx.AsyncClient]:
        transport = httpx.ASGITransport(self.square.app, client=(address, 9))
        origin = self.parts.settings.public_url
        said = {"Origin": origin, "Accept": "text/html", "User-Agent": "Firefox"} | headers
        async with httpx.AsyncClient(
            transport=transport, base_url=origin, headers=said, follow_redirects=False
        ) as client:
            yield client

    async def person(self, handle: str, role: str = "member", password: str = PASSWORD) -> Account:
        account = await self.square.account(handle, role)
        hashed = await self.parts.entrance.hashing.hash(password)
        async with self.parts.database.writing() as connection:
            await set_password(connection, account.id, hashed, 1, length=len(password))
        return account

    async def sign_in(
        self, browser: httpx.AsyncClient, who: str, password: str = PASSWORD
    ) -> httpx.Response:
        return await browser.post("/sign-in", data={"who": who, "password": password})

    async def choose(self, **choices: object) -> None:
        """What the operator chose."""
        async with self.parts.database.writing() as connection:
            for name, value in choices.items():
                await connection.execute(
                    insert(charter).values(name=name, value=value, changed_ms=1)
                )

    async def give(self, account: Account, **values: object) -> None:
        async with self.parts.database.writing() as connection:
            await connection.execute(
                update(accounts).where(accounts.c.id == account.id).values(**values)
            )

    def later(self, ms: int) -> None:
        """The wall clock goes on by so much."""
        self.parts.clock = Later(self.parts.clock, ms)


class Later:
    def __init__(self, clock, ms: int) -> None:
        self._clock, self._ms = clock, ms

    def boot_ns(self) -> int:
        return self._clock.boot_ns() + self._ms * 1_000_000

    def wall_ms(self) -> int:
        return self._clock.wall_ms() + self._ms

    def boot_id(self) -> bytes:
        return self._clock.boot_id()


@pytest.fixture
async def house(square) -> House:
    square.parts.entrance.hashing = Hashing(CHEAP)
    return House(square)
