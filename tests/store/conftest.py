"""Both databases for the tests of the store: SQLite in a file, Debian's PostgreSQL on a socket."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import tempfile
import uuid
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import pytest

from rostra.store.database import Database, open_database
from rostra.store.migrate import migrate
from rostra.testing.patience import until

BIN = max(Path("/usr/lib/postgresql").glob("*/bin"), default=Path("/nowhere"))


class Postgres:
    """A server of its own in a temporary folder, reached by a Unix socket only."""

    def __init__(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="rostra-pg-"))
        self._process: subprocess.Popen[bytes] | None = None
        if os.geteuid() == 0:
            shutil.chown(self.folder, "postgres")
        self._run(
            "initdb", "-D", str(self.folder / "data"), "-A", "trust", "-U", "rostra", "--no-sync"
        )

    def start(self) -> None:
        options = ("-k", str(self.folder), "-c", "listen_addresses=")
        self._process = subprocess.Popen(
            self._as_postgres("postgres", "-D", str(self.folder / "data"), *options),
            stderr=(self.folder / "log").open("ab"),
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
        if self._process is not None:
            self._process.send_signal(signal.SIGQUIT)
            self._process.wait(10)
        shutil.rmtree(self.folder, ignore_errors=True)

    def new_database(self) -> str:
        """The address of a fresh, empty database."""
        name = f"rostra_{uuid.uuid4().hex[:12]}"
        self._run("createdb", "-h", str(self.folder), "-U", "rostra", name)
        return f"postgresql://rostra@/{name}?host={self.folder}"

    def _run(self, *command: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            self._as_postgres(*command), check=check, capture_output=True, cwd="/", timeout=60
        )

    def _as_postgres(self, program: str, *arguments: str) -> list[str]:
        who = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"]
        return [*(who if os.geteuid() == 0 else []), str(BIN / program), *arguments]


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.stop()


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.process)])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
    database = open_database(tmp_path / "rostra.db", url)
    yield database
    await database.close()


@pytest.fixture
async def database(empty_database: Database) -> Database:
    await migrate(empty_database)
    return empty_database
