"""kill -9 of a real stage process at speech: the next one goes on at the same media time."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import sys
import time
from collections.abc import AsyncIterator
from typing import Any

import numpy as np
import pytest

from rostra.bus.nats import NatsBus
from rostra.node.parts import PART_SETTINGS
from rostra.programme.index import FILL
from rostra.settings import values
from rostra.testing.coded import SLOT, programme
from rostra.testing.meter import read
from rostra.testing.patience import answered, in_time
from rostra.wire.timing import FRAGMENT, FRAME, RATE

pytestmark = pytest.mark.process


STATUS = "stage.hall.status"
LATER = 600  # the first chirp of what is said after the kill


def later(start: int) -> Any:
    return programme(start + LATER * SLOT, FRAME)


class OtherProcess:
    """The stage as `rostra serve` starts it."""

    def __init__(self, hall: Any, chosen: dict[str, Any]) -> None:
        self.hall, self._chosen = hall, chosen
        self.process: asyncio.subprocess.Process | None = None

    async def start(self) -> None:
        command = [sys.executable, "-P", "-m", "rostra", "_part", "stage", "hall"]
        environ = os.environ | {
            PART_SETTINGS: json.dumps(self._chosen | {"data": str(self.hall.places.root)}),
            "OPENBLAS_NUM_THREADS": "1",
        }
        self.process = await asyncio.create_subprocess_exec(*command, env=environ)

    async def stop_for(self, seconds: float) -> None:
        """As a machine that is busy elsewhere does to it."""
        assert self.process is not None
        self.process.send_signal(signal.SIGSTOP)
        until = time.monotonic() + seconds
        try:
            await in_time(lambda: time.monotonic() >= until, f"{seconds} s to pass")
        finally:
            self.process.send_signal(signal.SIGCONT)

    async def kill(self) -> None:
        assert self.process is not None
        if self.process.returncode is None:
            self.process.send_signal(signal.SIGKILL)
        await self.process.wait()


@pytest.fixture
async def other(hall, nats_server) -> AsyncIterator[OtherProcess]:
    """A stage in a process of its own, at its desk, with a host who speaks."""
    hall.make()
    hall.places.run.mkdir(parents=True, exist_ok=True)
    hall.places.bus.write_text(nats_server.file.read_text())
    hall.bus = NatsBus.connect_from(hall.places.bus)
    process = OtherProcess(hall, values({}, {}) | {"opus_bitrate": 64_000})
    await process.start()
    try:
        await in_time(lambda: hall.manifest.programme, "a programme")
        await answered(hall.bus, STATUS, b"{}")
        await hall.join("host", role="host")
        yield process
    finally:
        await process.kill()
        await hall.bus.close()


async def test_a_killed_stage_comes_back_at_the_same_media_time(hall, other, clock) -> None:
    await hall.move("start")
    await hall.pass_time(3)
    pid = hall.manifest.programme
    killed = time.monotonic()
    await other.kill()
    end = hall.end()
    # A quick machine is back before a whole fragment is missing, and then none is filled.
    await in_time(lambda: time.monotonic() - killed > 2 * FRAGMENT / RATE, "a gap")
    await other.start()
    await in_time(lambda: hall.end() > end, "the log goes on")
    appending = time.monotonic() - killed
    await in_time(lambda: any(not r.flags & FILL for r in since(hall, end)), "live sound")
    await answered(hall.bus, STATUS, b"{}")
    state = (await hall.ask("status"))["state"]
    assert state["phase"] == "live"
    await in_time(lambda: hall.manifest.on_air, "on air")
    assert list(state["stage"]) == ["host"]
    await hall.join("host", later, role="host")
    await hall.pass_time(3)
    check_the_logs(hall, pid, clock)
    await hall.move("end")
    assert await asyncio.wait_for(other.process.wait(), 10) == 0
    slots = read(hall.recorded()).slots
    assert ((slots < 100).any(), (slots >= LATER).any()) == (True, True)
    assert appending < 3


async def test_a_stage_that_could_not_run_for_a_moment_loses_no_packet(hall, other) -> None:
    await hall.pass_time(1)
    before = await concealed(hall)
    for _ in range(5):
        await other.stop_for(0.12)  # six ticks
        await hall.pass_time(0.5)
    assert await concealed(hall) - before <= 9  # of thirty that waited in the socket


async def test_a_stage_that_was_stopped_fills_what_it_missed_and_is_in_time(
    hall, other, clock
) -> None:
    await hall.move("start")
    await hall.pass_time(2)
    end = hall.end()
    await other.stop_for(2.5)
    await hall.pass_time(4)
    check_the_logs(hall, hall.manifest.programme, clock)
    filled = [record for record in since(hall, end) if record.flags & FILL]
    assert 1.9 < len(filled) * FRAGMENT / RATE < 4
    heard = hall.recorded()[-RATE:]
    assert float(np.abs(heard).max()) > 0.05  # the host is still connected, and heard


async def concealed(hall) -> int:
    health = (await hall.ask("status"))["health"]
    count: int = health["seats"]["host"]["concealed"]
    return count


def since(hall, end: int) -> list[Any]:
    return [record for record in hall.records() if record.media_time >= end]


def check_the_logs(hall, pid: str, clock) -> None:
    """Both renditions: the same programme, no hole, the gap marked, and time is real time."""
    assert hall.manifest.programme == pid
    for rendition in ("opus", "aac"):
        records = hall.records(rendition)
        times = [record.media_time for record in records]
        assert times == [FRAGMENT * n for n in range(len(times))]
        assert any(record.flags & FILL for record in records)
        with hall.reader(rendition) as reader:
            origin = reader.header.origin
        began_ms = clock.wall_ms() - (clock.boot_ns() - origin.boot_ns) / 1e6
        late = [(record.wall_ms - began_ms) / 1e3 - record.end / RATE for record in records[-8:]]
        # The last tick is mixed when its 20 ms begin; the machine makes some of them later.
        assert -0.022 <= min(late) < 0.02
