"""What holds for all tests: in which order they run, and which never run at the same time.

Most tests wait for real time to pass, so three workers share two cores. Two kinds must not be late:
sound, which is judged by the sample, and pages in Chromium. Neither ever runs beside its like; what
computes for long stands with the sound, so as not to be beside it. The third worker gives way to
the other two: it takes no lane, asks for the processor more politely, and begins at the other end,
where tests only compute.
"""

from __future__ import annotations

import os
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import pytest
import structlog
from xdist.scheduler import LoadScopeScheduling
from xdist.workermanage import WorkerController

from rostra.ids import sortable_id
from rostra.store.database import Database, open_database
from rostra.testing.databases import Postgres, SqliteFiles

HERE = Path(__file__).parent
LANES = {  # by how a file's name begins
    "browser/": "pages",
    "stage/test_chromium": "pages",
    "programme/test_replay": "pages",
    "stage/": "sound",
    "network/": "sound",
    "players/": "sound",
    "clients/": "sound",
    "deploy/": "sound",
    "rehearsal/": "sound",
    "testing/": "sound",
}
# Workers take what is long first, so that in the end none waits long for the others.
FIRST = [*LANES, "bench/", "edge/", "cli/", "node/", "doors/", "doctor/"]
KINDS = ("sqlite", pytest.param("postgresql", marks=pytest.mark.process))
POLITE = "gw2"
NICE = 5
"""A quarter of a processor that somebody else wants as well, so that what it does is not late."""


class Lanes(LoadScopeScheduling):
    """What is in one lane stays on one worker; so does a file that is in none.

    The polite worker takes files from the end, and goes when only lanes are left.
    """

    def _assign_work_unit(self, node: WorkerController) -> None:
        if node.gateway.id == POLITE:
            files = [scope for scope in self.workqueue if scope not in LANES.values()]
            if files:
                self.workqueue.move_to_end(files[-1], last=False)
            elif any(not other.shutting_down for other in self.nodes if other is not node):
                node.shutdown()
                return
        super()._assign_work_unit(node)

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0].removeprefix("tests/")
        return next((LANES[start] for start in LANES if file.startswith(start)), file)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--web-database",
        choices=("sqlite", "postgresql"),
        help="the database on which all of tests/web runs",
    )


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    return Lanes(config, log)


def pytest_configure(config: pytest.Config) -> None:
    if getattr(config, "workerinput", {}).get("workerid") == POLITE:
        os.nice(NICE)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        file = item.path.relative_to(HERE).as_posix()
        return next((n for n, start in enumerate(FIRST) if file.startswith(start)), len(FIRST))

    items.sort(key=place)


@pytest.fixture(scope="session", autouse=True)
def plain_lines() -> None:
    """What is logged in this process, without the pictures of each exception: a fifth of a second
    for each."""
    renderer = structlog.dev.ConsoleRenderer(
        colors=False, exception_formatter=structlog.dev.plain_traceback
    )
    structlog.configure([structlog.processors.add_log_level, renderer])


@pytest.fixture(autouse=True)
def ids_of_its_own() -> None:
    """Ids never go back within a process: years to come, in tests before this, are forgotten."""
    sortable_id.__self__._last = 0


@pytest.fixture(scope="session")
def postgres() -> Iterator[Postgres]:
    server = Postgres()
    server.start()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite_files(tmp_path_factory: pytest.TempPathFactory) -> SqliteFiles:
    return SqliteFiles(tmp_path_factory.mktemp("sqlite"))


class Fresh:
    """Opens databases with the present schema and nobody in them, of either kind."""

    def __init__(self, request: pytest.FixtureRequest, files: SqliteFiles) -> None:
        self._request, self._files = request, files

    async def open(self, kind: str, file: Path) -> Database:
        """The SQLite database in `file`, or the lent one: see Postgres.lent_database."""
        if kind == "postgresql":
            server: Postgres = self._request.getfixturevalue("postgres")
            return open_database(file, await server.lent_database())
        await self._files.copy_to(file)
        return open_database(file)


@pytest.fixture(scope="session")
def fresh(request: pytest.FixtureRequest, sqlite_files: SqliteFiles) -> Fresh:
    return Fresh(request, sqlite_files)


@pytest.fixture(params=KINDS)
async def database(
    request: pytest.FixtureRequest, tmp_path: Path, fresh: Fresh
) -> AsyncIterator[Database]:
    """A database with the present schema and nobody in it, of each kind in turn."""
    made = await fresh.open(request.param, tmp_path / "rostra.db")
    yield made
    await made.close()
