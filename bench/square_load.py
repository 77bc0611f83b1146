"""The believable square in a database, kept between runs: SQLite by rows, PostgreSQL by COPY.

    python -m bench.square_load --posts 1000000 --kind sqlite --folder /tmp/rostra-square

Everything stands in `<folder>/<posts>/`: `data/rostra.db`, or `pg/` with a server's own folder.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import itertools
import json
import sqlite3
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import asyncpg
from sqlalchemy import Table

from bench.square_data import (
    Row,
    Square,
    account_rows,
    as_json,
    favourite_rows,
    follow_rows,
    name_rows,
    post_rows,
    square_of,
)
from rostra.people.tables import accounts, name_words
from rostra.square.posts import Attached
from rostra.square.search_words import (
    marks_of,
    postgresql_document,
    sqlite_document,
    words_of,
)
from rostra.square.tables import favourites, follows, mentions, post_tags, posts
from rostra.store.database import Database, open_database
from rostra.store.migrate import migrate
from rostra.testing.databases import Postgres

FOLDER = Path("/tmp/rostra-square")
KINDS = ("sqlite", "postgresql")
_NAME = "square"
_PIECE = 20_000
ACCOUNT = (
    "id", "handle", "name", "role", "created_ms", "posts", "followers", "following", "last_post_id",
)  # fmt: skip
POST = (
    "id", "author_id", "visibility", "text", "language", "attached", "boost_of", "reply_to",
    "reply_to_author", "thread_id", "created_ms", "replies", "boosts", "favourites",
)  # fmt: skip


class Kept:
    """A square on the disk, of one size and one kind of database."""

    def __init__(self, folder: Path, size: int, kind: str) -> None:
        self.home = folder / str(size)
        self.size, self.kind = size, kind
        self.data = self.home / "data"
        self._done = self.home / f"{kind}.json"
        self._postgres: Postgres | None = None

    @property
    def about(self) -> dict[str, Any]:
        """What was made: seconds, rows, the star's id, the viewers' ids."""
        found: dict[str, Any] = json.loads(self._done.read_text())
        return found

    @property
    def url(self) -> str | None:
        """The address for `open_database`; None for the file in `data`."""
        return None if self._postgres is None else self._postgres.address(_NAME)

    def start(self) -> None:
        """Start its server, if it has one; make the whole if it is not there yet."""
        self.data.mkdir(parents=True, exist_ok=True)
        if self.kind == "postgresql":
            self._postgres = Postgres(self.home / "pg")
            self._postgres.start()
        if not self._done.exists():
            self._make()

    def stop(self) -> None:
        if self._postgres is not None:
            self._postgres.stop()

    def database(self) -> Database:
        return open_database(self.data / "rostra.db", self.url)

    def _make(self) -> None:
        began = time.monotonic()
        if self._postgres is None:
            for left in self.data.glob("rostra.db*"):
                left.unlink()
        else:
            self._postgres.create_anew(_NAME)
        asyncio.run(self._migrate())
        square = square_of(self.size, end_ms=int(time.time()) // 3600 * 3_600_000)
        if self._postgres is None:
            rows = _into_sqlite(self.data / "rostra.db", square)
        else:
            rows = asyncio.run(_into_postgresql(str(self.url), square))
        people = square.people
        about = {
            "seconds": round(time.monotonic() - began, 1), "rows": rows,
            "end_ms": square.end_ms, "star": people.ids[people.star],
            "viewers": {
                str(many): [people.ids[n] for n in group]
                for many, group in people.viewers.items()
            },
        }  # fmt: skip
        self._done.write_text(json.dumps(about, indent=1))

    async def _migrate(self) -> None:
        database = self.database()
        await migrate(database)
        await database.close()


@contextlib.contextmanager
def kept(folder: Path, size: int, kind: str) -> Iterator[Kept]:
    """The square of this size and kind, made if need be, its server running within the block."""
    found = Kept(folder, size, kind)
    found.start()
    try:
        yield found
    finally:
        found.stop()


def tables_of(square: Square) -> Iterator[tuple[Table, Sequence[str], Iterable[Row]]]:
    """Every table with its columns and rows, in an order in which references are kept."""
    yield accounts, ACCOUNT, (tuple(row[name] for name in ACCOUNT) for row in account_rows(square))
    yield name_words, ("word", "account_id"), name_rows(square)
    yield posts, POST, (_post(row) for row in post_rows(square))
    yield mentions, ("post_id", "account_id"), square.mentions
    yield post_tags, ("tag", "post_id"), sorted(set(square.tags))
    yield follows, ("follower_id", "followed_id", "id"), follow_rows(square)
    yield favourites, ("account_id", "post_id", "id"), favourite_rows(square)


def _post(row: dict[str, Any]) -> Row:
    return tuple(as_json(row[name]) if name == "attached" else row[name] for name in POST)


def words_rows(square: Square, document: Callable[[list[str], list[str]], str]) -> Iterator[Row]:
    """(id, document) of each post that has words, as square/search_index.py keeps them."""
    for row in post_rows(square):
        if row["boost_of"] is None:
            post = _Found(**{name: row[name] for name in _FOUND})
            yield row["id"], document(words_of(post), marks_of(post))


_FOUND = ("author_id", "visibility", "text", "language", "attached", "reply_to")


@dataclass(frozen=True)
class _Found:
    """What a search looks at of a post."""

    author_id: str
    visibility: str
    text: str
    language: str
    attached: Attached
    reply_to: int | None
    warning: str = ""
    sensitive: bool = False
    quote_of: int | None = None
    space_slug: str | None = None


def _into_sqlite(file: Path, square: Square) -> dict[str, int]:
    counted = {}
    with contextlib.closing(sqlite3.connect(file, isolation_level=None)) as raw:
        for pragma in ("journal_mode=OFF", "synchronous=OFF", "cache_size=-400000"):
            raw.execute(f"PRAGMA {pragma}")
        for table, columns, rows in tables_of(square):
            again = [
                sql
                for (sql,) in raw.execute(
                    "SELECT sql FROM sqlite_master WHERE type = 'index' AND tbl_name = ? "
                    "AND sql IS NOT NULL", (table.name,),
                )
            ]  # fmt: skip
            for index in table.indexes:
                raw.execute(f"DROP INDEX {index.name}")
            raw.execute("BEGIN")
            marks = ", ".join("?" * len(columns))
            raw.executemany(
                f"INSERT INTO {table.name} ({', '.join(columns)}) VALUES ({marks})", rows
            )
            raw.execute("COMMIT")
            for sql in again:
                raw.execute(sql)
            counted[table.name] = _counted(raw, table.name)
        raw.execute("BEGIN")
        raw.executemany(
            "INSERT INTO post_words (rowid, words) VALUES (?, ?)",
            words_rows(square, sqlite_document),
        )
        raw.execute("COMMIT")
        raw.execute("ANALYZE")
        raw.execute("PRAGMA journal_mode=WAL")
    return counted


def _counted(raw: sqlite3.Connection, table: str) -> int:
    found: int = raw.execute(f"SELECT count(*) FROM {table}").fetchone()[0]
    return found


async def _into_postgresql(url: str, square: Square) -> dict[str, int]:
    raw = await asyncpg.connect(url)
    counted = {}
    try:
        await raw.execute("SET maintenance_work_mem = '512MB'; SET synchronous_commit = off")
        await raw.execute("SET session_replication_role = replica")  # no check of each reference
        for table, columns, rows in tables_of(square):
            again = await raw.fetch(
                "SELECT indexdef FROM pg_indexes WHERE tablename = $1 AND indexname = ANY($2)",
                table.name, [str(index.name) for index in table.indexes],
            )  # fmt: skip
            for index in table.indexes:
                await raw.execute(f"DROP INDEX {index.name}")
            told = await raw.copy_to_table(
                table.name, source=_copied(rows), columns=list(columns), timeout=600
            )
            counted[table.name] = int(told.split()[-1])
            for row in again:
                await raw.execute(row["indexdef"], timeout=600)
        await raw.execute("DROP INDEX ix_post_words_words")
        source = _copied(words_rows(square, postgresql_document))
        await raw.copy_to_table(
            "post_words", source=source, columns=["post_id", "words"], timeout=600
        )
        await raw.execute(
            "CREATE INDEX ix_post_words_words ON post_words USING gin (words)", timeout=600
        )
        await raw.execute("VACUUM ANALYZE", timeout=600)
        await raw.execute("CHECKPOINT", timeout=600)
    finally:
        await raw.close()
    return counted


async def _copied(rows: Iterable[Row]) -> AsyncIterator[bytes]:
    """Rows in the text format of COPY, by the ten thousand."""
    several = iter(rows)
    while piece := list(itertools.islice(several, _PIECE)):
        yield "".join("\t".join(map(_field, row)) + "\n" for row in piece).encode()


def _field(value: Any) -> str:
    if value is None:
        return r"\N"
    return value.replace("\\", "\\\\") if isinstance(value, str) else str(value)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--posts", type=int, default=10_000)
    parser.add_argument("--kind", choices=KINDS, default="sqlite")
    parser.add_argument("--folder", type=Path, default=FOLDER)
    asked = parser.parse_args()
    with kept(asked.folder, asked.posts, asked.kind) as found:
        print(json.dumps(found.about))


if __name__ == "__main__":
    main()
