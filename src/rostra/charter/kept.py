"""The charter as a process keeps it: asked for with every request, read every two seconds."""

from __future__ import annotations

import asyncio

from rostra.charter.choices import Charter, read_charter
from rostra.clock import Clock
from rostra.store.database import Database

KEEP_NS = 2_000_000_000


class KeptCharter:
    """What was read less than two seconds ago, so that a change elsewhere is seen within them.

    Their age counts from before the database was asked: what it says is at least as new.
    """

    def __init__(self) -> None:
        self._charter: Charter | None = None
        self._asked_ns = 0
        self._turn = asyncio.Lock()

    async def get(self, database: Database, clock: Clock) -> Charter:
        """The choices. Raises Unavailable when they are too old and cannot be read anew."""
        if (charter := self._fresh(clock.boot_ns())) is not None:
            return charter
        async with self._turn:
            asked_ns = clock.boot_ns()
            if (charter := self._fresh(asked_ns)) is not None:
                return charter
            async with database.reading() as connection:
                charter = await read_charter(connection)
            self._charter, self._asked_ns = charter, asked_ns
            return charter

    @property
    def last(self) -> Charter:
        """What was read last, however old; the defaults before anything was."""
        return self._charter if self._charter is not None else Charter()

    def forget(self) -> None:
        """It was changed here just now."""
        self._asked_ns = -KEEP_NS

    def _fresh(self, now_ns: int) -> Charter | None:
        return self._charter if now_ns - self._asked_ns < KEEP_NS else None
