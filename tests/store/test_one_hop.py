"""SQLite is asked in the loop's own thread as long as that is quick, and in another when not."""

from __future__ import annotations

import threading
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import Unavailable
from rostra.store.database import Database, open_database

_SHORT = text("SELECT thread()")
_LONG = text(
    "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 2000000) "
    "SELECT thread(), max(i) FROM n"
)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[Database]:
    made = open_database(tmp_path / "rostra.db")
    yield made
    await made.close()


async def _telling_threads(connection: AsyncConnection) -> AsyncConnection:
    raw = await connection.get_raw_connection()
    driver = raw.driver_connection
    assert driver is not None
    await driver.create_function("thread", 0, threading.get_ident)
    return connection


async def test_a_short_look_is_answered_here(database: Database) -> None:
    async with database.reading() as plain:
        connection = await _telling_threads(plain)
        assert (await connection.execute(_SHORT)).scalar() == threading.get_ident()


async def test_a_long_look_is_answered_elsewhere_and_whole(database: Database) -> None:
    async with database.reading() as plain:
        connection = await _telling_threads(plain)
        thread, most = (await connection.execute(_LONG)).one()
        assert thread != threading.get_ident()
        assert most == 2_000_000
        assert (await connection.execute(_SHORT)).scalar() == threading.get_ident()


async def test_who_writes_never_holds_up_the_loop(database: Database) -> None:
    async with database.writing() as plain:
        connection = await _telling_threads(plain)
        assert (await connection.execute(_SHORT)).scalar() != threading.get_ident()


async def test_what_is_wrong_with_a_statement_is_said_as_ever(database: Database) -> None:
    with pytest.raises(Unavailable) as refused:
        async with database.reading() as connection:
            await connection.execute(text("SELECT nothing FROM nowhere"))
    assert isinstance(refused.value.__cause__, OperationalError)
