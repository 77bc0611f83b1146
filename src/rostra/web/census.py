"""What the server tells of its size: counted at most every ten minutes, by one at a time."""

from __future__ import annotations

import asyncio

from rostra.square.statistics import Numbers, count_all
from rostra.store.database import Database

KEPT_MS = 10 * 60 * 1000


class Census:
    """The last count; whoever asks while it is old counts again, the others get the old one."""

    def __init__(self) -> None:
        self._numbers = Numbers()
        self._counted_ms: int | None = None
        self._one = asyncio.Lock()

    async def numbers(self, database: Database, now_ms: int) -> Numbers:
        """How many people and posts there are, or were up to ten minutes ago."""
        fresh = self._counted_ms is not None and now_ms - self._counted_ms < KEPT_MS
        if fresh or (self._counted_ms is not None and self._one.locked()):
            return self._numbers
        async with self._one:
            if self._counted_ms is None or now_ms - self._counted_ms >= KEPT_MS:
                async with database.reading() as connection:
                    self._numbers = await count_all(connection, now_ms)
                self._counted_ms = now_ms
        return self._numbers
