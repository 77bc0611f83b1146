"""The stage's pen: gaps filled and marked, logs that differ made equal, full disks survived."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.programme.index import FILL, LOBBY, WHOLE, Record
from rostra.programme.log import DiskFull, LogWriter
from rostra.programme.places import Places
from rostra.programme.reader import LogReader
from rostra.settings import StageSettings
from rostra.stage.mixer import SILENCE
from rostra.stage.recorder import Recorder
from rostra.stage.timeline import ticks_due
from rostra.testing.clock import ManualClock
from rostra.wire.fragments import read_fragment
from rostra.wire.id3 import FILL_OWNER, read_privs
from rostra.wire.timing import FRAGMENT, FRAME, RATE, SEGMENT

BOTH = ("opus", "aac")


def nothing(media_time: int) -> tuple[Sequence[bytes], bool]:
    return (), False


class Pen:
    """A recorder whose ticks come when they are due by a clock that the test moves."""

    def __init__(self, root: Path) -> None:
        self.places, self.clock = Places(root), ManualClock()
        self.places.space("hall").mkdir(parents=True)
        self.recorder = Recorder.begin("hall", 0, self.places, StageSettings(), self.clock)

    def write(self, seconds: float) -> None:
        """Let that much time pass, and mix what is due in it."""
        for _ in range(round(seconds / 0.02)):
            self.clock.pass_seconds(0.02)
            recorder, now = self.recorder, self.clock.boot_ns()
            for _ in range(ticks_due(recorder.origin.boot_ns, recorder.tick, now)):
                recorder.add(SILENCE, nothing, lobby=False, wall_ms=self.clock.wall_ms())

    @property
    def end(self) -> int:
        return self.records("opus")[-1].media_time + FRAGMENT

    def die(self) -> None:
        """As after kill -9: nothing is closed in good order, what was begun is lost."""
        self.recorder.close(trim=False)

    def come_back(self) -> Recorder:
        pid = self.recorder.pid
        self.recorder = Recorder.go_on("hall", pid, self.places, StageSettings(), self.clock)
        return self.recorder

    def records(self, rendition: str) -> list[Record]:
        with self.reader(rendition) as reader:
            return [reader[number] for number in range(len(reader))]

    def reader(self, rendition: str) -> LogReader:
        return LogReader(*self.places.log("hall", self.recorder.pid, rendition))

    def fill_marks(self, rendition: str) -> set[tuple[float, float]]:
        """From where to where the fill is marked, as its own metadata says."""
        marks = set()
        with self.reader(rendition) as reader:
            for number in range(len(reader)):
                if reader[number].flags & FILL:
                    [event] = read_fragment(reader.read(reader[number])).events
                    [(owner, payload)] = read_privs(event.message)
                    assert owner == FILL_OWNER
                    mark = json.loads(payload)
                    marks.add((mark["from"], mark["to"]))
        return marks

    def check(self) -> None:
        """Both logs the same, without a hole, and media time real time to 20 ms."""
        times = {name: [record.media_time for record in self.records(name)] for name in BOTH}
        assert times["opus"] == times["aac"]
        first, last = times["opus"][0], times["opus"][-1]
        assert times["opus"] == list(range(first, last + 1, FRAGMENT))
        real = (self.clock.boot_ns() - self.recorder.origin.boot_ns) * RATE / 1e9
        assert abs(real - self.recorder.tick) <= FRAME


@pytest.fixture
def pen(tmp_path: Path) -> Pen:
    return Pen(tmp_path)


@pytest.mark.parametrize("gap", [0.0, 0.3, 2.0, 119.5])
def test_a_short_gap_is_filled_marked_and_in_time(pen: Pen, gap: float) -> None:
    pen.write(3.1)
    pid, end = pen.recorder.pid, pen.end
    pen.die()
    pen.clock.pass_seconds(gap)
    back = pen.come_back()
    assert back.pid == pid
    resumed = back.tick
    assert gap - FRAGMENT / RATE < (resumed - end) / RATE <= gap + FRAGMENT / RATE
    for name in BOTH:
        filled = [record.media_time for record in pen.records(name) if record.flags & FILL]
        assert filled == list(range(end, resumed, FRAGMENT))
        assert pen.fill_marks(name) == ({(end / RATE, resumed / RATE)} if filled else set())
    pen.write(1)
    pen.check()


@pytest.mark.parametrize("absence", ["of two minutes", "over a boot", "of a rendition"])
def test_what_cannot_go_on_begins_anew_at_a_later_segment(pen: Pen, absence: str) -> None:
    pen.write(2)
    pid, end = pen.recorder.pid, pen.end
    pen.die()
    if absence == "of two minutes":
        pen.clock.pass_seconds(121)
    elif absence == "over a boot":
        pen.clock.boot = b"another boot id!"
    else:
        pen.places.log("hall", pid, "aac")[1].unlink()
    back = pen.come_back()
    assert back.pid != pid
    assert (back.tick % SEGMENT, back.tick > end) == (0, True)
    assert back.tick - end <= 121 * RATE + 2 * SEGMENT
    pen.write(1)
    pen.check()


def test_a_rendition_that_is_a_fragment_behind_is_brought_up(
    pen: Pen, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Killed(BaseException):
        pass

    real = LogWriter.append

    def dies_in_the_second(log: LogWriter, frames: Sequence[bytes], **named: Any) -> Record:
        if log is pen.recorder._renditions[1].writer:
            raise Killed
        return real(log, frames, **named)

    pen.write(1)
    with monkeypatch.context() as patched:
        patched.setattr(LogWriter, "append", dies_in_the_second)
        with pytest.raises(Killed):
            pen.write(1)
    assert len(pen.records("opus")) == len(pen.records("aac")) + 1
    pen.die()
    pen.come_back()
    pen.write(2)
    pen.check()
    assert sum(bool(record.flags & FILL) for record in pen.records("aac")) == 1
    assert not any(record.flags & FILL for record in pen.records("opus"))


@given(st.lists(st.booleans(), min_size=1, max_size=40))
@settings(deadline=None, max_examples=15)
def test_a_disk_that_is_full_now_and_then_costs_those_fragments(refusals: list[bool]) -> None:
    real, coming = LogWriter.append, [*refusals]

    def sometimes(log: LogWriter, frames: Sequence[bytes], **named: Any) -> Record:
        if coming and coming.pop(0):
            raise DiskFull("full")
        return real(log, frames, **named)

    with tempfile.TemporaryDirectory() as folder, pytest.MonkeyPatch.context() as patched:
        pen = Pen(Path(folder))
        pen.write(0.7)
        patched.setattr(LogWriter, "append", sometimes)
        pen.write(13)
        patched.undo()
        pen.write(0.7)
        assert not pen.recorder.disk_full
        pen.check()
        pen.die()


def test_whoever_died_before_the_first_word_begins_again(pen: Pen) -> None:
    pen.die()
    for name in BOTH:
        for path in pen.places.log("hall", pen.recorder.pid, name):
            path.write_bytes(b"")
    back = pen.come_back()
    assert back.tick == 0
    pen.write(1)
    pen.check()


def test_flags_tell_the_lobby_and_the_whole_document(pen: Pen) -> None:
    recorder = pen.recorder
    for tick in range(32):
        recorder.add(SILENCE, lambda at: ((), at == 0), lobby=tick < 16, wall_ms=1)
    assert [record.flags for record in pen.records("opus")] == [LOBBY | WHOLE, 0]
