"""The event log: what was acknowledged is there after any death; what was torn is not."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import pytest

from rostra.errors import Unavailable
from rostra.stage import events as module
from rostra.stage.events import EventLog, pack, unpack
from rostra.stage.rules import By, Event

ANA = By("a", "Ana – Åsa 👏", "host")
EVENTS = [
    Event("join", ANA, 1, "a"),
    Event("start", ANA, 2),
    Event("pin", ANA, 3, None, {"text": "line\nbreak"}),
    Event("end", ANA, 4),
]


def test_events_come_back_as_they_were(tmp_path: Path) -> None:
    log, found = EventLog.open(tmp_path / "events.log")
    assert found == []
    for event in EVENTS:
        log.append(event)
    log.close()
    assert EventLog.open(tmp_path / "events.log")[1] == EVENTS


def test_a_log_cut_at_any_byte_gives_the_events_before_the_cut(tmp_path: Path) -> None:
    lines = [pack(event) for event in EVENTS]
    whole = b"".join(lines)
    for cut in range(len(whole) + 1):
        path = tmp_path / "events.log"
        path.write_bytes(whole[:cut])
        log, found = EventLog.open(path)
        complete = sum(len(b"".join(lines[: n + 1])) <= cut for n in range(len(lines)))
        assert found == EVENTS[:complete]
        log.append(EVENTS[-1])
        log.close()
        assert unpack(path.read_bytes())[0] == [*EVENTS[:complete], EVENTS[-1]]


def test_a_flipped_bit_ends_the_log_there() -> None:
    data = bytearray(b"".join(pack(event) for event in EVENTS))
    data[len(pack(EVENTS[0])) + 20] ^= 1
    assert unpack(bytes(data))[0] == EVENTS[:1]


def test_rubbish_is_no_event(tmp_path: Path) -> None:
    path = tmp_path / "events.log"
    path.write_bytes(b"\x00" * 4_096 + b"\n" + b"no\n")
    assert EventLog.open(path)[1] == []
    assert path.stat().st_size == 0


@pytest.mark.parametrize("written", ["none", "half"])
def test_a_full_disk_refuses_the_event_and_keeps_the_log(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, written: str
) -> None:
    path = tmp_path / "events.log"
    log, _ = EventLog.open(path)
    log.append(EVENTS[0])
    real = os.pwrite

    def full(fd: int, data: bytes, at: int) -> int:
        if written == "none":
            raise OSError(errno.ENOSPC, "full")
        return real(fd, data[: len(data) // 2], at)

    monkeypatch.setattr(module.os, "pwrite", full)
    with pytest.raises(Unavailable, match="free some space"):
        log.append(EVENTS[1])
    monkeypatch.setattr(module.os, "pwrite", real)
    log.append(EVENTS[2])
    log.close()
    assert EventLog.open(path)[1] == [EVENTS[0], EVENTS[2]]


def test_an_event_is_on_the_disk_before_it_counts(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "events.log"
    log, _ = EventLog.open(path)
    seen: list[int] = []
    monkeypatch.setattr(module.os, "fsync", lambda fd: seen.append(os.fstat(fd).st_size))
    log.append(EVENTS[0])
    assert seen == [len(pack(EVENTS[0]))]
