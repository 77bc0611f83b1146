"""Hashing is bounded, and takes the same work for nobody as for somebody."""

from __future__ import annotations

import asyncio
import threading

import pytest
from argon2 import PasswordHasher, extract_parameters

from rostra.errors import Unavailable
from rostra.people.hashing import COST, Hashing
from rostra.testing.patience import in_time

CHEAP = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1)


class Held:
    """Says which passwords it was asked for, one at a time, each when it is let."""

    def __init__(self) -> None:
        self.turns, self.asked = threading.Semaphore(0), []
        self.at_once = self.most_at_once = 0

    def hash(self, password: str) -> str:
        return "hash"

    def verify(self, stored: str, password: str) -> bool:
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        self.turns.acquire(timeout=10)
        self.asked.append(password)
        self.at_once -= 1
        return True


async def test_argon2id_as_owasp_advises() -> None:
    stored = await Hashing().hash("seven brown owls")
    parameters = extract_parameters(stored)
    assert stored.startswith("$argon2id$")
    assert (parameters.memory_cost, parameters.time_cost, parameters.parallelism) == (19_456, 2, 1)
    assert extract_parameters(COST.hash("x")) == parameters


async def test_only_the_right_password_of_somebody_matches() -> None:
    hashing = Hashing(CHEAP)
    stored = await hashing.hash("seven brown owls")
    assert await hashing.matches(stored, "seven brown owls")
    assert not await hashing.matches(stored, "seven brown owl")
    assert not await hashing.matches(None, "the password of nobody")
    assert not await hashing.matches("damaged", "seven brown owls")


async def test_nobodys_hash_costs_what_everybodys_does() -> None:
    asked = []

    class Noting:
        def hash(self, password: str) -> str:
            return COST.hash(password)

        def verify(self, stored: str, password: str) -> bool:
            asked.append(extract_parameters(stored))
            return False

    hashing = Hashing(Noting())
    await hashing.matches(COST.hash("x"), "y")
    await hashing.matches(None, "y")
    assert asked[0] == asked[1]


async def test_one_at_a_time_known_devices_first_and_a_short_queue() -> None:
    held = Held()
    hashing = Hashing(held, most_waiting=2)
    tasks = [asyncio.create_task(hashing.matches("x", "first"))]
    await in_time(lambda: held.at_once == 1)
    for password, known in (("a", False), ("b", False), ("owner", True)):
        tasks.append(asyncio.create_task(hashing.matches("x", password, known=known)))
        await asyncio.sleep(0)
    with pytest.raises(Unavailable) as refusal:
        await hashing.matches("x", "c")
    assert refusal.value.retry_after == 5
    tasks[1].cancel()  # whoever goes away is not waited for
    for _ in range(4):
        held.turns.release()
    await asyncio.gather(*tasks, return_exceptions=True)
    assert held.asked == ["first", "owner", "b"] and held.most_at_once == 1
    held.turns.release()
    assert await hashing.matches("x", "after")
