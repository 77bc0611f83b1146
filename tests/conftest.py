"""What holds for all tests: in which order they run, and which never run at the same time.

Most tests wait for real time to pass, so three workers share two cores. What would be late beside
its like stays on one worker: stages whose sound is judged, pages of the stage, pages of listeners.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
LANES = {  # by how the names of their files begin
    "browser/test_stage_page": "stage pages",
    "browser/test_stage_looks": "stage pages",
    "browser/test_whole_path": "stage pages",
    "browser/test_https": "stage pages",
    "browser/": "listening pages",
    "stage/": "sound",
    "network/": "sound",
    "players/": "sound",
    "clients/": "sound",
}
# Workers take what is long first, so that in the end none waits long for the others.
FIRST = [*LANES, "cli/", "node/", "doors/", "edge/"]


def place(path: str) -> int:
    """Where the file at `path`, from here, stands in the order."""
    return next((n for n, name in enumerate(FIRST) if path.startswith(name)), len(FIRST))


class Lanes(LoadScopeScheduling):  # type: ignore[misc]
    """What is in one lane stays on one worker; so does a file that is in none."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0].removeprefix("tests/")
        return next((lane for name, lane in LANES.items() if file.startswith(name)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: place(item.path.relative_to(HERE).as_posix()))
