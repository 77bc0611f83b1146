"""The room's event log: one line an event, each with its checksum, on the disk before it counts.

A line is the CRC-32 of the JSON in eight hex digits, a space, the JSON, a newline. What follows
the last good line was being written when the stage died; nobody was told of it, so it is cut off.
"""

from __future__ import annotations

import json
import os
import zlib
from collections.abc import Iterator
from dataclasses import asdict
from pathlib import Path
from typing import Self

from rostra.errors import Unavailable
from rostra.stage.rules import MOVES, By, Event

LARGEST_LINE = 64 * 1024


def pack(event: Event) -> bytes:
    """The line of `event`."""
    body = json.dumps(asdict(event), ensure_ascii=False, separators=(",", ":")).encode()
    return b"%08x %s\n" % (zlib.crc32(body), body)


def unpack(data: bytes) -> tuple[list[Event], int]:
    """The events of all good lines at the beginning of `data`, and how many bytes they take."""
    events: list[Event] = []
    good = 0
    for line in _lines(data):
        event = _event(line)
        if event is None:
            break
        events.append(event)
        good += len(line)
    return events, good


def _lines(data: bytes) -> Iterator[bytes]:
    start = 0
    while (end := data.find(b"\n", start)) >= 0:
        yield data[start : end + 1]
        start = end + 1


def _event(line: bytes) -> Event | None:
    """The event of one line; None when it is torn or of a move that this version lacks."""
    body = line[9:-1]
    if len(line) > LARGEST_LINE or line[:9] != b"%08x " % zlib.crc32(body):
        return None
    found = json.loads(body)
    if found.get("move") not in MOVES:
        return None
    return Event(**found | {"by": By(**found["by"])})


class EventLog:
    """The file. `append` waits for the disk: call it off the loop."""

    def __init__(self, fd: int, end: int) -> None:
        self._fd = fd
        self._end = end

    @classmethod
    def open(cls, path: Path) -> tuple[Self, list[Event]]:
        """The log at `path` (made when missing) and the events in it; a torn end is cut off."""
        fd = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        with os.fdopen(os.dup(fd), "rb") as file:
            events, good = unpack(file.read())
        os.ftruncate(fd, good)
        return cls(fd, good), events

    def append(self, event: Event) -> None:
        """Write `event` and wait until it is on the disk.

        Raises Unavailable when the disk does not take it; the log is then as before.
        """
        line = pack(event)
        try:
            written = os.pwrite(self._fd, line, self._end)
            if written == len(line):
                os.fsync(self._fd)
                self._end += len(line)
                return
        except OSError as error:
            os.ftruncate(self._fd, self._end)
            raise _not_taken() from error
        os.ftruncate(self._fd, self._end)
        raise _not_taken()

    def close(self) -> None:
        """Let go of the file."""
        os.close(self._fd)


def _not_taken() -> Unavailable:
    return Unavailable(
        "The disk does not take the room's event log: free some space, then try again.",
        retry_after=10,
    )
