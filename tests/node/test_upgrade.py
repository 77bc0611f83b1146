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
from typing import Any, cast

import psutil
import pytest

import rostra
from rostra.errors import RostraError
from rostra.node import folder
from rostra.node.asking import Code, ask
from rostra.programme.places import Places
from rostra.testing.certificates import make_certificate
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
    change(folder, "edge/serving.py", '_ROBOTS = "', f'_ROBOTS = "# {number}\\n')
    return folder


def change(code: Path, file: str, before: str, after: str) -> None:
    """Let one thing be another in that version."""
    path = code / "rostra" / file
    text = path.read_text()
    assert before in text
    path.write_text(text.replace(before, after))


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


class Crowd:
    """`rostra rehearse` with fifty listeners, who compare every byte until they are told to go."""

    def __init__(self, served: Served, file: Path) -> None:
        self._file = file
        self._process = subprocess.Popen(
            [sys.executable, "-m", "rostra", "rehearse", f"{served.live}/s/demo",
             "--data", str(served.data), "--listeners", "50", "--ramp", "1", "--hold", "600",
             "--verify", "100", "--json", str(file)],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip
        assert self._process.stderr is not None
        assert any("50 of 50 listen" in line for line in self._process.stderr)

    def goes(self) -> dict[str, Any]:
        """What it heard."""
        self._process.send_signal(signal.SIGINT)
        self._process.communicate(timeout=60)
        return cast("dict[str, Any]", json.loads(self._file.read_text()))


@pytest.fixture(params=["http", "https"])
def served(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Served]:
    tls = make_certificate(tmp_path, "127.0.0.1") if request.param == "https" else None
    with serving(tmp_path / "data", "--demo", "--edges", "2", tls=tls) as running:
        until_both_edges(running)
        yield running


@pytest.fixture(scope="module")
def steady(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """One that is gone over to by nothing that is tried on it."""
    with serving(tmp_path_factory.mktemp("steady") / "data", "--demo", "--edges", "2") as running:
        until_both_edges(running)
        yield running


def until_both_edges(served: Served) -> None:
    served.until_on_air()
    until(lambda: "rostra edge 2" in served.parts(), "the edges are up")


def pids(served: Served) -> dict[str, int]:
    return {name: process.pid for name, process in served.parts().items()}


def got(served: Served, url: str) -> str:
    with urllib.request.urlopen(url, timeout=5, context=served.tls) as answer:
        return str(answer.read().decode())


def test_another_version_takes_over_and_back_and_nobody_hears_it(
    served: Served, tmp_path: Path
) -> None:
    stays = {"rostra bus", "rostra stage demo", "rostra demo"}
    crowd, before = Crowd(served, tmp_path / "rehearsal.json"), pids(served)
    ours = (SOURCE.parent, rostra.__version__)
    for code, number in ((another_version(tmp_path / "new"), "0.2.0"), ours):
        exit_code, said, complained = upgraded(served.data, code)
        assert (exit_code, complained) == (0, ""), served.log()
        assert said.splitlines()[-1] == f"Done: Rostra {number} serves everybody."
        after = pids(served)
        assert {name: after[name] for name in stays} == {name: before[name] for name in stays}
        changed = {pid for name, pid in before.items() if name not in stays}
        assert not changed & set(after.values())
        assert folder.holder(Places(served.data)) == served.process.pid
        assert json.loads(got(served, f"{served.web}/openapi.json"))["info"]["version"] == number
        robots = {got(served, f"{served.live}/robots.txt") for _ in range(20)}
        assert {"# 0.2.0\n" in text for text in robots} == {number == "0.2.0"}
        before = after
    told = crowd.goes()
    assert told["joined"] == 50
    assert told["cut"]["times"] >= told["cut"]["rejoined"] > 50  # the last are on their way
    assert told["silence"]["total"] == told["missing"]["seconds"] == 0, told
    assert (told["verified"]["listeners"], told["verified"]["mismatches"]) == (50, 0)
    assert psutil.Process(served.process.pid).memory_info().rss <= 30 * 2**20
    assert served.end() == 0


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        (("node/serve.py", "def serve(", "def serve"), "SyntaxError"),
        (("web/process.py", "import uvicorn", "import uvicorn_of_tomorrow"), "No module named"),
        (("programme/board.py", "_VERSION = 4", "_VERSION = 5"), "is not the board of this Rostra"),
        (
            ("node/handover.py", "_VERSION = 1", "_VERSION = 2"),
            "cannot take over from the one that",
        ),
        (
            ("programme/places.py", "LAYOUT = 1", "LAYOUT = 0"),
            "was made by a newer Rostra (layout 1",
        ),
        (("edge/nursery.py", "def run(self)", "def ran(self)"), "edges of the new version do not"),
        (("node/first.py", "opus.check_available", "opus.check_none"), "`prepare running`"),
    ],
)
def test_a_version_that_does_not_start_changes_nothing(
    steady: Served, tmp_path: Path, wrong: tuple[str, str, str], sentence: str
) -> None:
    code, were, ear = another_version(tmp_path / "new"), pids(steady), Ear(steady.live_port)
    change(code, *wrong)
    exit_code, _, complained = upgraded(steady.data, code)
    assert (exit_code, complained.count("\n")) == (1, 1), complained
    assert sentence in complained
    assert complained.endswith(" Nothing was changed.\n")
    until(lambda: pids(steady) == were, "whatever was tried has ended")
    ear.hears_on(1.0)


def test_settings_that_only_a_restart_can_change_are_told(steady: Served, tmp_path: Path) -> None:
    config = steady.data / "rostra.toml"
    config.write_text('host = "127.0.0.2"\n')
    were = pids(steady)
    exit_code, _, complained = upgraded(steady.data, SOURCE.parent)
    config.unlink()
    assert exit_code == 1
    assert "only a restart" in complained
    assert pids(steady) == were


def test_a_python_that_is_not_there_is_told(steady: Served) -> None:
    said: list[str] = []
    with pytest.raises(RostraError, match=r"No such file.*Nothing was changed"):
        ask(Places(steady.data), Code("/nowhere/python", ""), said.append)
    assert len(said) == 1


def test_one_upgrade_at_a_time(steady: Served, tmp_path: Path) -> None:
    code = another_version(tmp_path / "new")
    change(code, "programme/board.py", "_VERSION = 4", "_VERSION = 5")
    request = steady.data / "run" / "upgrade.request"
    steady.process.send_signal(signal.SIGSTOP)
    try:
        first = upgrade(steady.data, code)
        until(request.exists, "the first has asked")
        exit_code, _, complained = upgraded(steady.data, code)
    finally:
        steady.process.send_signal(signal.SIGCONT)
    first.communicate(timeout=60)
    assert (exit_code, first.returncode) == (2, 1)
    assert complained == "An upgrade is under way already: wait for its end.\n"
    assert not request.exists()


def test_a_killed_zygote_costs_nobody_who_waits_to_be_connected(steady: Served) -> None:
    before = [one for name, one in steady.parts().items() if name.startswith("rostra edge")]
    steady.process.send_signal(signal.SIGSTOP)  # so that there is no successor for a while
    try:
        steady.parts()["rostra edges"].kill()
        until(lambda: not any(alive(one) for one in before), "no edge is left")
        address = ("127.0.0.1", steady.live_port)
        waiting = [socket.create_connection(address, 20) for _ in range(50)]
        for one in waiting:
            one.sendall(b"GET /healthz HTTP/1.1\r\nHost: test\r\nConnection: close\r\n\r\n")
    finally:
        steady.process.send_signal(signal.SIGCONT)
    assert all(one.recv(4096).startswith(b"HTTP/1.1 200") for one in waiting)
    for one in waiting:
        one.close()


def alive(process: psutil.Process) -> bool:
    """Whether it runs; what nobody has buried yet does not."""
    try:
        return bool(process.status() != psutil.STATUS_ZOMBIE)
    except psutil.NoSuchProcess:
        return False


def test_where_nothing_runs_it_says_so(tmp_path: Path) -> None:
    exit_code, said, complained = upgraded(tmp_path / "data", SOURCE.parent)
    assert (exit_code, said) == (2, "")
    assert complained.startswith(f"No rostra serve runs on the data folder {tmp_path / 'data'}: ")
