"""One connection of the edge: its socket, what is still to be written, what it does then."""

from __future__ import annotations

import os
import socket
from collections import deque
from enum import Enum

from rostra.edge.answers import Part, Stretch
from rostra.edge.cohort import Ear
from rostra.edge.door import Door
from rostra.edge.secured import COPIED, Secured

_AT_ONCE = 256 * 1024


class Then(Enum):
    """What follows when everything is written."""

    READ = "wait for the next request"
    CLOSE = "say goodbye"
    LISTEN = "join the crowd"


class Written(Enum):
    """How a write went."""

    ALL = "all"
    SOME = "some"
    NONE = "none"
    LOST = "lost"


class Connection:
    """The only object there is for each connection; none for one who listens (sockets.py)."""

    __slots__ = (
        "address", "door", "ear", "fd", "mask", "out", "replay", "rest", "shakes_hands", "sock",
        "start", "then",
    )  # fmt: skip

    def __init__(self, sock: socket.socket, address: str, mask: int) -> None:
        self.sock = sock
        self.fd = sock.fileno()
        self.address = address
        self.mask = mask  # what epoll watches
        self.shakes_hands = False  # before its TLS is there, nothing is said on it
        self.door: Door | None = None
        self.rest = b""  # read behind the request that is being answered
        self.out: deque[Part] | None = None
        self.then = Then.READ
        self.replay = False
        self.ear: Ear | None = None  # what it will be when its first bytes are written
        self.start: int | None = None  # of one who will be paced: the media time

    def queue(self, *parts: Part) -> None:
        """Parts to be written; the files among them stay open until they are."""
        if self.out is None:
            self.out = deque()
        for part in parts:
            if isinstance(part, Stretch):
                part.source.hold()
            self.out.append(part)

    def write(self) -> Written:
        """Write as much as the kernel takes, 256 KiB at most so that others have their turn."""
        before = left = _AT_ONCE
        while self.out and left > 0:
            try:
                taken = self._write_first(left)
            except BlockingIOError:
                break
            except OSError:
                return Written.LOST
            left -= taken
            if taken == 0:  # the file is shorter than it was said to be
                return Written.LOST
        if not self.out:
            return Written.ALL
        return Written.SOME if left < before else Written.NONE

    def _write_first(self, most: int) -> int:
        assert self.out
        part = self.out[0]
        if not isinstance(part, Stretch):
            taken = self.sock.send(part)
            if taken == len(part):
                self.out.popleft()
            else:
                self.out[0] = memoryview(part)[taken:]
            return taken
        taken = self._send_stretch(part, most)
        if taken == part.length:
            self.out.popleft()
            part.source.release()
        else:
            self.out[0] = Stretch(part.source, part.offset + taken, part.length - taken)
        return taken

    def _send_stretch(self, part: Stretch, most: int) -> int:
        if isinstance(self.sock, Secured):  # what did not fit must not be offered shorter
            count = min(part.length, COPIED)
            return self.sock.send(os.pread(part.source.fd, count, part.offset))
        return os.sendfile(self.fd, part.source.fd, part.offset, min(part.length, most))

    def forget(self) -> None:
        """Let go of what will not be written any more."""
        while self.out:
            part = self.out.popleft()
            if isinstance(part, Stretch):
                part.source.release()
