"""`rostra serve --demo`, whole and for real: life, death of every child, and a clean end."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from rostra.node.ports import check_free
from rostra.testing.ear import Ear
from rostra.testing.patience import until
from rostra.testing.served import Served, serving

pytestmark = pytest.mark.process
MIB = 2**20


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with serving(tmp_path_factory.mktemp("serve") / "data", "--demo") as running:
        running.until_on_air()
        yield running


@pytest.fixture
def ear(served: Served) -> Ear:
    listener = Ear(served.live_port)
    until(lambda: listener.times, "the first sound")
    return listener


def test_it_tells_the_sign_in_link_where_to_listen_and_last_that_it_is_ready(
    served: Served,
) -> None:
    link, listen, ready = served.lines
    assert re.search(rf"{served.web}/sign-in/\S{{20,}}$", link)
    assert listen == f"listen: {served.live}/s/demo"
    assert ready == f"ready: {served.web}"


def test_every_process_says_its_name_and_knows_its_place(served: Served) -> None:
    own = psutil.Process(served.process.pid)
    nice = {name: process.nice() - own.nice() for name, process in served.parts().items()}
    assert nice == {
        "rostra bus": 0, "rostra stage demo": 0, "rostra web": 10, "rostra demo": 10,
        "rostra edges": 10, **{name: 10 for name in nice if re.fullmatch(r"rostra edge \d", name)},
    }  # fmt: skip
    assert " ".join(own.cmdline()).rstrip() == "rostra serve"
    assert own.memory_info().rss <= 30 * MIB


def test_two_voices_take_turns(served: Served) -> None:
    heard: set[str] = set()

    def both() -> bool:
        stage = served.state()["stage"]
        heard.update(seat["name"] for seat in stage.values() if seat["speaking"])
        return heard == {"Ana", "Ben"}

    until(both, "Ana and Ben have both spoken", 30)


def test_ffmpeg_hears_speech_at_the_live_address(served: Served) -> None:
    done = subprocess.run(
        ["ffmpeg", "-hide_banner", "-t", "4", "-i", f"{served.live}/live/demo/opus.mp4",
         "-af", "volumedetect", "-f", "null", "-"],
        capture_output=True, text=True, check=True, timeout=30,
    )  # fmt: skip
    loudest = re.search(r"max_volume: (-?[\d.]+) dB", done.stderr)
    assert loudest is not None, done.stderr
    assert -20 < float(loudest[1]) <= -1


@pytest.mark.parametrize("title", ["rostra web", "rostra bus", "rostra stage demo"])
def test_a_killed_part_is_back_and_the_listener_hears_on(
    served: Served, ear: Ear, title: str
) -> None:
    before = served.parts()[title]
    before.kill()
    until(lambda: served.parts().get(title, before).pid != before.pid, f"{title} is back", 3)
    ear.hears_on()


def test_a_killed_stage_speaks_again_within_three_seconds_with_everybody_on_it(
    served: Served, ear: Ear
) -> None:
    until(lambda: _somebody_speaks(served), "speech before the kill", 10)
    before = served.state()
    served.parts()["rostra stage demo"].kill()
    begun = time.monotonic()
    until(lambda: served.state()["t"] > before["t"] + 2, "media time goes on", 10)
    until(lambda: _somebody_speaks(served), "speech after the kill", 10)
    took = time.monotonic() - begun
    assert served.state()["stage"].keys() == before["stage"].keys()
    ear.hears_on(1.0)
    # Three seconds, and the longest pause of the talk itself.
    assert took < 3.0 + 2.2, f"speech came back after {took:.1f} s"


def test_a_killed_edge_is_back_and_others_are_not_touched(served: Served) -> None:
    title = next(name for name in served.parts() if name.startswith("rostra edge "))
    before = served.parts()
    before[title].kill()
    until(lambda: served.parts().get(title, before[title]).pid != before[title].pid, "it is back")
    after = served.parts()
    assert {n: p.pid for n, p in after.items() if n != title} == {
        n: p.pid for n, p in before.items() if n != title
    }
    assert _healthy(served)


def test_killed_edges_as_a_whole_are_back(served: Served) -> None:
    served.parts()["rostra edges"].kill()
    until(lambda: _healthy(served), "the edges are back", 10)


def test_control_of_the_demo_is_back_after_all_that(served: Served) -> None:
    until(lambda: _somebody_speaks(served), "speech", 15)
    with urllib.request.urlopen(f"{served.web}/healthz", timeout=2) as answer:
        assert answer.status == 200


def test_the_end_is_clean_and_quick_and_a_second_start_tells_no_link(tmp_path: Path) -> None:
    data = tmp_path / "data"
    with serving(data, "--demo") as first:
        first.until_line("ready: ")
        left = list(first.parts().values())
        begun = time.monotonic()
        assert first.end() == 0
        assert time.monotonic() - begun < 5
        assert not psutil.wait_procs(left, timeout=0)[1]
        check_free("127.0.0.1", first.port, "--port")
        check_free("127.0.0.1", first.live_port, "--live-port")
    with serving(data) as second:
        second.until_line("ready: ")
        assert len(second.lines) == 1
        assert "rostra stage demo" not in second.parts()


def test_a_killed_supervisor_leaves_nobody_behind_and_may_start_again_at_once(
    tmp_path: Path,
) -> None:
    data = tmp_path / "data"
    with serving(data, "--demo") as first:
        first.until_line("ready: ")
        left = list(first.parts().values())
        assert len(left) >= 6
        os.kill(first.process.pid, signal.SIGKILL)
        with serving(data, "--demo") as second:
            second.until_line("ready: ")
        assert not psutil.wait_procs(left, timeout=5)[1]


def _healthy(served: Served) -> bool:
    try:
        with urllib.request.urlopen(f"{served.live}/healthz", timeout=1) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False


def _somebody_speaks(served: Served) -> bool:
    try:
        return any(seat["speaking"] for seat in served.state()["stage"].values())
    except OSError:
        return False
