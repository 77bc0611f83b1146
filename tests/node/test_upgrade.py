"""`rostra upgrade`, whole and for real: another version takes over, and nobody hears it."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

import rostra
from rostra.node import folder
from rostra.programme.places import Places
from rostra.testing.ear import Ear
from rostra.testing.patience import until
from rostra.testing.served import Served, serving

pytestmark = pytest.mark.process
SOURCE = Path(rostra.__file__).parent


def another_version(folder: Path, number: str = "0.2.0") -> Path:
    """A copy of all code that says it is of another version; for PYTHONPATH."""
    shutil.copytree(SOURCE, folder / "rostra", ignore=shutil.ignore_patterns("__pycache__"))
    first = folder / "rostra" / "__init__.py"
    first.write_text(re.sub(r'__version__ = ".*"', f'__version__ = "{number}"', first.read_text()))
    return folder


def upgrade(data: Path, code: Path) -> subprocess.Popen[str]:
    """The command of the version in `code`, on its way."""
    return subprocess.Popen(
        [sys.executable, "-P", "-m", "rostra", "upgrade", "--data", str(data)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONPATH": str(code)},
    )  # fmt: skip


def upgraded(data: Path, code: Path) -> tuple[int, str, str]:
    """Exit code, what it printed, and what it complained of."""
    process = upgrade(data, code)
    out, err = process.communicate(timeout=90)
    return process.returncode, out, err


@pytest.fixture
def served(tmp_path: Path) -> Iterator[Served]:
    with serving(tmp_path / "data", "--demo", "--edges", "2") as running:
        running.until_line("ready: ")
        until(lambda: running.state()["phase"] == "live", "the demo goes on air")
        until(lambda: "rostra edge 2" in running.parts(), "the edges are up")
        yield running


def pids(served: Served) -> dict[str, int]:
    return {name: process.pid for name, process in served.parts().items()}


def version_of(served: Served) -> str:
    with urllib.request.urlopen(f"{served.web}/openapi.json", timeout=5) as answer:
        return str(json.load(answer)["info"]["version"])


def test_another_version_takes_over_and_nobody_hears_it(served: Served, tmp_path: Path) -> None:
    code, before = another_version(tmp_path / "new"), pids(served)
    figures = tmp_path / "rehearsal.json"
    crowd = subprocess.Popen(
        [sys.executable, "-m", "rostra", "rehearse", f"{served.live}/s/demo", "--listeners", "50",
         "--ramp", "1", "--hold", "20", "--verify", "100", "--json", str(figures)],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    assert crowd.stderr is not None
    next(line for line in crowd.stderr if "50 of 50 listen" in line)

    exit_code, said, complained = upgraded(served.data, code)

    assert (exit_code, complained) == (0, ""), served.log()
    assert said.splitlines()[-1] == "Done: Rostra 0.2.0 serves everybody."
    after = pids(served)
    stays = {"rostra bus", "rostra stage demo", "rostra demo"}
    assert {name: after[name] for name in stays} == {name: before[name] for name in stays}
    assert not set(before.values()) - {before[name] for name in stays} & set(after.values())
    assert {name for name in after if name.startswith("rostra edge ")} == {
        "rostra edge 3", "rostra edge 4",
    }  # fmt: skip
    assert folder.holder(Places(served.data)) == served.process.pid
    assert version_of(served) == "0.2.0"
    crowd.communicate(timeout=60)
    told = json.loads(figures.read_text())
    assert (told["joined"], told["held"]) == (50, 50)
    assert told["cut"]["rejoined"] >= told["cut"]["times"] >= 50
    assert told["silence"]["total"] == told["missing"]["seconds"] == 0, told
    assert told["verified"]["listeners"] == 50
    assert told["verified"]["mismatches"] == 0
    assert served.end() == 0
