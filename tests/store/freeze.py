"""Freezes a version of the schema, filled, as SQL: tests/store/versions/0003.sqlite.sql and so on.

Run once for each migration that lands, at the commit that lands it, and never again for it:

    python tests/store/freeze.py 0003

Two rows go into every table, made from what the database says of its columns, so that nothing has
to be known of versions to come. Of one account the token and the session are good.
"""

from __future__ import annotations

import asyncio
import datetime
import sqlite3
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from sqlalchemy import Column, MetaData, Table, insert
from sqlalchemy import types as kinds
from sqlalchemy.engine import Connection

from rostra.people.tokens import fingerprint
from rostra.store.database import Database, open_database
from rostra.store.migrate import upgrade
from rostra.testing.databases import BIN, Postgres

_VIRTUAL = "SELECT name FROM sqlite_master WHERE sql LIKE 'CREATE VIRTUAL TABLE%'"
HERE = Path(__file__).parent / "versions"
TOKEN, SESSION = "rsta_frozen-token-of-0", "frozen-session-of-0"
FAR = int(datetime.datetime(2100, 1, 1, tzinfo=datetime.UTC).timestamp() * 1000)
KNOWN = {
    ("api_tokens", "fingerprint"): fingerprint(TOKEN),
    ("sessions", "fingerprint"): fingerprint(SESSION),
    ("accounts", "role"): "admin",
    ("accounts", "handle"): "ada",
    ("accounts", "state"): "active",
    ("api_tokens", "application_id"): None,
    ("api_tokens", "scopes"): None,
    ("spaces", "phase"): "ended",
}


def fill(connection: Connection) -> None:
    """Two rows in every table that there is."""
    metadata = MetaData()
    metadata.reflect(connection)
    by_itself = ("alembic_version", *virtual(connection))
    for table in metadata.sorted_tables:
        if table.name.startswith(by_itself):
            continue
        for number in range(2):
            told = [column for column in table.columns if column.computed is None]
            row = {column.name: _value(table, column, number) for column in told}
            connection.execute(insert(table).values(**row))


def virtual(connection: Connection) -> list[str]:
    """Tables that SQLite keeps by itself (full text), whose names begin those of their parts."""
    if connection.dialect.name != "sqlite":
        return []
    return [str(row[0]) for row in connection.exec_driver_sql(_VIRTUAL)]


def _value(table: Table, column: Column[Any], number: int) -> Any:
    """A value of the column's kind that is another one in the other row."""
    if number == 0 and (table.name, column.name) in KNOWN:
        return KNOWN[table.name, column.name]
    if column.foreign_keys:
        return _value_referred_to(column, table, number)
    if column.name in {"expires_ms", "due_ms"}:
        return FAR
    for kind, values in _VALUES:
        if isinstance(column.type, kind):
            return values[number]
    return f"{column.name}-{number}"[-(getattr(column.type, "length", None) or 40) :]


_VALUES: tuple[tuple[type, tuple[Any, Any]], ...] = (
    (kinds.Boolean, (False, True)),
    (kinds.JSON, ([0], [1])),
    (kinds.LargeBinary, (b"0", b"1")),
    (kinds.Float, (0.0, 0.5)),
    (kinds.Integer, (1, 2)),
)


def _value_referred_to(column: Column[Any], table: Table, number: int) -> Any:
    other = next(iter(column.foreign_keys)).column
    if other.table is table:
        return None if column.nullable else number + 1  # nothing refers to itself
    return _value(other.table, other, number)


async def _filled(database: Database, revision: str) -> None:
    async with database.writing(60) as connection:
        await connection.run_sync(lambda plain: upgrade(plain, revision))
    async with database.writing(60) as connection:
        await connection.run_sync(fill)
    await database.close()


def freeze(revision: str, server: Postgres) -> None:
    """Write the three files of one revision."""
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "frozen.db"
        asyncio.run(_filled(open_database(file), revision))
        text = "\n".join(_dumped(file))
        (HERE / f"{revision}.sqlite.sql").write_text(text + "\n")
    url = server.new_database()
    asyncio.run(_filled(open_database(Path("unused"), url), revision))
    dump = [str(BIN / "pg_dump"), "--inserts", "--no-owner", "--no-acl", url]
    text = subprocess.run(dump, capture_output=True, check=True, text=True).stdout
    lines = [line for line in text.splitlines() if line and not line.startswith(("--", "\\"))]
    (HERE / f"{revision}.postgresql.sql").write_text("\n".join(lines) + "\n")


def _dumped(file: Path) -> list[str]:
    """The file as SQL; what a virtual table shows is in its parts, and would be there twice."""
    with sqlite3.connect(file) as plain:
        names = plain.execute(_VIRTUAL).fetchall()
        shown = tuple(f'INSERT INTO "{name}" VALUES' for (name,) in names)
        return [line for line in plain.iterdump() if not line.startswith(shown)]


def main(wanted: list[str]) -> None:
    HERE.mkdir(exist_ok=True)
    server = Postgres()
    server.start()
    try:
        for revision in wanted:
            freeze(revision, server)
    finally:
        server.stop()


if __name__ == "__main__":
    main(sys.argv[1:])
