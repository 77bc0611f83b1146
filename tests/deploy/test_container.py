"""The container file. It is not built here (that needs a registry): it is read, and its health
check is run against a server; its `pip install` lines are those of the Makefile."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from rostra.settings import SETTINGS
from rostra.testing.certificates import make_certificate
from rostra.testing.proxies import DEPLOY
from rostra.testing.served import Served, serving

ROOT = DEPLOY.parent
CONTAINER = DEPLOY / "container"


@pytest.fixture(scope="module")
def steps() -> list[tuple[str, str]]:
    """Its instructions and what stands behind them, lines joined, without comments."""
    text = (CONTAINER / "Containerfile").read_text()
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
    joined = re.sub(r"\s*\\\n\s*", " ", "\n".join(lines))
    parts = (line.partition(" ") for line in joined.split("\n"))
    return [(first, rest) for first, _, rest in parts]


def of(steps: list[tuple[str, str]], instruction: str) -> list[str]:
    return [rest for first, rest in steps if first == instruction]


def test_both_stages_have_the_same_base_with_a_version(steps: list[tuple[str, str]]) -> None:
    bases = {rest.split(" AS ")[0] for rest in of(steps, "FROM")}
    assert len(bases) == 1
    assert re.fullmatch(r"docker\.io/library/python:3\.\d+-slim-bookworm", bases.pop())


def test_nothing_is_installed_that_is_not_locked(steps: list[tuple[str, str]]) -> None:
    installs = re.findall(r"pip install ([^&]+)", " && ".join(of(steps, "RUN")))
    assert len(installs) == 2
    assert "--require-hashes" in installs[0]
    assert "requirements/runtime.txt" in installs[0]
    assert {"--no-deps", "--no-build-isolation", "--no-index"} <= set(installs[1].split())


def test_what_it_copies_is_there_and_not_ignored(steps: list[tuple[str, str]]) -> None:
    kept = [
        line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line[:1] == "!"
    ]
    for rest in of(steps, "COPY"):
        if rest.startswith("--from="):
            continue
        for source in rest.split()[:-1]:
            assert (ROOT / source).exists()
            assert any(fnmatch(source, one) for one in kept), f"{source} is ignored"


def test_it_runs_as_nobody_in_particular(steps: list[tuple[str, str]]) -> None:
    order = [first for first, _ in steps]
    assert of(steps, "USER") == ["10001"]
    assert order.index("USER") < order.index("ENTRYPOINT")
    assert of(steps, "VOLUME") == ["/data"]
    assert of(steps, "STOPSIGNAL") == ["SIGTERM"]


def test_its_ports_and_variables_are_those_of_the_settings(steps: list[tuple[str, str]]) -> None:
    known = {setting.name: setting for setting in SETTINGS}
    exposed = of(steps, "EXPOSE")[0].split()
    assert {f"{known[name].default}/tcp" for name in ("port", "live_port")} < set(exposed)
    assert f"{known['udp_ports'].example}/udp" in exposed
    variables = set(re.findall(r"\b(ROSTRA_\w+)=", " ".join(of(steps, "ENV"))))
    assert variables <= {setting.variable for setting in SETTINGS}
    assert of(steps, "ENTRYPOINT") == ['["rostra", "serve"]']


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    files = make_certificate(tmp_path_factory.mktemp("tls"))
    with serving(tmp_path_factory.mktemp("contained") / "data", tls=files) as running:
        running.until_line("ready: ")
        yield running


def healthy(data: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, str(CONTAINER / "healthy.py")], capture_output=True, text=True,
        check=False, timeout=30, env={**os.environ, "ROSTRA_DATA": str(data)},
    )  # fmt: skip


@pytest.mark.process
def test_it_is_healthy_while_pages_and_sound_answer(
    served: Served, steps: list[tuple[str, str]], tmp_path: Path
) -> None:
    check = of(steps, "HEALTHCHECK")[0]
    assert check.endswith('CMD ["python", "/opt/rostra/healthy.py"]')
    done = healthy(served.data)
    assert (done.returncode, done.stderr) == (0, "")
    done = healthy(tmp_path / "nothing")
    assert (done.returncode, done.stderr) == (1, "Rostra has not begun.\n")
    served.end()
    done = healthy(served.data)
    assert done.returncode == 1
    assert "does not answer" in done.stderr
