"""A programme made of bytes alone, and edges with somebody who talks in real time."""

from __future__ import annotations

import json
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from rostra.rehearsal.listener import Beginning, Live, read_beginning
from rostra.testing.edges import House, Stage, make_house
from rostra.testing.patience import until
from rostra.wire.cmaf import OpusTrack, fragment, init_segment
from rostra.wire.emsg import emsg
from rostra.wire.id3 import FILL_OWNER, STATE_OWNER, priv
from rostra.wire.timing import FRAGMENT, seconds


@dataclass
class Programme:
    """Fragments of 0.32 s, the first at media time `first`; every tenth tells the state."""

    count: int
    first: int = 0
    pid: str = "p1"
    filled: range = range(0)
    init: bytes = field(default_factory=lambda: init_segment(OpusTrack()))

    def __post_init__(self) -> None:
        self.fragments = [self._made(number) for number in range(self.count)]

    def _made(self, number: int) -> bytes:
        start = self.start(number)
        events = []
        if number % 10 == 0:
            at = datetime.fromtimestamp(1_000 + seconds(start + FRAGMENT), UTC).isoformat()
            told = {"v": 1, "phase": "live", "at": at}
            events.append(emsg(start, priv(STATE_OWNER, json.dumps(told).encode())))
        if number in self.filled:
            mark = {"from": seconds(start), "to": seconds(start + FRAGMENT)}
            events.append(emsg(start, priv(FILL_OWNER, json.dumps(mark).encode())))
        frames = [bytes([number % 251]) * 60 for _ in range(16)]
        return fragment(number + 1, start, frames, 960, events)

    def start(self, number: int) -> int:
        return self.first + number * FRAGMENT

    def statement(self, number: int) -> bytes:
        """What an edge puts before fragment `number` for whoever joins there."""
        told = json.dumps({"v": 1, "phase": "live", "n": number}).encode()
        return emsg(self.start(number), priv(STATE_OWNER, told))

    def response(self, begin: int, end: int) -> bytes:
        """The body that begins with fragment `begin`, up to `end`."""
        return self.init + self.statement(begin) + b"".join(self.fragments[begin:end])

    def live(self, begin: int, end: int, kind: str = "calm") -> Live:
        body = self.response(begin, end)
        beginning = read_beginning(body)
        assert isinstance(beginning, Beginning)
        return Live(kind, "mark", self.pid, beginning, body)

    def size(self, begin: int, end: int) -> int:
        return sum(map(len, self.fragments[begin:end]))


@pytest.fixture(scope="session")
def programme() -> Programme:
    return Programme(200)


@pytest.fixture(scope="session")
def make_programme() -> type[Programme]:
    return Programme


class Talk:
    """A stage that talks on in a process of its own until it is told to be quiet."""

    def __init__(self, house: House) -> None:
        self.house = house
        self.stage = house.stage()
        self.stage.say(60)
        self._process: Any = None

    def begin(self) -> None:
        context = multiprocessing.get_context("fork")
        self._process = context.Process(target=_talk, args=(self.stage, os.getpid()))
        self._process.start()

    def hush(self, seconds: float) -> None:
        """Say nothing for so long, then all of it at once."""
        os.kill(self._process.pid, signal.SIGSTOP)
        end = time.monotonic() + seconds
        until(lambda: time.monotonic() > end, "it was quiet for so long")
        os.kill(self._process.pid, signal.SIGCONT)

    def end(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process = None


def _talk(stage: Stage, parent: int) -> None:
    due = time.monotonic()
    while os.getppid() == parent:
        time.sleep(max(0.0, due - time.monotonic()))
        stage.state["at"] = datetime.now(UTC).isoformat()
        stage.say()
        due += 0.32
    os._exit(0)


@pytest.fixture
def talk(tmp_path: Path) -> Iterator[Talk]:
    """Somebody talks in a Space of two edges."""
    house = make_house(tmp_path, processes=2)
    made = Talk(house)
    made.begin()
    house.run()
    yield made
    made.end()
    house.end()


@pytest.fixture
def talking(talk: Talk) -> House:
    """The house in which somebody talks."""
    return talk.house
