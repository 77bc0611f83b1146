"""`rostra doctor` from the shell: what it prints and how it exits."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

pytestmark = pytest.mark.process


def doctor(folder: Path, *flags: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "rostra", "doctor", *flags], cwd=folder, check=False,
        capture_output=True, text=True, timeout=30, env={**os.environ, "ROSTRA_DEBUG": ""},
    )  # fmt: skip


def test_on_a_laptop_nothing_fails(tmp_path: Path) -> None:
    done = doctor(tmp_path)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("ok ")
    assert not list(tmp_path.iterdir())  # looking leaves nothing behind


def test_what_fails_is_told_to_programs_too(tmp_path: Path) -> None:
    began = time.monotonic()
    flags = ["--public-url", "http://rostra.example.org", "--udp-ports", "41000-41004"]
    done = doctor(tmp_path, "--json", *flags, "--ice-server", "turn:u:sesame@192.0.2.200")
    assert time.monotonic() - began < 10
    told = json.loads(done.stdout)
    assert (done.returncode, told["ok"]) == (1, False)
    states = {check["name"]: check["state"] for check in told["checks"]}
    assert states["https"] == states["turn:192.0.2.200"] == "fail"
    assert states["udp ports"] == "warn"
    keys = {"name", "state", "seen", "advice", "listeners"}
    assert all(set(check) == keys for check in told["checks"])
    assert "sesame" not in done.stdout


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--udp-ports", "9-1"], "--udp-ports"),
        (["--public-ip", "here"], "--public-ip"),
        (["--ice-server", "turn:b.example"], "turn_secret"),
        (["--nonsense"], "No such option"),
        (["--keep"], "--measure"),
        (["--measure", "--keep"], "start rostra serve once"),
        (["now"], "unexpected extra argument"),
    ],
)
def test_wrong_use_is_one_sentence_and_exit_code_2(
    tmp_path: Path, flags: list[str], words: str
) -> None:
    done = doctor(tmp_path, *flags)
    assert (done.returncode, done.stdout) == (2, "")
    assert words in done.stderr
    assert "Traceback" not in done.stderr


def test_the_settings_file_counts(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "rostra.toml").write_text('public_url = "http://rostra.example.org"\n')
    assert doctor(tmp_path).returncode == 1
