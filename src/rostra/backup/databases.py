"""The database as one file, as it was at one moment, while others write to it; and put back.

SQLite is copied by its own backup interface, a few pages at a time, from within a reader's
transaction: a reader of a write-ahead log holds nobody up and sees one moment, so that the copy
neither waits for a pause nor begins again with every commit. PostgreSQL's own pg_dump does the
same with a snapshot; its programs have to be installed.
"""

from __future__ import annotations

import os
import shutil
import sqlite3
import subprocess
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from sqlalchemy.engine import URL, make_url

from rostra.errors import Misconfigured, Unavailable

STEP_PAGES = 256
"""One MiB, copied between two looks at the clock."""

Told = Callable[[int, int], None]
"""Told how many units are done, and of how many."""

_BUSY_SECONDS = 5.0


def is_postgresql(url: str | None) -> bool:
    return url is not None and make_url(url).get_backend_name() == "postgresql"


def sqlite_file(url: str | None, usual: Path) -> Path:
    """Where the SQLite database lies: in the folder, unless the address names another file."""
    named = make_url(url).database if url else None
    return Path(named) if named else usual


def copy_sqlite(source: Path, target: Path, told: Told) -> None:
    """Copy the database `source` to the file `target` as it is at this moment.

    Raises Misconfigured when there is none, Unavailable when it cannot be read or is damaged.
    """
    if not source.is_file():
        raise Misconfigured(f"There is no database at {source}: name the data folder with --data.")
    try:
        with (
            closing(sqlite3.connect(source, timeout=_BUSY_SECONDS, isolation_level=None)) as live,
            closing(sqlite3.connect(target)) as copy,
        ):
            live.execute("BEGIN")
            live.execute("SELECT count(*) FROM sqlite_master").fetchone()  # the moment is now
            live.backup(
                copy, pages=STEP_PAGES, sleep=0,
                progress=lambda _, left, of: told(of - left, of),
            )  # fmt: skip
            live.execute("ROLLBACK")
            copy.execute("PRAGMA journal_mode=DELETE")  # one file, and nothing beside it
            check_sqlite(copy, source)
    except sqlite3.Error as reason:
        raise Unavailable(f"The database {source} could not be copied ({reason}).") from None


def check_sqlite(copy: sqlite3.Connection, of: Path) -> None:
    """Raises Unavailable when its pages do not hold together."""
    found = copy.execute("PRAGMA quick_check(1)").fetchone()[0]
    if found != "ok":
        raise Unavailable(f"The database {of} is damaged ({found}): keep older backups.")


def schema_of_sqlite(file: Path) -> str:
    """The version of the schema in a copy. Raises Unavailable when it has none."""
    try:
        with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as copy:
            return str(copy.execute("SELECT version_num FROM alembic_version").fetchone()[0])
    except (sqlite3.Error, TypeError):
        raise Unavailable(f"The database {file.name} has no schema of Rostra.") from None


def dump_postgresql(url: str, target: Path) -> None:
    """Dump the database to the file `target`, as it is at this moment.

    Raises Misconfigured without pg_dump, Unavailable with what it says.
    """
    _run("pg_dump", url, "--format=custom", "--no-owner", "--no-acl", f"--file={target}")


def schema_of_postgresql(url: str) -> str:
    """The version of the schema there, empty when nothing is. Raises as `dump_postgresql`."""
    there = _asked(url, "SELECT to_regclass('alembic_version') IS NOT NULL")
    return _asked(url, "SELECT version_num FROM alembic_version") if there == "t" else ""


def load_postgresql(url: str, dumped: Path) -> None:
    """Put a dump into an empty database: whole, or nothing of it.

    Raises Misconfigured when there is something already, or pg_restore is missing; Unavailable.
    """
    check_postgresql_empty(url)
    _run(
        "pg_restore", url, "--no-owner", "--no-acl", "--exit-on-error", "--single-transaction",
        str(dumped),
    )  # fmt: skip


def check_postgresql_empty(url: str) -> None:
    """Raises Misconfigured when there are tables."""
    tables = "SELECT count(*) FROM pg_tables WHERE schemaname = current_schema()"
    if _asked(url, tables) != "0":
        shown = make_url(url).render_as_string(hide_password=True)
        raise Misconfigured(
            f"The database {shown} has tables already: make an empty one with createdb and name it "
            "in ROSTRA_DATABASE."
        )


def _asked(url: str, query: str) -> str:
    return _run("psql", url, "--no-psqlrc", "--tuples-only", "--no-align", f"--command={query}")


def _run(program: str, url: str, *arguments: str) -> str:
    found = shutil.which(program)
    if found is None:
        raise Misconfigured(
            f"{program} is not installed, and a PostgreSQL database is copied by it: install "
            "PostgreSQL's client programs (Debian: postgresql-client), of the server's version or "
            "a newer one."
        )
    address, password = _for_libpq(make_url(url))
    environ = {**os.environ, **({"PGPASSWORD": password} if password else {})}
    dbname = [f"--dbname={address}", "--no-password"]
    done = subprocess.run(  # noqa: S603 - our own words
        [found, *dbname, *arguments], env=environ, capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        said = " ".join(done.stderr.split())[:300]
        raise Unavailable(f"{program} did not do it: {said or done.returncode}")
    return done.stdout.strip()


def _for_libpq(url: URL) -> tuple[str, str]:
    """The address as PostgreSQL's programs read it, and the password, which no list shall show."""
    plain = url.set(drivername="postgresql", password=None)
    return plain.render_as_string(hide_password=False), str(url.password or "")
