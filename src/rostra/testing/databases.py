"""Databases for tests, migrated once and copied: a file for SQLite, Debian's PostgreSQL otherwise.

The server is one of its own in a temporary folder, reached by a Unix socket only.
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

from rostra.store.database import open_database
from rostra.store.migrate import migrate
from rostra.testing.patience import until

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))


class Postgres:
    """A PostgreSQL server for as long as the tests run.

    What is in it is forgotten at the end, unless it was given a `folder` that is to be kept.
    """

    def __init__(self, folder: Path | None = None) -> None:
        self.folder = folder or Path(tempfile.mkdtemp(prefix="rostra-pg-"))
        self._kept = folder is not None
        self._process: subprocess.Popen[bytes] | None = None
        self._template: str | None = None
        self.folder.mkdir(parents=True, exist_ok=True)
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        if not (self.folder / "data").exists():
            data = str(self.folder / "data")
            self._run("initdb", "-D", data, "-A", "trust", "-U", "rostra", "--no-sync")

    def start(self) -> None:
        """Start, or start again after `kill`, and wait until it answers."""
        options = ("-k", str(self.folder), "-c", "listen_addresses=")
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

    async def migrated_database(self) -> str:
        """The address of a fresh database with the present schema."""
        if self._template is None:
            template = _new_name()
            await asyncio.to_thread(self._create, template)
            database = open_database(Path("unused"), self.address(template))
            await migrate(database)
            await database.close()
            self._template = template
        name = _new_name()
        await asyncio.to_thread(self._create, name, "--template", self._template)
        return self.address(name)

    def _create(self, name: str, *options: str) -> None:
        self._run("createdb", "-h", str(self.folder), "-U", "rostra", *options, name)

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
