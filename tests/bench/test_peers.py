"""Twenty listeners at each of the three servers, by the command."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.process
ROOT = Path(__file__).parents[2]
FLAGS = ("--listeners", "20", "--ramp", "1", "--hold", "14", "--settle", "2")


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("peers")
    done = subprocess.run(
        [sys.executable, "-m", "bench.peers", *FLAGS], cwd=ROOT, capture_output=True, text=True,
        check=False, timeout=240, env={**os.environ, "BENCH_RESULTS": str(folder)},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert (folder / "peers.md").read_text() in done.stdout
    result: dict[str, Any] = json.loads((folder / "peers.json").read_text())
    return result["figures"]


def test_a_hold_in_which_nothing_can_be_measured_is_refused() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "bench.peers", "--hold", "20", "--settle", "15"],
        cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 2
    assert "at least 10 s longer than --settle" in done.stderr


def test_all_are_held_by_each_and_hear_no_silence(told: dict[str, Any]) -> None:
    assert list(told["servers"]) == ["rostra", "icecast", "nginx"]
    for name, one in told["servers"].items():
        assert (one["asked"], one["held"]) == (20, 20), name
        assert one["silence"]["listeners"] == one["cut"] == 0, name
        assert one["bytes"] > 20 * 6 * 3000, name  # counted once they listen, the burst is not


def test_all_of_ours_are_in_the_class_of_the_crowd(told: dict[str, Any]) -> None:
    assert told["servers"]["rostra"]["classes"] == {"calm": 0, "busy": 0, "crowd": 20, "hls": 0}
    assert told["servers"]["nginx"]["classes"]["hls"] == 20


def test_all_are_heard_equally_late(told: dict[str, Any]) -> None:
    late = {name: one["ear_latency"]["p50"] for name, one in told["servers"].items()}
    assert 8.5 < late["rostra"] < 11
    assert abs(late["icecast"] - late["rostra"]) < 1.5
    assert -0.5 < late["nginx"] - late["rostra"] < 3


def test_all_are_given_the_same_frames(told: dict[str, Any]) -> None:
    assert told["frame_bytes"] == 60
    assert told["programme_s"] > 30
    assert told["servers"]["icecast"]["burst_bytes"] > 20_000
    assert 2.0 < told["servers"]["nginx"]["segment_s"] < 4.0


def test_memory_and_first_sound_are_told(told: dict[str, Any]) -> None:
    for name, one in told["servers"].items():
        assert one["memory"]["server_mib"] > 1, name
        assert 0 <= one["first_sound"]["p50"] <= one["first_sound"]["p99"] < 5, name
        assert one["server"].partition(" ")[2][0].isdigit(), name
