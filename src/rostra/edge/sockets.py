"""The sockets of one edge: coming, going, and what the crowd may do with them.

A descriptor leaves every list as soon as its connection is dropped, and is closed at the end of
the turn: within a turn no number can come to mean another listener.

Who has become a listener is no object any more, only a descriptor in the crowd's tables; with TLS
its state is kept, because it cannot be had from the descriptor again.
"""

from __future__ import annotations

import errno
import fcntl
import os
import select
import socket
import ssl
import struct
import sys

from rostra.clock import Clock
from rostra.edge.cohort import Seat
from rostra.edge.connection import Connection, Then
from rostra.edge.counts import Counts
from rostra.edge.crowd import Crowd, Farewell, Host
from rostra.edge.deadlines import Deadlines, Wait
from rostra.edge.secured import COPIED, Secured

READ = select.EPOLLIN | select.EPOLLRDHUP
LISTENS = select.EPOLLRDHUP | select.EPOLLET
_SIOCOUTQ = 0x5411
_RESET = struct.pack("ii", 1, 0)
_NO_FILES = (errno.EMFILE, errno.ENFILE, errno.ENOBUFS, errno.ENOMEM)


class Sockets(Host):
    """All connections of one edge, and what the crowd may do with them."""

    def __init__(
        self,
        listener: socket.socket,
        counts: Counts,
        clock: Clock,
        files: int,
        context: ssl.SSLContext | None = None,
    ) -> None:
        self.poll = select.epoll()
        self.counts = counts
        self.deadlines: Deadlines[Connection] = Deadlines()
        self.connections: dict[int, Connection] = {}
        self._secured: dict[int, Secured] = {}  # of those who listen
        self.clock = clock
        self.context = context  # None where connections are not TLS
        self._listener = listener
        self.listener_fd = listener.fileno()
        self._most = files
        self._accepting = False
        self._four = bytearray(4)
        self._doomed: list[socket.socket] = []
        self._family = listener.family
        self.now = clock.boot_ns()
        self.crowd = Crowd(self, self.now, copies=context is not None)
        self.accept_if_room()

    # what the crowd asks for

    def write(self, fd: int, data: bytes) -> int:
        try:
            return os.write(fd, data) if self.context is None else self._secured[fd].send(data)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def send(self, fd: int, source: int, offset: int, length: int) -> int:
        try:
            if self.context is None:
                return os.sendfile(fd, source, offset, length)
            return self._send_copied(self._secured[fd], source, offset, length)
        except BlockingIOError:
            return 0
        except OSError:
            return -1

    def _send_copied(self, sock: Secured, source: int, offset: int, length: int) -> int:
        """The same for TLS: until there is no room. Raises OSError when it is gone."""
        sent = 0
        while sent < length:
            data = os.pread(source, min(length - sent, COPIED), offset + sent)
            try:
                taken = sock.send(data)
            except BlockingIOError:
                break
            sent += taken
            if taken < len(data) or not data:
                break
        return sent

    def unsent(self, fd: int) -> int:
        fcntl.ioctl(fd, _SIOCOUTQ, self._four)
        return int.from_bytes(self._four, sys.byteorder)

    def watch(self, fd: int, for_room: bool) -> None:
        self.poll.modify(fd, LISTENS | (select.EPOLLOUT if for_room else 0))

    def left(self, fd: int, seat: Seat) -> None:
        self.counts.left(fd, seat.space.slug, seat.kind.name)
        seat.tail.release()

    def part(self, fd: int, why: Farewell) -> None:
        connection = self._taken_back(fd)
        if why is Farewell.FINISHED:
            self.say_goodbye(connection)
            return
        if why is Farewell.SLOW:
            self.counts.slot.add("slow_closed_total")
        self.drop(connection, reset=True)

    # a connection becomes a listener, and a connection again

    def becomes_listener(self, connection: Connection) -> None:
        """Of `connection` only the descriptor stays."""
        fd = connection.fd
        self.deadlines.end(connection)
        if connection.mask != READ:  # that serves as well, until the listener says something
            self.set_mask(connection, LISTENS)
        del self.connections[fd]
        if isinstance(connection.sock, Secured):
            self._secured[fd] = connection.sock
        else:
            connection.sock.detach()

    def hangs_up(self, fd: int) -> None:
        """A listener is gone."""
        self.crowd.leave(fd)
        self.drop(self._taken_back(fd))

    def _taken_back(self, fd: int) -> Connection:
        """A connection again, of one who has left the crowd."""
        sock = self._secured.pop(fd, None) or socket.socket(
            self._family, socket.SOCK_STREAM, 0, fileno=fd
        )
        self.connections[fd] = connection = Connection(sock, "", LISTENS)
        return connection

    @property
    def open(self) -> int:
        """Descriptors of connections, whatever they are for."""
        return len(self.connections) + len(self.crowd)

    # coming and going

    def accept_if_room(self) -> None:
        """Wait for newcomers together with the other edges, unless there are too many here."""
        if not self._accepting and self.open < self._most:
            self.poll.register(self._listener, select.EPOLLIN | select.EPOLLEXCLUSIVE)
            self._accepting = True

    def stop_accepting(self) -> None:
        if self._accepting:
            self.poll.unregister(self._listener)
            self._accepting = False

    def close_listener(self) -> None:
        """Let go of our share of the listening socket; the others keep theirs."""
        self.stop_accepting()
        self._most = 0
        self._listener.close()

    def accept(self, most: int) -> list[Connection]:
        """Take up to `most` of those who wait to be connected, if we take any."""
        taken: list[Connection] = []
        while self._accepting and len(taken) < most:
            if self.open >= self._most:
                self.stop_accepting()
                break
            try:
                sock, address = self._listener.accept()
            except (BlockingIOError, ConnectionAbortedError):
                break
            except OSError as reason:
                if reason.errno not in _NO_FILES:
                    raise
                self.stop_accepting()  # until the next second
                break
            taken.append(self._accepted(sock, address[0]))
        return taken

    def _accepted(self, sock: socket.socket, address: str) -> Connection:
        sock.setblocking(False)
        connection = Connection(sock, address, READ)
        connection.shakes_hands = self.context is not None
        self.connections[connection.fd] = connection
        self.poll.register(connection.fd, READ)
        self.deadlines.begin(connection, Wait.HEAD, self.now)
        return connection

    def set_mask(self, connection: Connection, mask: int) -> None:
        if connection.mask != mask:
            connection.mask = mask
            self.poll.modify(connection.fd, mask)

    def say_goodbye(self, connection: Connection) -> None:
        """Everything is sent: say so, and wait a moment for the other side to hang up.

        To close at once would throw away what it has not yet taken, should it be sending.
        """
        connection.then = Then.CLOSE
        try:
            if isinstance(connection.sock, Secured):
                connection.sock.close_notify()
            connection.sock.shutdown(socket.SHUT_WR)
        except BlockingIOError:  # there is no room for the last word: again when there is
            self.set_mask(connection, select.EPOLLOUT)
            if self.deadlines.of(connection) is not Wait.GOODBYE:
                self.deadlines.begin(connection, Wait.GOODBYE, self.now)
            return
        except OSError:
            self.drop(connection)
            return
        self.set_mask(connection, READ)
        self.deadlines.begin(connection, Wait.GOODBYE, self.now)

    def drop(self, connection: Connection, *, reset: bool = False) -> None:
        """It leaves every list now, and is closed after the turn; `reset` frees its bytes."""
        if not self._leaves(connection):
            return
        self.poll.unregister(connection.fd)
        if reset:
            connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET)
        self._doomed.append(connection.sock)

    def closed(self, connection: Connection) -> None:
        """Its descriptor is closed already, by no doing of ours: it leaves every list."""
        self._leaves(connection)

    def _leaves(self, connection: Connection) -> bool:
        if self.connections.pop(connection.fd, None) is None:
            return False
        if (ear := connection.ear) is not None:  # its first bytes were not even written
            self.left(ear.fd, ear.seat)
        self.deadlines.end(connection)
        connection.forget()
        return True

    def close_doomed(self) -> None:
        for sock in self._doomed:
            sock.close()
        self._doomed.clear()
