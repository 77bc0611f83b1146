"""What holds for all tests: in which order they run, and which never run at the same time.

Most tests wait for real time to pass, so two workers share two cores. Two kinds must not be late:
sound, which is judged by the sample, and pages in Chromium. Neither ever runs beside its like; what
computes for long stands with the sound, so as not to be beside it.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from xdist.scheduler import LoadScopeScheduling

HERE = Path(__file__).parent
LANES = {  # by how a file's name begins
    "browser/": "pages",
    "stage/test_chromium": "pages",
    "stage/": "sound",
    "network/": "sound",
    "players/": "sound",
    "clients/": "sound",
    "deploy/": "sound",
    "rehearsal/": "sound",
    "testing/": "sound",
}
# Workers take what is long first, so that in the end none waits long for the others.
FIRST = [*LANES, "edge/", "cli/", "node/", "doors/", "doctor/"]


class Lanes(LoadScopeScheduling):
    """What is in one lane stays on one worker; so does a file that is in none."""

    def _split_scope(self, nodeid: str) -> str:
        file = nodeid.partition("::")[0].removeprefix("tests/")
        return next((LANES[start] for start in LANES if file.startswith(start)), file)


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Lanes:
    return Lanes(config, log)


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    def place(item: pytest.Item) -> int:
        file = item.path.relative_to(HERE).as_posix()
        return next((n for n, start in enumerate(FIRST) if file.startswith(start)), len(FIRST))

    items.sort(key=place)
