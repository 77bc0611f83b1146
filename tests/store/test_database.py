"""The promises of the store, the same on SQLite and on PostgreSQL."""

from __future__ import annotations

import asyncio
import sqlite3
import time
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from sqlalchemy import text

from rostra.errors import Conflict, Misconfigured, NotFound, Unavailable
from rostra.people import actions, queries
from rostra.store.database import Database, open_database
from rostra.store.migrate import migrate, revisions

if TYPE_CHECKING:
    from rostra.testing.databases import Postgres


async def test_what_was_written_is_read_by_the_next_transaction(database: Database) -> None:
    async with database.writing() as connection:
        made = await actions.add_person(connection, "ada", now_ms=1)
    async with database.reading() as connection:
        assert await queries.by_handle(connection, "ada") == made


async def test_an_exception_in_a_transaction_leaves_nothing_behind(database: Database) -> None:
    with pytest.raises(ZeroDivisionError):
        async with database.writing() as connection:
            await actions.add_person(connection, "ada", now_ms=1)
            _ = 1 / 0
    async with database.reading() as connection:
        assert await queries.everybody(connection) == []


async def test_a_taken_handle_is_a_conflict_and_the_first_keeps_it(database: Database) -> None:
    async with database.writing() as connection:
        first = await actions.add_person(connection, "ada", now_ms=1)
    with pytest.raises(Conflict, match="@ada"):
        async with database.writing() as connection:
            await actions.add_person(connection, "ada", now_ms=2)
    async with database.reading() as connection:
        assert await actions.list_people(connection) == [first]


async def test_of_twenty_who_use_one_link_at_the_same_time_one_gets_in(database: Database) -> None:
    async with database.writing() as connection:
        await actions.add_person(connection, "ada", now_ms=1)
        link = await actions.make_link(connection, "ada", now_ms=1)

    async def use() -> bool:
        try:
            async with database.writing() as connection:
                await actions.use_link(connection, link, now_ms=2)
        except Exception as refused:
            assert "used already" in str(refused) or isinstance(refused, Unavailable)
            return False
        return True

    assert sum(await asyncio.gather(*(use() for _ in range(20)))) == 1


async def test_migrating_twice_changes_nothing(empty_database: Database) -> None:
    await migrate(empty_database)
    async with empty_database.writing() as connection:
        await actions.add_person(connection, "ada", now_ms=1)
    await migrate(empty_database)
    async with empty_database.reading() as connection:
        version = (await connection.execute(text("SELECT version_num FROM alembic_version"))).all()
        assert version == [(revisions()[-1],)]
        assert len(await queries.everybody(connection)) == 1


async def test_the_migrations_make_exactly_the_tables_that_are_declared(
    database: Database,
) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    import rostra.charter.tables
    import rostra.chores.tables
    import rostra.moderation.tables
    import rostra.people.tables
    import rostra.rooms.tables
    import rostra.square.tables  # noqa: F401
    from rostra.store.schema import METADATA

    async with database.reading() as connection:
        differences = await connection.run_sync(
            lambda plain: compare_metadata(
                MigrationContext.configure(plain, opts={"include_object": _declared}), METADATA
            )
        )
    assert differences == []


async def test_a_database_of_a_newer_version_is_refused_with_a_sentence(
    database: Database,
) -> None:
    async with database.writing() as connection:
        await connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(Misconfigured, match=r"newer Rostra \(schema 9999"):
        await migrate(database)


async def test_a_space_needs_an_owner_that_exists(database: Database) -> None:
    from sqlalchemy import insert
    from sqlalchemy.exc import IntegrityError

    from rostra.rooms.tables import spaces

    with pytest.raises(IntegrityError):
        async with database.writing() as connection:
            await connection.execute(
                insert(spaces).values(
                    slug="a", owner_id="nobody", title="A", language="", record=True,
                    phase="scheduled", created_ms=1,
                )
            )  # fmt: skip


async def test_a_locked_sqlite_refuses_writes_within_two_seconds_and_reads_go_on(
    tmp_path: Path,
) -> None:
    database = open_database(tmp_path / "rostra.db")
    await migrate(database)
    other = sqlite3.connect(tmp_path / "rostra.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    stall = asyncio.create_task(_longest_stall())
    began = time.monotonic()
    outcomes = await asyncio.gather(
        *(_add(database, f"p{n}") for n in range(40)), return_exceptions=True
    )
    took = time.monotonic() - began
    async with database.reading() as connection:
        assert await queries.everybody(connection) == []
    assert not stall.done(), stall.exception()
    stall.cancel()
    assert {type(outcome) for outcome in outcomes} == {Unavailable}
    assert took < 2.0
    other.execute("ROLLBACK")
    await _add(database, "later")
    await database.close()


async def test_reads_are_quick_while_forty_writers_wait_for_a_lock(tmp_path: Path) -> None:
    database = open_database(tmp_path / "rostra.db")
    await migrate(database)
    other = sqlite3.connect(tmp_path / "rostra.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writers = [asyncio.create_task(_add(database, f"p{n}")) for n in range(40)]
    slowest = 0.0
    while not all(writer.done() for writer in writers):
        began = time.monotonic()
        async with database.reading() as connection:
            await queries.everybody(connection)
        slowest = max(slowest, time.monotonic() - began)
    assert slowest < 0.3
    await asyncio.gather(*writers, return_exceptions=True)
    other.execute("ROLLBACK")
    await database.close()


async def test_sqlite_waits_for_a_writer_that_is_soon_done(tmp_path: Path) -> None:
    database = open_database(tmp_path / "rostra.db")
    await migrate(database)
    other = sqlite3.connect(tmp_path / "rostra.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    asyncio.get_running_loop().call_later(0.3, other.execute, "ROLLBACK")
    await _add(database, "ada")
    await database.close()


async def test_sqlite_keeps_its_commits_on_the_disk(tmp_path: Path) -> None:
    database = open_database(tmp_path / "rostra.db")
    async with database.reading() as connection:
        mode = (await connection.execute(text("PRAGMA journal_mode"))).scalar()
        sync = (await connection.execute(text("PRAGMA synchronous"))).scalar()
        keys = (await connection.execute(text("PRAGMA foreign_keys"))).scalar()
    assert (mode, sync, keys) == ("wal", 2, 1)
    await database.close()


@pytest.mark.process
async def test_a_killed_postgresql_means_unavailable_and_its_return_is_used(
    postgres: Postgres,
) -> None:
    database = open_database(Path("unused"), postgres.new_database())
    await migrate(database)
    await _add(database, "before")
    postgres.kill()
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await _add(database, "during")
    assert time.monotonic() - began < 2.0
    postgres.start()
    await _add(database, "after")
    async with database.reading() as connection:
        assert {p.handle for p in await queries.everybody(connection)} == {"before", "after"}
    await database.close()


@pytest.mark.parametrize("url", ["nonsense", "mysql://a/b", "http://a/b", ""])
def test_an_address_of_another_kind_is_refused_with_a_sentence(url: str) -> None:
    with pytest.raises(Misconfigured, match="postgresql"):
        open_database(Path("unused"), url)


async def test_an_unreachable_postgresql_is_unavailable_within_two_seconds() -> None:
    database = open_database(Path("unused"), "postgresql://nobody@127.0.0.1:9/none")
    began = time.monotonic()
    with pytest.raises(Unavailable):
        await _add(database, "ada")
    assert time.monotonic() - began < 2.0
    await database.close()


async def test_nobody_is_found_in_an_empty_database(database: Database) -> None:
    async with database.reading() as connection:
        with pytest.raises(NotFound, match="@ada"):
            await actions.person(connection, "ada")


async def _add(database: Database, handle: str) -> None:
    async with database.writing() as connection:
        await actions.add_person(connection, handle, now_ms=1)


async def _longest_stall() -> None:
    """Fails the test's loop when one turn takes longer than 200 ms (50 on an idle machine)."""
    while True:
        began = time.monotonic()
        await asyncio.sleep(0.01)
        assert time.monotonic() - began < 0.2


def _declared(_: object, name: str | None, kind: str, *rest: object) -> bool:
    """Of all but the words of posts, which SQLAlchemy cannot declare: see migration 0002."""
    return not (kind == "table" and str(name).startswith("post_words"))
