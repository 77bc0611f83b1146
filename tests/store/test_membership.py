"""Lists as one parameter: on both databases the same rows as one by one."""

from __future__ import annotations

import pytest
from sqlalchemy import Column, MetaData, String, Table, insert, select

from rostra.store.columns import ID
from rostra.store.database import Database
from rostra.store.membership import one_of

_THINGS = Table("things", MetaData(), Column("id", ID, primary_key=True), Column("name", String))
_ROWS = {1: "ada", 2**62 + 1: 'of "two" words, ü', 2**62 + 2: "{brace}", 5: "", 6: "NULL"}
_BY_ID = select(_THINGS.c.id).where(one_of(_THINGS.c.id, "ids"))
_BY_NAME = select(_THINGS.c.name).where(one_of(_THINGS.c.name, "names"))


@pytest.fixture
async def things(empty_database: Database) -> Database:
    async with empty_database.writing() as connection:
        await connection.run_sync(_THINGS.metadata.create_all)
        rows = [{"id": number, "name": name} for number, name in _ROWS.items()]
        await connection.execute(insert(_THINGS), rows)
    return empty_database


@pytest.mark.parametrize(
    "asked", [(), (1,), (2**62 + 1,), (2**62, 2**62 + 2), (1, 1, 5), tuple(range(2_000))]
)
async def test_numbers(things: Database, asked: tuple[int, ...]) -> None:
    async with things.reading() as connection:
        found = (await connection.execute(_BY_ID, {"ids": asked})).scalars()
        assert set(found) == _ROWS.keys() & set(asked)


@pytest.mark.parametrize("asked", [{"ada", "eve"}, {'of "two" words, ü', "{brace}"}, {"", "null"}])
async def test_texts(things: Database, asked: set[str]) -> None:
    async with things.reading() as connection:
        found = (await connection.execute(_BY_NAME, {"names": asked})).scalars()
        assert set(found) == set(_ROWS.values()) & asked


async def test_lists_of_all_lengths_are_one_statement(things: Database) -> None:
    """So that a database prepares it once."""
    dialect = things.engine.dialect
    assert "ids" in _BY_ID.compile(dialect=dialect).params
    async with things.reading() as connection:
        for length in range(1, 9):
            await connection.execute(_BY_ID, {"ids": range(length)})
    kept = [key for key in things.engine.sync_engine._compiled_cache if key[0] is dialect]
    of_lists = [key for key in kept if "_OneOf" in str(key)]
    assert len(of_lists) == 1
