"""The sockets of one worker: opened towards one address, read with or without looking.

What is only counted is discarded by the kernel (MSG_TRUNC), so it costs no copy. Every connection
is watched for edges (EPOLLET): whoever is told of bytes reads until there are none.
"""

from __future__ import annotations

import errno
import itertools
import select
import socket
import ssl
from collections.abc import Callable, Sequence

from rostra.rehearsal.private import wrapped

MOST_EACH = 19_000  # listeners of one worker: files it may hold
WATCHED = select.EPOLLIN | select.EPOLLRDHUP | select.EPOLLET
_WANTS_ROOM = WATCHED | select.EPOLLOUT
ENDED = select.EPOLLRDHUP | select.EPOLLHUP | select.EPOLLERR
_AT_ONCE = 1 << 20
_LOOKED_AT = 4 * 1024
_BIND_ADDRESS_NO_PORT = 24  # IP_BIND_ADDRESS_NO_PORT of linux/in.h
_SLOW_BUFFER = 2048
_SPENT = {
    errno.EMFILE: "files",
    errno.ENFILE: "files",
    errno.ENOBUFS: "memory",
    errno.ENOMEM: "memory",
    errno.EADDRNOTAVAIL: "ports",
    errno.EADDRINUSE: "ports",
}


class OutOf(Exception):
    """This machine has no more of what connections need: `args[0]` says of what."""


Ready = Callable[[int], None]  # called with what epoll says


class Connections:
    """Connections to `target` (address and port), each of one of our listeners."""

    def __init__(
        self,
        target: tuple[str, int],
        sources: Sequence[str],
        most: int,
        tls: tuple[ssl.SSLContext, str] | None = None,
    ) -> None:
        """`sources` are the addresses from which they come, none for the system's choice.

        `tls` is by what the server is trusted, and the name that it must have.
        """
        self._target = target
        self._tls = tls
        self._sources = itertools.cycle(sources) if sources else None
        self._family = socket.AF_INET6 if ":" in target[0] else socket.AF_INET
        self._unsent: dict[int, bytes] = {}
        self._scratch = bytearray(_AT_ONCE)  # hardly ever written to, so it takes no memory
        self.poll = select.epoll()
        self.counters = [-1] * (most + 1024)  # by descriptor: who only counts there
        self.special: dict[int, Ready] = {}  # by descriptor: what else to do

    def open(self, request: bytes, *, slow: bool = False) -> socket.socket:
        """A connection on its way, on which `request` is sent. Raises OutOf."""
        try:
            sock = socket.socket(self._family, socket.SOCK_STREAM | socket.SOCK_NONBLOCK)
        except OSError as reason:
            raise OutOf(_SPENT.get(reason.errno or 0, "sockets")) from None
        try:
            self._prepare(sock, slow=slow)
            if self._tls is not None:
                sock = wrapped(sock, *self._tls)
            failed = sock.connect_ex(self._target)
        except OSError as reason:
            sock.close()
            raise OutOf(_SPENT.get(reason.errno or 0, "sockets")) from None
        if failed in _SPENT:
            sock.close()
            raise OutOf(_SPENT[failed])
        # Refused or unreachable: epoll will say so, as it does to those who wait for it.
        fd = sock.fileno()
        while fd >= len(self.counters):
            self.counters.append(-1)
        self.counters[fd] = -1
        self.poll.register(fd, WATCHED)
        self.send(sock, request)
        return sock

    def _prepare(self, sock: socket.socket, *, slow: bool) -> None:
        if slow:
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _SLOW_BUFFER)
        if self._sources is not None:
            sock.setsockopt(socket.IPPROTO_IP, _BIND_ADDRESS_NO_PORT, 1)
            sock.bind((next(self._sources), 0))

    def send(self, sock: socket.socket, data: bytes) -> None:
        """Send `data`, now or as soon as there is room."""
        try:
            taken = sock.send(data)
        except OSError:  # not connected yet, or never: epoll tells
            taken = 0
        if taken < len(data):
            self._unsent[sock.fileno()] = data[taken:]
            self.poll.modify(sock.fileno(), _WANTS_ROOM)

    def flush(self, sock: socket.socket) -> None:
        """There may be room again."""
        rest = self._unsent.pop(sock.fileno(), None)
        if rest is not None:
            self.poll.modify(sock.fileno(), WATCHED)
            self.send(sock, rest)

    def discard(self, sock: socket.socket, most: int = _AT_ONCE) -> int:
        """Take bytes unseen: how many, 0 at the end, -1 when there are none. Raises OSError."""
        try:
            return sock.recv_into(self._scratch, min(most, _AT_ONCE), socket.MSG_TRUNC)
        except BlockingIOError:
            return -1

    def read(self, sock: socket.socket, most: int = _LOOKED_AT) -> bytes | None:
        """Bytes, empty at the end, None when there are none. Raises OSError."""
        try:
            return sock.recv(most)
        except BlockingIOError:
            return None

    def count(self, sock: socket.socket, who: int) -> None:
        """From now on `who` only counts what comes on it."""
        fd = sock.fileno()
        self.special.pop(fd, None)
        self.counters[fd] = who

    def close(self, sock: socket.socket) -> None:
        """Forget it."""
        fd = sock.fileno()
        self.counters[fd] = -1
        self.special.pop(fd, None)
        self._unsent.pop(fd, None)
        sock.close()

    def drain(self, events: list[tuple[int, int]], socks: list[socket.socket | None]) -> Drained:
        """Take what came for those who only count; everybody else is called by what it wanted.

        Returns who got how much, and who was cut off.
        """
        who: list[int] = []
        counts: list[int] = []
        cut: list[int] = []
        counters, scratch, trunc = self.counters, self._scratch, socket.MSG_TRUNC
        for fd, mask in events:
            one = counters[fd]
            if one < 0:
                if (ready := self.special.get(fd)) is not None:
                    ready(mask)
                continue
            sock = socks[one]
            if sock is None:
                continue
            try:
                got = sock.recv_into(scratch, _AT_ONCE, trunc)
            except BlockingIOError:
                got = -1
            except OSError:
                got = 0
            if got > 0:
                who.append(one)
                counts.append(got)
            if mask & ENDED or got == 0:
                counts_more = self._to_the_end(sock) if got else 0
                if counts_more:
                    who.append(one)
                    counts.append(counts_more)
                counters[fd] = -1
                cut.append(one)
        return who, counts, cut

    def _to_the_end(self, sock: socket.socket) -> int:
        """How many bytes are left on a connection that ends."""
        total = 0
        try:
            while (got := self.discard(sock)) > 0:
                total += got
        except OSError:
            return total
        return total


Drained = tuple[list[int], list[int], list[int]]
