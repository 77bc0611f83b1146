"""What is said on the connections of one edge: requests read, answers written."""

from __future__ import annotations

import select
import socket
from collections import deque

from rostra.edge.answers import Answer, Part, error, problem
from rostra.edge.cohort import Ear
from rostra.edge.connection import Connection, Then, Written
from rostra.edge.deadlines import Wait
from rostra.edge.door import Door, Refusal, Request, understood
from rostra.edge.notes import note_fault
from rostra.edge.recording import Shelf, answer, etag
from rostra.edge.serving import Join, Later, Serving
from rostra.edge.sockets import READ, Sockets
from rostra.edge.standing import Standing
from rostra.errors import RostraError, Unavailable
from rostra.programme.replay import Recording

_GONE = select.EPOLLHUP | select.EPOLLERR
_READ_SIZE = 4 * 1024  # hardly any request is longer, and what is finds its next turn
_TLS_READ_SIZE = 16 * 1024  # a whole record: none of it may stay where epoll does not see it
_CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
_TCP_USER_TIMEOUT = getattr(socket, "TCP_USER_TIMEOUT", 18)
_PAUSE_MS = Wait.REPLAY.patience_ns // 1_000_000


class Conversations:
    """What is said on the connections: requests read, answers written."""

    def __init__(self, sockets: Sockets, serving: Serving, shelf: Shelf) -> None:
        self._sockets = sockets
        self._serving = serving
        self._shelf = shelf
        self._unread: deque[Connection] = deque()
        self._read_size = _READ_SIZE if sockets.context is None else _TLS_READ_SIZE
        self.draining = False

    def happened(self, connection: Connection, mask: int) -> None:
        """Epoll says `mask` of it."""
        if mask & _GONE:
            self._sockets.drop(connection)
        elif mask & select.EPOLLOUT:
            self._write(connection)
        elif mask & READ and not connection.rest:  # what came before is heard before
            self._read(connection)

    def happened_to_listener(self, fd: int, mask: int) -> None:
        """The same of one in the crowd."""
        if mask & (_GONE | select.EPOLLRDHUP):
            self._sockets.hangs_up(fd)
        elif mask & select.EPOLLOUT:
            self._sockets.crowd.has_room(fd, self._sockets.now)
        elif mask & select.EPOLLIN:  # whoever talks while listening is not heard, nor named again
            self._sockets.watch(fd, False)

    def go_on(self) -> None:
        """Take up the requests that came behind others."""
        for _ in range(len(self._unread)):
            connection = self._unread.popleft()
            if connection.fd in self._sockets.connections and connection.rest:
                data, connection.rest = connection.rest, b""
                self._heard(connection, data)

    @property
    def unread(self) -> bool:
        return bool(self._unread)

    def _read(self, connection: Connection) -> None:
        try:
            data = connection.sock.recv(self._read_size)
        except BlockingIOError:
            return
        except OSError:
            data = b""
        if not data:
            self._sockets.drop(connection)
        elif connection.then is not Then.CLOSE:
            self._heard(connection, data)

    def _heard(self, connection: Connection, data: bytes) -> None:
        deadlines, now = self._sockets.deadlines, self._sockets.now
        if connection.door is None:
            if (known := understood(data)) is not None:
                self._understood(connection, known, b"")
                return
            connection.door = Door()
            if deadlines.of(connection) is not Wait.HEAD:
                deadlines.begin(connection, Wait.HEAD, now)
        found = connection.door.take(data)
        if found is None:
            if connection.door.in_body and deadlines.of(connection) is Wait.HEAD:
                deadlines.begin(connection, Wait.BODY, now)
                if connection.door.expects:
                    self._let_continue(connection)
            return
        rest, connection.door = connection.door.rest, None
        if isinstance(found, Refusal):
            self._sockets.counts.slot.add("bad_requests_total")
            connection.then = Then.CLOSE
            self._answer(connection, problem(found.status, "bad_request", found.sentence))
            return
        self._understood(connection, found, rest)

    def _understood(self, connection: Connection, found: Request, rest: bytes) -> None:
        connection.rest = rest
        self._sockets.counts.slot.add("requests_total")
        connection.then = Then.READ if found.keep_alive and not self.draining else Then.CLOSE
        self._serve(connection, found)

    def _let_continue(self, connection: Connection) -> None:
        try:
            connection.sock.send(_CONTINUE)
        except OSError:  # gone, or it takes no answers but sends requests
            self._sockets.drop(connection)

    def refuse(self, connection: Connection, code: str, sentence: str) -> None:
        """Say 400 to what is no request of ours, and goodbye."""
        self._sockets.counts.slot.add("bad_requests_total")
        connection.then = Then.CLOSE
        self._answer(connection, problem(400, code, sentence))

    def _serve(self, connection: Connection, request: Request) -> None:
        try:
            asker = self._serving.asker(request, connection.address)
            answer_ = self._serving.answer(request, asker, self._sockets.now)
        except Exception as reason:  # a fault of ours in one door must not end everybody's sound
            note_fault("request failed", reason)
            answer_ = error(RostraError("This server made a mistake: please tell its operator."))
        if isinstance(answer_, Join):
            self._begin_live(connection, request, answer_, asker)
        elif isinstance(answer_, Later):
            self._await_recording(connection, request, answer_)
        else:
            self._answer(connection, answer_, head_only=request.method == "HEAD")

    def _answer(self, connection: Connection, answer_: Answer, *, head_only: bool = False) -> None:
        keep = connection.then is Then.READ
        wall_s = self._sockets.clock.wall_ms() // 1000
        parts: tuple[Part, ...] = ()
        if head_only or answer_.status in (204, 304):
            first = answer_.head(keep_alive=keep, wall_s=wall_s)
        else:
            first, parts = answer_.begun(keep_alive=keep, wall_s=wall_s)
        connection.replay = answer_.replay and not head_only
        if connection.replay:
            connection.sock.setsockopt(socket.IPPROTO_TCP, _TCP_USER_TIMEOUT, _PAUSE_MS)
        connection.queue(first, *parts)
        self._write(connection)

    def _await_recording(self, connection: Connection, request: Request, later: Later) -> None:
        def ready(made: Recording | RostraError) -> None:
            if self._sockets.connections.get(connection.fd) is not connection:
                return
            if isinstance(made, RostraError):
                done = error(made)
            else:
                done = answer(made, later.tail, etag(made, later.tail), request.headers)
            self._answer(connection, done, head_only=request.method == "HEAD")

        try:
            self._shelf.order(later.tail, later.from_media_time, ready)
        except Unavailable as reason:
            self._answer(connection, error(reason))
            return
        self._sockets.set_mask(connection, 0)
        self._sockets.deadlines.begin(connection, Wait.TAKING, self._sockets.now)

    def _begin_live(self, connection: Connection, request: Request, join: Join, asker: str) -> None:
        if request.method == "HEAD":
            connection.then = Then.CLOSE
            connection.queue(join.head)
            self._write(connection)
            return
        counts, fd, seat = self._sockets.counts, connection.fd, join.seat
        try:
            counts.joined(seat.space.slug, seat.kind.name)
        except Unavailable as reason:
            self._answer(connection, error(reason))
            return
        if seat.standing is not Standing.REHEARSED:
            seat = seat._replace(standing=counts.arrived(fd, asker))
        start, tail = join.start, seat.tail
        tail.hold()
        connection.ear = Ear(fd, seat, join.offset)
        connection.start = tail.log[start.record].media_time if start.paced else None
        connection.then = Then.LISTEN
        connection.queue(join.first)
        self._write(connection)

    def _write(self, connection: Connection) -> None:
        wrote = connection.write()
        sockets = self._sockets
        if wrote is Written.LOST:
            sockets.drop(connection)
        elif wrote is Written.ALL:
            connection.out = None
            self._written(connection)
        else:
            sockets.set_mask(connection, select.EPOLLOUT)
            if wrote is Written.SOME or sockets.deadlines.of(connection) is not self._taking(
                connection
            ):
                sockets.deadlines.begin(connection, self._taking(connection), sockets.now)

    def _taking(self, connection: Connection) -> Wait:
        return Wait.REPLAY if connection.replay else Wait.TAKING

    def _written(self, connection: Connection) -> None:
        sockets = self._sockets
        if connection.then is Then.CLOSE:
            sockets.say_goodbye(connection)
        elif connection.then is Then.READ:
            sockets.deadlines.begin(connection, Wait.IDLE, sockets.now)
            sockets.set_mask(connection, READ)
            if connection.rest:
                self._unread.append(connection)
        else:
            self._listen(connection)

    def _listen(self, connection: Connection) -> None:
        sockets, ear = self._sockets, connection.ear
        assert ear is not None
        sockets.becomes_listener(connection)
        if connection.start is None:
            sockets.crowd.join(ear, sockets.now)
        else:
            sockets.crowd.join_paced(ear, connection.start, sockets.now)
