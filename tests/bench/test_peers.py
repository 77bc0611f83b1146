"""What the command that compares servers refuses before it begins."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]


def test_a_hold_in_which_nothing_can_be_measured_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.peers", "--hold", "20", "--settle", "15"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "at least 10 s longer than --settle" in done.stderr
