"""One deadline for all statements of a search, on both databases.

A statement that is under way is ended by the database itself: SQLite is interrupted, PostgreSQL
counts, and is told anew what is left when that has become noticeably less. None is begun after the
deadline.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from sqlalchemy import Connection, event, text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import NotProcessable

SECONDS = 0.8
"""For one search, all its statements together."""

_NOTICEABLE = 0.05
_PREPARE = text(
    # plans for these very words; no workers and no compiling, which cost more than they save here
    "SELECT set_config('plan_cache_mode', 'force_custom_plan', true), "
    "set_config('max_parallel_workers_per_gather', '0', true), set_config('jit', 'off', true), "
    # what is asked for is in memory as a rule: a list of ids is looked up, not searched for by
    # reading a whole table
    "set_config('random_page_cost', '1.1', true)"
)


@asynccontextmanager
async def in_time(connection: AsyncConnection) -> AsyncIterator[None]:
    """Statements in this transaction end within SECONDS of now, together.

    `connection` is of a transaction (Database.reading(together=True)), which is for nothing else
    afterwards. Raises NotProcessable, which says what to do.
    """
    plain = connection.sync_connection
    assert plain is not None
    if connection.dialect.name == "sqlite":
        raw = await connection.get_raw_connection()
        deadline: _Deadline = _Interrupting(raw.driver_connection)
    else:
        assert "isolation_level" not in plain.get_execution_options()  # else nothing would hold
        await connection.execute(_PREPARE)
        deadline = _Counting()
    event.listen(plain, "before_cursor_execute", deadline.before)
    try:
        yield
    except DBAPIError:
        if deadline.left() > SECONDS * 0.1:
            raise
        raise too_long() from None
    finally:
        event.remove(plain, "before_cursor_execute", deadline.before)
        deadline.end()


def too_long() -> NotProcessable:
    return NotProcessable(
        "This search takes too long: make it narrower, with another word, from: or after:."
    )


class _Deadline:
    """Begins with its making."""

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._ends = self._loop.time() + SECONDS

    def left(self) -> float:
        """Seconds."""
        return self._ends - self._loop.time()

    def before(self, plain: Connection, *_: Any) -> None:
        """A statement is about to begin. Raises NotProcessable when none may any more."""
        if self.left() <= 0:
            raise too_long()

    def end(self) -> None:
        """The search is over."""


class _Interrupting(_Deadline):
    """SQLite's: what runs at the deadline is interrupted."""

    def __init__(self, raw: Any) -> None:
        super().__init__()
        self._interrupts: list[asyncio.Task[None]] = []
        self._watch = self._loop.call_at(
            self._ends, lambda: self._interrupts.append(self._loop.create_task(raw.interrupt()))
        )

    def end(self) -> None:
        self._watch.cancel()


class _Counting(_Deadline):
    """PostgreSQL's: its own limit is for each statement, so it is lowered as time goes by."""

    def __init__(self) -> None:
        super().__init__()
        self._told = float("inf")

    def before(self, plain: Connection, *_: Any) -> None:
        super().before(plain)
        left = self.left()
        if self._told - left < _NOTICEABLE:
            return
        self._told = left
        cursor = plain.connection.cursor()
        try:
            cursor.execute(f"SET LOCAL statement_timeout = {max(1, int(left * 1000))}")
        finally:
            cursor.close()
