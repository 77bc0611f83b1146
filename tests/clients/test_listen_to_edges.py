"""Listening to real edges, one of which is killed."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.clients.listen import listen
from rostra.testing.edges import SLUG, House, Stage, make_house
from rostra.testing.patience import until
from rostra.wire.cmaf import Splitter, read_fragment
from rostra.wire.timing import FRAGMENT, seconds

pytestmark = pytest.mark.process


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    made = make_house(tmp_path, processes=2)
    yield made
    made.end()


async def talk(stage: Stage, fragments: int) -> None:
    """A stage that speaks in real time, and is killed nowhere."""
    for _ in range(fragments):
        stage.say()
        await asyncio.sleep(seconds(FRAGMENT))


async def test_a_killed_edge_costs_no_sound(house: House, tmp_path: Path) -> None:
    stage = house.stage()
    stage.say(5)
    house.run()
    out = tmp_path / "heard.mp4"
    hears = asyncio.create_task(listen(f"{house.settings.live_url}/s/{SLUG}", out=out))
    speaks = asyncio.create_task(talk(stage, 20))
    # The house's own wait blocks, so it waits beside the loop.
    await asyncio.to_thread(until, lambda: out.exists() and out.stat().st_size > 8_000, "heard")
    for pid in house.edge_pids():
        os.kill(pid, signal.SIGKILL)
    await speaks
    stage.state["phase"] = "ended"
    stage.count = 10 * (stage.count // 10 + 1)  # the next fragment tells the whole state
    stage.say()
    house.change(phase="ended", replay=False)
    summary = await asyncio.wait_for(hears, 20)
    assert summary.ended
    assert summary.reconnects >= 1
    assert (summary.gaps, summary.repeats) == (0, 0)
    inside = Splitter().feed(out.read_bytes())
    assert [piece.kind for piece in inside].count("init") == 1
    times = [read_fragment(piece.data).media_time for piece in inside[1:]]
    assert times == list(range(times[0], stage.writer.end, FRAGMENT))
