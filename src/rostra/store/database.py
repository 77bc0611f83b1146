"""Transactions with a bounded wait, on SQLite and on PostgreSQL.

    async with database.reading() as connection: …
    async with database.writing() as connection: …      committed at the end, or not at all

SQLite has one writer at a time. Ours wait for each other in this process, and for other processes
in SQLite; all in all less than two seconds, then the caller gets Unavailable instead of joining a
queue. Readers never wait for a writer (WAL). A commit that returned is on the disk
(`synchronous=FULL`).
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import orjson
import structlog
from sqlalchemy import event
from sqlalchemy.engine import Connection, make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, DisconnectionError, IntegrityError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from rostra.errors import Misconfigured, Unavailable
from rostra.store.one_hop import DRIVER, LOOKS

log = structlog.get_logger()

TURN_SECONDS = 0.4
"""For the writer's turn within this process."""

BUSY_SECONDS = 1.2
"""For a writer in another process (SQLite), or a lock (PostgreSQL)."""

TOTAL_SECONDS = 1.8
"""For one transaction, all in all."""

UNASKED_SECONDS = 1.0
"""A connection used so lately is not asked whether it is there: asking costs as much as a query."""

POOL = 8
_USED = "rostra used"
_JSON: dict[str, Any] = {
    "json_serializer": lambda value: orjson.dumps(value).decode(),
    "json_deserializer": lambda value: orjson.loads(value) if isinstance(value, str) else value,
}
"""SQLite gives back as a number what was written as one."""


class Database:
    """An engine and its rules. Nothing is connected before the first transaction."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        # SQLite begins a transaction only where we say so, in _begin_sqlite.
        alone = {LOOKS: True} if self.is_sqlite else {"isolation_level": "AUTOCOMMIT"}
        self._looking = engine.execution_options(**alone)
        self._turn = asyncio.Semaphore(1 if self.is_sqlite else POOL)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @asynccontextmanager
    async def reading(self, *, together: bool = False) -> AsyncIterator[AsyncConnection]:
        """A connection that only looks. Raises Unavailable when the database cannot be reached.

        Each statement sees what was committed before it: there is no transaction around them, whose
        beginning and end would cost as much as most of them. `together` makes one, for whoever
        needs settings that hold for it alone.
        """
        engine = self.engine if together else self._looking
        async with _in_time(), engine.connect() as connection:
            yield connection

    @asynccontextmanager
    async def writing(self, seconds: float = TOTAL_SECONDS) -> AsyncIterator[AsyncConnection]:
        """A transaction that is committed when the block ends without an exception.

        Raises Unavailable when the database is locked or gone; IntegrityError passes, because only
        the caller knows what it means.
        """
        async with _in_time(seconds), self._my_turn(), self.engine.connect() as plain:
            connection = await plain.execution_options(rostra_writes=True)
            async with connection.begin():
                yield connection

    @asynccontextmanager
    async def migrating(self, seconds: float) -> AsyncIterator[AsyncConnection]:
        """A transaction that changes tables, committed like any other.

        SQLite changes a table by making it anew and dropping the old one, which would delete
        whatever refers to it: so references are not followed meanwhile, and all checked after.
        Raises Unavailable, as `writing` does.
        """
        async with _in_time(seconds), self._my_turn(), self.engine.connect() as plain:
            connection = await plain.execution_options(rostra_writes=True, rostra_migrates=True)
            try:
                async with connection.begin():
                    yield connection
                    if self.is_sqlite:
                        check = await connection.exec_driver_sql("PRAGMA foreign_key_check")
                        broken = check.all()
                        assert not broken, broken
            finally:
                await plain.invalidate()  # whoever comes next has references followed again

    async def close(self) -> None:
        await self.engine.dispose()

    @asynccontextmanager
    async def _my_turn(self) -> AsyncIterator[None]:
        async with asyncio.timeout(TURN_SECONDS):
            await self._turn.acquire()
        try:
            yield
        finally:
            self._turn.release()


def open_database(file: Path, url: str | None = None) -> Database:
    """The SQLite database in `file`, or the one at `url`. Raises Misconfigured for a wrong URL."""
    if url is None:
        return Database(_sqlite(f"sqlite:///{file}"))
    try:
        name = make_url(url).get_backend_name()
    except ArgumentError:
        name = ""
    if name == "postgresql":
        return Database(_postgresql(url))
    if name == "sqlite":
        return Database(_sqlite(url))
    raise Misconfigured(
        "The database address cannot be used: it must look like "
        "postgresql+asyncpg://user@host/name."
    )


@asynccontextmanager
async def _in_time(seconds: float = TOTAL_SECONDS) -> AsyncIterator[None]:
    try:
        async with asyncio.timeout(seconds):
            yield
    except IntegrityError:
        raise
    except (DBAPIError, PoolTimeout, TimeoutError, OSError) as error:
        log.warning("the database did not do it", error=str(error)[:300])
        raise Unavailable(
            "The database is busy or cannot be reached, and nothing was changed: "
            "try again in a few seconds.",
            retry_after=3,
        ) from error


def _sqlite(url: str) -> AsyncEngine:
    address = make_url(url).set(drivername=DRIVER)
    engine = create_async_engine(
        address,
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=1.0,
        connect_args={"check_same_thread": False},  # one after the other, see one_hop.py
        **_JSON,
    )
    event.listen(engine.sync_engine, "connect", _prepare_sqlite)
    event.listen(engine.sync_engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(raw: Any, _: Any) -> None:
    raw.isolation_level = None  # we say BEGIN ourselves, see _begin_sqlite
    cursor = raw.cursor()
    cursor.execute(f"PRAGMA busy_timeout={int(BUSY_SECONDS * 1000)}")
    cursor.execute("PRAGMA journal_mode=WAL")
    cursor.execute("PRAGMA synchronous=FULL")
    cursor.execute("PRAGMA foreign_keys=ON")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    # A writer takes the lock at once: upgrading a reader's transaction fails without waiting.
    options = connection.get_execution_options()
    if options.get("rostra_migrates"):
        connection.exec_driver_sql("PRAGMA foreign_keys=OFF")  # does nothing once it has begun
    if options.get("rostra_writes"):
        connection.exec_driver_sql("BEGIN IMMEDIATE")


def _postgresql(url: str) -> AsyncEngine:
    milliseconds = str(int(BUSY_SECONDS * 1000))
    engine = create_async_engine(
        make_url(url).set(drivername="postgresql+asyncpg"),
        pool_size=POOL,
        max_overflow=0,
        pool_timeout=1.0,
        **_JSON,
        connect_args={
            "timeout": BUSY_SECONDS,
            "server_settings": {
                "application_name": "rostra",
                "lock_timeout": milliseconds,
                "statement_timeout": milliseconds,
                "synchronous_commit": "on",
                "jit": "off",  # compiling a query takes longer than any of ours
            },
        },
    )
    event.listen(engine.sync_engine, "checkout", _still_there)
    event.listen(engine.sync_engine, "checkin", _note_use)
    return engine


def _still_there(raw: Any, record: Any, _: Any) -> None:
    """Ask a connection that nobody has used for a while; the pool makes a new one in its place."""
    if time.monotonic() - record.info.get(_USED, 0.0) < UNASKED_SECONDS:
        return
    try:
        raw.ping()
    except Exception as gone:
        raise DisconnectionError from gone


def _note_use(_: Any, record: Any) -> None:
    record.info[_USED] = time.monotonic()
