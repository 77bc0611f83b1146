"""SQLite for SQLAlchemy with one change of threads for each statement.

The dialect for aiosqlite asks the connection's thread four times for one statement: for a cursor,
to execute, to fetch, to close. Each costs more than most of our statements do. Here the thread
does all four at once and hands over the rows. Everything else is the dialect as it comes.
"""

from __future__ import annotations

import sqlite3
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


registry.register("sqlite.rostra", __name__, "OneHopDialect")
