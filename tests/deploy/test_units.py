"""The systemd units: systemd itself finds no fault with them, and what they start exists."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from rostra.settings import SETTINGS
from rostra.testing.proxies import DEPLOY

SYSTEMD = DEPLOY / "systemd"
needs_systemd = pytest.mark.skipif(
    shutil.which("systemd-analyze") is None, reason="systemd-analyze is not installed"
)


@pytest.fixture
def unit(tmp_path: Path) -> Path:
    """The unit with a program that is here, for systemd looks whether it is."""
    text = (SYSTEMD / "rostra.service").read_text()
    program = Path(sys.executable).parent / "rostra"
    made = tmp_path / "rostra.service"
    made.write_text(text.replace("/opt/rostra/current/bin/rostra", str(program)))
    return made


def analyze(*arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        ["systemd-analyze", *arguments], capture_output=True, text=True, check=False, timeout=60
    )


@needs_systemd
@pytest.mark.parametrize("drop_in", [None, "ports-below-1024.conf"])
def test_systemd_finds_no_fault(unit: Path, drop_in: str | None) -> None:
    if drop_in is not None:
        folder = unit.with_suffix(".service.d")
        folder.mkdir()
        shutil.copy(SYSTEMD / drop_in, folder)
    done = analyze("verify", "--man=no", str(unit))
    assert done.returncode == 0, done.stderr
    assert "rostra" not in done.stderr


@needs_systemd
def test_it_is_exposed_as_little_as_sound_allows(unit: Path) -> None:
    done = analyze("security", "--offline=true", "--threshold=20", str(unit))
    assert done.returncode == 0, done.stdout  # 2.0 of 10 at most
    assert "Overall exposure level" in done.stdout


def test_it_starts_a_command_that_there_is() -> None:
    text = (SYSTEMD / "rostra.service").read_text()
    command = re.search(r"^ExecStart=(.+)$", text, re.M)
    assert command is not None
    program, action, *rest = shlex.split(command[1])
    assert (Path(program).name, action) == ("rostra", "serve")
    flags = {word for word in rest if word.startswith("--")}
    assert flags <= {"--config", *(setting.flag for setting in SETTINGS)}


def test_it_can_hold_a_crowd_and_cannot_gain_rights() -> None:
    lines = (SYSTEMD / "rostra.service").read_text().splitlines()
    for wanted in (
        "User=rostra", "LimitNOFILE=1048576", "NoNewPrivileges=yes", "ProtectSystem=strict",
        "CapabilityBoundingSet=", "StateDirectory=rostra", "Restart=always", "OOMPolicy=continue",
        "ExecReload=/bin/kill -HUP $MAINPID", "MemoryDenyWriteExecute=yes",
        "SystemCallFilter=landlock_create_ruleset landlock_add_rule landlock_restrict_self",
    ):  # fmt: skip
        assert wanted in lines
