"""Databases for tests, migrated once: a file that is copied for SQLite, and Debian's PostgreSQL.

The server is one of its own in a temporary folder, reached by a Unix socket only. To make a
database costs it a fifth of a second, so most tests are lent the same one, emptied before each.
"""

from __future__ import annotations

import asyncio
import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from pathlib import Path

import asyncpg  # type: ignore[import-untyped]

from rostra.store.database import open_database
from rostra.store.migrate import migrate, revisions
from rostra.testing.patience import until

FORGETFUL = ("-c", "fsync=off", "-c", "full_page_writes=off")
"""For a server that is forgotten: only the end of the machine would lose what is written. After a
kill a forgetful server does not begin by having each file of each database written to the disk."""

EMPTY = """
SET session_replication_role = replica;
DO $$ DECLARE this text; filled boolean; BEGIN
  PERFORM pg_terminate_backend(pid, 5000) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid();
  FOR this IN SELECT tablename FROM pg_tables
      WHERE schemaname = 'public' AND tablename <> 'alembic_version' LOOP
    EXECUTE format('SELECT EXISTS (SELECT 1 FROM %I)', this) INTO filled;
    IF filled THEN EXECUTE format('DELETE FROM %I', this); END IF;
  END LOOP;
END $$"""
"""Whoever of the test before is still connected is sent away; then every row is deleted, without
triggers and references. To truncate fifty tables takes a hundred times as long."""

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))


class Postgres:
    """A PostgreSQL server for as long as the tests run.

    What is in it is forgotten at the end, unless it was given a `folder` that is to be kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="rostra-pg-"))
        self._kept = folder is not None
        self._process: subprocess.Popen[bytes] | None = None
        self._lent: str | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        if not (self.folder / "data").exists():
            data = str(self.folder / "data")
            self._run("initdb", "-D", data, "-A", "trust", "-U", "rostra", "--no-sync")

    def start(self) -> None:
        """Start, or start again after `kill`, and wait until it answers."""
        options = ["-k", str(self.folder), "-c", "listen_addresses="]
        options += [] if self._kept else FORGETFUL
        with (self.folder / "log").open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - our own words
                self._as_postgres("postgres", "-D", str(self.folder / "data"), *options),
                stderr=log,
                cwd="/",
            )
        asked = ("pg_isready", "-h", str(self.folder))
        until(
            lambda: self._run(*asked, check=False).returncode == 0,
            f"PostgreSQL, whose log is {self.folder / 'log'}",
        )

    def kill(self) -> None:
        """kill -9 of the server and, by the closing of its memory, of its children."""
        if self._process is not None:
            self._process.send_signal(signal.SIGKILL)
            self._process.wait()
            self._process = None

    def stop(self) -> None:
        """End it and forget what it held, unless that is kept."""
        if self._process is not None:
            self._process.send_signal(signal.SIGINT if self._kept else signal.SIGQUIT)
            self._process.wait(60)
        if not self._kept:
            shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self) -> str:
        """The address of a fresh, empty database."""
        name = _new_name()
        self._create(name)
        return self.address(name)

    def create_anew(self, name: str) -> str:
        """The address of the database `name`, empty whatever it held before."""
        self._run("dropdb", "-h", str(self.folder), "-U", "rostra", "--if-exists", name)
        self._create(name)
        return self.address(name)

    async def lent_database(self) -> str:
        """The address of the database with the present schema, emptied of what was left in it.

        There is one: whoever was lent it before must have done with it, and not changed its tables.
        """
        if self._lent is None:
            name = _new_name()
            await asyncio.to_thread(self._create, name)
            database = open_database(Path("unused"), self.address(name))
            await migrate(database)
            await database.close()
            self._lent = name
        connection = await asyncpg.connect(self.address(self._lent))
        await connection.execute(EMPTY)
        await connection.execute("UPDATE alembic_version SET version_num = $1", revisions()[-1])
        await connection.close()
        return self.address(self._lent)

    def _create(self, name: str) -> None:
        self._run("createdb", "-h", str(self.folder), "-U", "rostra", name)

    def address(self, name: str) -> str:
        """Where the database `name` is reached."""
        return f"postgresql://rostra@/{name}?host={self.folder}"

    def _run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(  # noqa: S603 - our own words
            self._as_postgres(*command), check=check, capture_output=True, cwd="/", timeout=60
        )

    def _as_postgres(self, program: str, *arguments: str) -> list[str]:
        who = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return [*(who if os.geteuid() == 0 else []), str(BIN / program), *arguments]


class SqliteFiles:
    """Copies of a file with the present schema."""

    def __init__(self, folder: Path) -> None:
        self._template = folder / "template.db"

    async def copy_to(self, file: Path) -> None:
        """Put a migrated database at `file`."""
        if not self._template.exists():
            database = open_database(self._template)
            await migrate(database)
            await database.close()  # the last to leave takes the write-ahead log along
        await asyncio.to_thread(shutil.copyfile, self._template, file)


def _new_name() -> str:
    return f"rostra_{uuid.uuid4().hex[:12]}"
