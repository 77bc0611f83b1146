"""SQLite for SQLAlchemy with one change of threads for a statement, or none.

The dialect for aiosqlite asks the connection's thread four times for one statement: for a cursor,
to execute, to fetch, to close. Each costs more than most of our statements do. Here the thread
does all four at once and hands over the rows.

Who only looks (the execution option LOOKS) is answered in the loop's own thread: a statement by an
index is done before a thread would have been woken, and while the loop computes, a thread waits
five milliseconds for its turn to hand anything over. What is not done within HERE_NS is given up
and asked of the connection's thread instead, so that nobody holds up the loop for longer.

Everything else is the dialect as it comes.
"""

from __future__ import annotations

import sqlite3
import time
from collections import deque
from collections.abc import Sequence
from typing import Any, NamedTuple

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)
from sqlalchemy.util.concurrency import await_only

DRIVER = "sqlite+rostra"
LOOKS = "rostra_looks"

HERE_NS = 20_000_000
"""The longest that one statement may take in the loop's thread."""

_LOOKED_AT_EVERY = 1_000
"""Steps of SQLite's machine, about 20 µs, between two looks at the time."""


class _Outcome(NamedTuple):
    description: Any
    rowcount: int
    lastrowid: Any
    rows: list[Any]


class OneHopCursor(AsyncAdapt_aiosqlite_cursor):
    """What a statement brought; there is no cursor of the database behind it any more."""

    __slots__ = ("_outcome",)

    def __init__(self, adapt_connection: Any) -> None:
        self._adapt_connection = adapt_connection
        self._connection = adapt_connection._connection
        self._outcome = _Outcome(None, -1, None, [])
        self._rows: deque[Any] = deque()

    @property
    def description(self) -> Any:
        return self._outcome.description

    @property
    def rowcount(self) -> int:
        return self._outcome.rowcount

    @property
    def lastrowid(self) -> Any:
        return self._outcome.lastrowid

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Nothing is open."""

    async def _execute_async(self, operation: Any, parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            connection: Any = self._connection
            self._outcome = await connection._execute(
                _run, connection._conn, operation, parameters or ()
            )
        self._rows = deque(self._outcome.rows)

    async def execute_here(self, operation: Any, parameters: Any) -> bool:
        """Whether it was done in time, in this thread; the connection's own must have no work.

        It waits for nothing, and is a coroutine because SQLAlchemy insists that something is.
        """
        raw: sqlite3.Connection = self._connection._conn
        ends = time.monotonic_ns() + HERE_NS
        raw.set_progress_handler(lambda: time.monotonic_ns() > ends, _LOOKED_AT_EVERY)
        try:
            self._outcome = _run(raw, operation, parameters or ())
        except sqlite3.OperationalError as reason:
            if reason.sqlite_errorcode != sqlite3.SQLITE_INTERRUPT:
                raise
            return False
        finally:
            raw.set_progress_handler(None, 0)
        self._rows = deque(self._outcome.rows)
        return True

    async def _executemany_async(self, operation: Any, seq_of_parameters: Any) -> Any:
        async with self._adapt_connection._execute_mutex:
            connection: Any = self._connection
            self._outcome = await connection._execute(
                _run_many, connection._conn, operation, seq_of_parameters
            )


def _run(connection: sqlite3.Connection, operation: str, parameters: Sequence[Any]) -> _Outcome:
    cursor = connection.cursor()
    try:
        cursor.execute(operation, parameters)
        rows = cursor.fetchall() if cursor.description else []
        return _Outcome(cursor.description, cursor.rowcount, cursor.lastrowid, rows)
    finally:
        cursor.close()


def _run_many(connection: sqlite3.Connection, operation: str, several: Any) -> _Outcome:
    cursor = connection.cursor()
    try:
        cursor.executemany(operation, several)
        return _Outcome(None, cursor.rowcount, cursor.lastrowid, [])
    finally:
        cursor.close()


class OneHopConnection(AsyncAdapt_aiosqlite_connection):
    """A connection whose statements are asked at once."""

    __slots__ = ()
    _cursor_cls = OneHopCursor

    def rollback(self) -> None:
        """Nothing to do after statements that were in no transaction."""
        connection: Any = self._connection
        if connection._connection and connection._conn.in_transaction:
            super().rollback()


class _Driver(AsyncAdapt_aiosqlite_dbapi):
    def connect(self, *arguments: Any, **options: Any) -> OneHopConnection:
        connection = self.aiosqlite.connect(*arguments, **options)
        connection._thread.daemon = True  # as the dialect does
        return OneHopConnection(self, await_only(connection))


class OneHopDialect(SQLiteDialect_aiosqlite):
    """Registered as the driver `rostra`."""

    driver = "rostra"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> _Driver:
        return _Driver(__import__("aiosqlite"), sqlite3)

    def do_execute(self, cursor: Any, statement: str, parameters: Any, context: Any = None) -> None:
        looks = context is not None and context.execution_options.get(LOOKS)
        if not (looks and await_only(cursor.execute_here(statement, parameters))):
            cursor.execute(statement, parameters)


registry.register("sqlite.rostra", __name__, "OneHopDialect")
