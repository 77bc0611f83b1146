"""From every version of the schema that ever landed to the present one, with everything in it.

The versions are frozen as SQL in tests/store/versions (freeze.py makes them).
"""

from __future__ import annotations

import re
import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from pathlib import Path
from typing import Any

import asyncpg
import pytest
from sqlalchemy import MetaData, Table, select
from sqlalchemy.engine import Connection

from rostra.people import queries, sessions
from rostra.rooms import queries as rooms
from rostra.store.database import Database, open_database
from rostra.store.migrate import FOLDER, migrate, revisions, upgrade

from .freeze import FAR, HERE, SESSION, TOKEN, virtual

MAY_CHANGE: tuple[str, ...] = ()
"""Not landed yet: empty again before they are merged, each then with its frozen SQL."""

FROZEN = sorted({path.name.split(".")[0] for path in HERE.glob("*.sql")})
NOT_KEPT: dict[str, tuple[str, ...]] = {}
"""Tables that a later version dropped on purpose, by the version that had them."""


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.process)])
async def frozen(
    request: pytest.FixtureRequest, tmp_path: Path, revision: str
) -> AsyncIterator[Database]:
    """A filled database of an old version."""
    url = None
    text = (HERE / f"{revision}.{request.param}.sql").read_text()
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
        plain = await asyncpg.connect(url)
        await plain.execute(text)
        await plain.close()
    else:
        with closing(sqlite3.connect(tmp_path / "rostra.db")) as file:
            file.executescript(text)
    database = open_database(tmp_path / "rostra.db", url)
    yield database
    await database.close()


def _rows(connection: Connection) -> dict[str, list[dict[str, Any]]]:
    return {table.name: _of(connection, table) for table in _tables(connection)}


def _tables(connection: Connection) -> list[Table]:
    metadata, by_itself = MetaData(), tuple(virtual(connection))
    metadata.reflect(connection)
    return [
        each
        for each in metadata.sorted_tables
        if not by_itself or not each.name.startswith(by_itself)
    ]


def _of(connection: Connection, table: Table) -> list[dict[str, Any]]:
    rows = connection.execute(select(table)).mappings()
    return sorted((dict(row) for row in rows), key=repr)


def test_every_version_that_landed_is_frozen() -> None:
    landed = [revision for revision in revisions() if revision not in MAY_CHANGE]
    both = {path.name for path in HERE.glob("*.sql")}
    for revision in landed:
        for kind in ("sqlite", "postgresql"):
            assert f"{revision}.{kind}.sql" in both, (
                f"run: python {HERE.parent}/freeze.py {revision}"
            )
    assert set(MAY_CHANGE) <= set(revisions())


def test_the_versions_follow_each_other() -> None:
    """Each file is named for its version, and builds on the one before."""
    before = "None"
    for path in sorted((FOLDER / "versions").glob("[0-9]*.py")):
        text = path.read_text()
        named = re.search(r'^revision = "(\d{4})"$', text, re.MULTILINE)
        builds_on = re.search(r'^down_revision = (?:"(\d{4})"|(None))$', text, re.MULTILINE)
        assert named and builds_on, path
        assert path.name.startswith(named[1])
        assert (builds_on[1] or builds_on[2]) == before
        before = named[1]


@pytest.mark.parametrize("revision", FROZEN)
async def test_everything_of_an_old_version_is_still_there(frozen: Database, revision: str) -> None:
    async with frozen.reading() as connection:
        before = await connection.run_sync(_rows)
    await migrate(frozen)
    async with frozen.reading() as connection:
        after = await connection.run_sync(_rows)
    assert after.pop("alembic_version") == [{"version_num": revisions()[-1]}]
    before.pop("alembic_version")
    for name, rows in before.items():
        if name in NOT_KEPT.get(revision, ()):
            continue
        kept = [{key: value for key, value in row.items() if key in rows[0]} for row in after[name]]
        assert sorted(kept, key=repr) == rows, name
    assert before["accounts"] and before["spaces"]


@pytest.mark.parametrize("revision", FROZEN)
async def test_who_was_signed_in_still_is_and_owns_what_they_owned(
    frozen: Database, revision: str
) -> None:
    await migrate(frozen)
    async with frozen.reading() as connection:
        bearer = await queries.by_api_token(connection, TOKEN)
        signed_in = await sessions.by_secret(connection, SESSION, FAR - 1)
        assert bearer is not None and signed_in is not None
        account = signed_in[0]
        assert bearer.account == account
        assert (account.handle, account.role, account.state) == ("ada", "admin", "active")
        assert [space.slug for space in await rooms.of_owner(connection, account.id)] == ["slug-0"]


@pytest.mark.parametrize("revision", FROZEN)
async def test_a_migration_that_landed_is_not_changed_any_more(
    frozen: Database, tmp_path: Path, revision: str, request: pytest.FixtureRequest
) -> None:
    """The migrations up to there make the very tables that were frozen."""
    server = None if frozen.is_sqlite else request.getfixturevalue("postgres")
    fresh = open_database(tmp_path / "fresh.db", server.new_database() if server else None)
    async with fresh.migrating(60) as connection:
        await connection.run_sync(lambda plain: upgrade(plain, revision))
    shapes = []
    for database in (frozen, fresh):
        async with database.reading() as connection:
            shapes.append(await connection.run_sync(_shape))
    await fresh.close()
    assert shapes[0] == shapes[1]


def _shape(connection: Connection) -> dict[str, list[str]]:
    return {
        table.name: sorted(
            [f"{column.name} {column.type} {column.nullable}" for column in table.columns]
            + [f"{index.name} {[c.name for c in index.columns]} {index.unique}"
               for index in table.indexes]
        )
        for table in _tables(connection)
    }  # fmt: skip
