"""Hashing passwords: argon2id (RFC 9106), one at a time, with a short queue in two lanes.

Hashing is slow on purpose, so it is what an attack can use up. It never takes more than one core;
whoever comes while the queue is full is told to come back; and those who come with a device from
which the account was signed in before pass by everybody else.
"""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from functools import lru_cache
from typing import TypeVar

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from rostra.errors import Unavailable

Result = TypeVar("Result")
MOST_WAITING = 32
"""In each lane; at 20 ms each the last of them waits two thirds of a second."""

COST = PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)
"""The least that OWASP advises: 19 MiB, two passes, one lane."""


class Hashing:
    """One thread for all hashes of this process."""

    def __init__(self, cost: PasswordHasher = COST, most_waiting: int = MOST_WAITING) -> None:
        self._cost, self._most = cost, most_waiting
        self._thread = ThreadPoolExecutor(1, "hashing")
        self._known: deque[asyncio.Future[None]] = deque()
        self._others: deque[asyncio.Future[None]] = deque()
        self._busy = False
        self.done = 0
        """How many were computed, for tests and figures."""

    async def hash(self, password: str) -> str:
        """The hash to store. Raises Unavailable when too many wait already."""
        return await self._run(lambda: self._cost.hash(password), known=False)

    async def matches(
        self,
        stored: str | None,
        password: str,
        *,
        known: bool = False,
        beside: Callable[[], Awaitable[None]] | None = None,
    ) -> bool:
        """Whether `password` is the one; None, for nobody, takes as long and is always no.

        `known` is whether it comes from a device that signed in before. `beside` is done while
        the hash is computed, so that it adds no time by which one could tell, and never more than
        one of them at once. Raises Unavailable, and whatever `beside` does.
        """
        right = await self._run(
            lambda: _verified(self._cost, stored or _of_nobody(self._cost), password),
            known=known,
            beside=beside,
        )
        return right and stored is not None

    def check_room(self, *, known: bool = False) -> None:
        """Whether one more would be taken now. Raises Unavailable."""
        if self._busy and len(self._known if known else self._others) >= self._most:
            raise Unavailable(
                "Too many people are signing in just now: try again in a few seconds.",
                retry_after=5,
            )

    async def _run(
        self,
        work: Callable[[], Result],
        *,
        known: bool,
        beside: Callable[[], Awaitable[None]] | None = None,
    ) -> Result:
        self.check_room(known=known)
        async with self._turn(self._known if known else self._others):
            self.done += 1
            computed = asyncio.get_running_loop().run_in_executor(self._thread, work)
            try:
                if beside is not None:
                    await beside()
            finally:
                await computed
            return computed.result()

    @asynccontextmanager
    async def _turn(self, lane: deque[asyncio.Future[None]]) -> AsyncIterator[None]:
        if self._busy:
            turn = asyncio.get_running_loop().create_future()
            lane.append(turn)
            try:
                await turn
            except asyncio.CancelledError:
                if turn.done() and not turn.cancelled():
                    self._next()  # it was ours already: hand it on
                raise
        self._busy = True
        try:
            yield
        finally:
            self._next()

    def _next(self) -> None:
        for lane in (self._known, self._others):
            while lane:
                turn = lane.popleft()
                if not turn.done():
                    turn.set_result(None)
                    return
        self._busy = False


@lru_cache(maxsize=4)
def _of_nobody(cost: PasswordHasher) -> str:
    return cost.hash("the password of nobody")


def _verified(cost: PasswordHasher, stored: str, password: str) -> bool:
    try:
        return cost.verify(stored, password)
    except (VerificationError, InvalidHashError):
        return False
