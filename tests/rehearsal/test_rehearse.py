"""Rehearsals of real edges, by the command."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import httpx
import pytest

from rostra.testing.certificates import make_certificate
from rostra.testing.edges import SLUG, House
from rostra.testing.patience import until
from rostra.testing.served import serving

pytestmark = pytest.mark.process


class Run:
    """`rostra rehearse` with flags, on its way."""

    def __init__(self, url: str, folder: Path, *flags: str) -> None:
        self.file = folder / "rehearsal.json"
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rostra", "rehearse", url, "--json", str(self.file), *flags],
            stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        )  # fmt: skip

    def line(self, has: str) -> str:
        """Wait for a line of progress."""
        assert self.process.stderr is not None
        for line in self.process.stderr:
            if has in line:
                return line
        raise AssertionError(f"no line with {has!r} came")

    def ends(self, seconds: float = 60) -> tuple[int, dict[str, Any]]:
        out, err = self.process.communicate(timeout=seconds)
        assert self.file.exists() and self.file.stat().st_size, err
        assert "Traceback" not in out + err
        return self.process.returncode, json.loads(self.file.read_text())


def url(house: House) -> str:
    return f"http://127.0.0.1:{house.port}/s/{SLUG}"


def flags(listeners: int, ramp: float, hold: float) -> list[str]:
    return ["--listeners", str(listeners), "--ramp", str(ramp), "--hold", str(hold)]


def test_two_hundred_hear_every_byte_without_a_gap(talking: House, tmp_path: Path) -> None:
    run = Run(url(talking), tmp_path, *flags(200, 2, 5), "--verify", "25")
    code, told = run.ends()
    assert (told["asked"], told["joined"], told["held"]) == (200, 200, 200)
    assert told["silence"]["listeners"] == told["silence"]["total"] == 0
    assert told["verified"]["listeners"] == 50
    assert told["verified"]["mismatches"] == told["missing"]["seconds"] == 0
    assert told["verified"]["bytes"] > 50 * 5 * 3000
    assert sum(told["classes"].values()) == 200
    assert 0 < told["join"]["p99"] <= told["first_audio"]["p99"] < 3
    assert 0.5 < told["ear_latency"]["p50"] < 5
    assert told["server"]["rss_mib"] > 5
    assert told["server"]["stage_tick_p99_ms"] is None  # there are edges alone
    assert told["series"][-1]["listeners"] == 200
    assert told["stopped"] is None
    assert code == 0


def test_an_edge_that_is_killed_is_survived(talking: House, tmp_path: Path) -> None:
    run = Run(url(talking), tmp_path, *flags(200, 1, 9), "--verify", "50")
    run.line("200 of 200 listen")
    os.kill(talking.edge_pids()[0], signal.SIGKILL)
    _, told = run.ends()
    assert told["held"] == 200
    assert 0 < told["cut"]["times"] <= 200
    assert told["cut"]["rejoined"] >= told["cut"]["times"]
    assert told["verified"]["mismatches"] == told["missing"]["seconds"] == 0
    assert told["failed"] == told["refused"] == 0


def test_a_stage_that_falls_silent_is_heard_by_everybody(talk: Any, tmp_path: Path) -> None:
    run = Run(url(talk.house), tmp_path, *flags(50, 1, 11))
    run.line("50 of 50 listen")
    talk.hush(4.0)
    code, told = run.ends()
    silence = told["silence"]
    assert told["held"] == silence["listeners"] == 50
    # Each had 0.64 to 1.9 s in hand.
    assert 4.0 - 2.0 < silence["total"] / 50 <= silence["max"] < 4.0
    assert max(second["silent"] for second in told["series"]) == 50
    assert told["missing"]["seconds"] == told["verified"]["mismatches"] == 0
    assert code == 1


def test_slow_readers_and_phones(talking: House, tmp_path: Path) -> None:
    run = Run(url(talking), tmp_path, *flags(200, 2, 14), "--slow", "10", "--hls", "20")
    code, told = run.ends()
    assert told["asked"] == told["held"] == 180
    assert told["hls"] == {"listeners": 40, "held": 40, "silent": 0}
    assert told["slow"]["listeners"] == 20
    assert told["silence"]["listeners"] == 0
    assert code == 0


def test_who_is_turned_away_is_counted_and_comes_again(talking: House, tmp_path: Path) -> None:
    talking.end()
    talking.limited(100).run()
    run = Run(url(talking), tmp_path, *flags(200, 1, 4))
    code, told = run.ends()
    assert 95 <= told["held"] <= 110
    assert told["refused"] == 200 - told["joined"]
    assert told["refusals"]["answers"] >= told["refused"]
    assert told["failed"] == 0
    assert code == 1


def test_a_campaign_breaks_a_fifth_of_all_connections(talking: House, tmp_path: Path) -> None:
    run = Run(url(talking), tmp_path, *flags(110, 2, 6), "--shape", "campaign")
    code, told = run.ends()
    assert told["held"] == 110
    assert 20 <= told["cut"]["times"] <= 22
    assert told["cut"]["rejoined"] == told["cut"]["times"]
    assert told["silence"]["listeners"] == 0
    assert code == 0


def test_control_c_stops_at_once_with_what_was_seen(talking: House, tmp_path: Path) -> None:
    run = Run(url(talking), tmp_path, *flags(100, 1, 600))
    run.line("100 of 100 listen")
    run.process.send_signal(signal.SIGINT)
    code, told = run.ends(8)
    assert told["held"] == 100
    assert "stopped" in told["stopped"]
    assert code == 0
    until(lambda: not talking.board().space(SLUG).listeners, "all connections are closed")


def test_over_tls_it_is_the_same(tmp_path: Path) -> None:
    certificate = make_certificate(tmp_path)
    with serving(tmp_path / "data", "--demo", tls=certificate) as served:
        served.until_line("ready: ")
        playlist = f"{served.live}/live/demo/opus.m3u8"
        answers = lambda: httpx.get(playlist, verify=served.tls or True).is_success  # noqa: E731
        until(answers, "there is enough for phones")
        run = Run(
            f"{served.live}/s/demo", tmp_path, *flags(60, 1, 9), "--verify", "30", "--hls", "20",
            "--data", str(served.data),
        )  # fmt: skip
        code, told = run.ends()
    assert 0 < told["server"]["stage_tick_p99_ms"] < 1_000
    assert told["held"] == 60
    assert told["verified"]["bytes"] > 15 * 4 * 3000
    assert told["silence"]["listeners"] == told["verified"]["mismatches"] == 0
    assert code == 0


def refused(*arguments: str) -> str:
    """The one sentence of a command that was used wrongly."""
    done = subprocess.run(
        [sys.executable, "-m", "rostra", "rehearse", *arguments],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 2, done
    assert "Traceback" not in done.stderr
    return done.stderr


def test_strangers_are_not_rehearsed() -> None:
    assert "--rehearsal-token" in refused("http://192.0.2.1/s/demo", "--listeners", "10")


def test_a_space_that_is_not_there(talking: House) -> None:
    address = url(talking).replace(SLUG, "nobody")
    assert "no Space" in refused(address, "--listeners", "10")


@pytest.mark.parametrize(
    "wrong",
    [["--listeners", "0"], ["--listeners", "5", "--shape", "star"], [],
     ["--listeners", "5", "--slow", "60", "--hls", "60"],
     ["--listeners", "5", "--json", "/no/such/folder/x.json"]],
)  # fmt: skip
def test_wrong_use_is_one_sentence(wrong: list[str]) -> None:
    assert refused("http://127.0.0.1:9/s/demo", *wrong)


def test_nobody_answers() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "rostra", "rehearse", "http://127.0.0.1:9/s/demo",
         "--listeners", "10"],
        capture_output=True, text=True, check=False, timeout=30,
    )  # fmt: skip
    assert done.returncode == 1
    assert "Nothing answers" in done.stderr
