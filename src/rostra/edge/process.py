"""The edges of one machine: a zygote that holds the listening socket, and its forked children.

The zygote loads everything once, so that the children share it, opens the socket and never closes
it: what waits in its queue is lost to nobody when an edge dies. It does nothing but start a child
for each slot of the board that is needed, clear the gauges of one that died, and start it again;
more are needed as listeners come, because one process may hold only so many files.

SIGTERM to a child drains it: each listener is let go just after a full send, and goes on
elsewhere. SIGINT does so in a hurry; it is what the children get when the zygote is told to end.
Should the zygote itself die, the kernel tells the children to drain, and they leave the address to
its successor. SIGHUP to the zygote lets it and every child take a renewed certificate.
"""

from __future__ import annotations

import contextlib
import ctypes
import gc
import os
import resource
import secrets
import signal
import socket
import sys
from collections.abc import Callable
from dataclasses import dataclass

from setproctitle import setproctitle

from rostra import machine
from rostra.clock import Clock
from rostra.edge.admission import KEPT_FILES, TLS_COSTS, edges_wanted, rated
from rostra.edge.cadence import DearPlaces, dear_places, shared_places
from rostra.edge.capacity import most_listeners
from rostra.edge.conversations import Conversations
from rostra.edge.counts import Counts
from rostra.edge.edge import Edge
from rostra.edge.handshakes import Handshakes
from rostra.edge.notes import note, note_fault
from rostra.edge.page import ListeningPage
from rostra.edge.reactions import Limiter
from rostra.edge.recording import Shelf
from rostra.edge.rehearsals import LASTS_S, Permit
from rostra.edge.secured import edge_certificate, renew
from rostra.edge.serving import Parts, Serving
from rostra.edge.showing import Showing
from rostra.edge.sockets import Sockets
from rostra.edge.spaces import Spaces
from rostra.edge.standing import Origins
from rostra.edge.wait import WaitingRoom
from rostra.errors import Misconfigured
from rostra.programme.board import Board
from rostra.programme.places import Places
from rostra.rated import Room
from rostra.settings import EdgeSettings
from rostra.tls import Renewable

_SECOND = 1_000_000_000
_BACKLOG = 4096
_SEND_BUFFER = 64 * 1024
_USER_TIMEOUT_MS = 20_000
_PATIENCE_NS = 2 * _SECOND  # for a predecessor's children to leave the address
_END_NS = 2_500_000_000
_DRAIN_NS, _HURRY_NS = 12 * _SECOND, 1_500_000_000
_LOOK_NS = 500_000_000
_SHORT_LIFE_NS = _SECOND
_LONGEST_PAUSE_NS = 5 * _SECOND
_PR_SET_PDEATHSIG = 1
_SIGNALS = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}


@dataclass(frozen=True)
class Zygote:
    """What every edge inherits."""

    places: Places
    settings: EdgeSettings
    clock: Clock
    listener: socket.socket
    certificate: Renewable | None  # its context is one for all, so tickets are good on any edge
    board: Board
    limiter: Limiter
    origins: Origins
    permit: Permit
    page: ListeningPage
    waiting_room: WaitingRoom
    secret: bytes
    most: int
    dear: DearPlaces  # of the classes that cost most
    files: int


def run_edges(*, places: Places, settings: EdgeSettings, clock: Clock) -> int:
    """Serve until SIGTERM; the exit code. Raises Misconfigured when the port cannot be had."""
    setproctitle("rostra edges")
    zygote = _zygote(places, settings, clock)
    gc.collect()
    gc.freeze()  # so that collecting in a child does not touch, and copy, what is shared
    signal.pthread_sigmask(signal.SIG_BLOCK, _SIGNALS)
    try:
        return _Nursery(zygote).run()
    finally:
        zygote.listener.close()


def _zygote(places: Places, settings: EdgeSettings, clock: Clock) -> Zygote:
    board = Board.open(places.board)
    if settings.processes > board.slots:
        raise Misconfigured(
            f"There can be {board.slots} edge processes at most, not {settings.processes}: "
            "give a smaller number of edges."
        )
    files, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if files != hard:
        resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
        files = hard
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    tls = settings.tls is not None
    cores = os.cpu_count() or 1
    estimate = rated(files, board.slots, memory, cores, tls=tls)
    room = Room(machine.look(), files, board.slots)
    most = most_listeners(settings, places.root, room, estimate)
    salt = secrets.token_bytes(16)
    return Zygote(
        places=places,
        settings=settings,
        clock=clock,
        certificate=edge_certificate(settings.tls) if settings.tls else None,
        listener=listen(settings.host, settings.live_port, clock),
        board=board,
        limiter=Limiter(salt),
        origins=Origins(salt, board.slots, files),
        permit=Permit(settings.rehearsal_token, most, clock.wall_ms() // 1000 + LASTS_S),
        page=ListeningPage(),
        waiting_room=WaitingRoom(),
        secret=places.secret.read_bytes(),
        most=most,
        dear=(
            dear_places(cores, costs=TLS_COSTS if tls else 1)
            if settings.low_latency_listeners is None
            else shared_places(settings.low_latency_listeners)
        ),
        files=files,
    )


def listen(host: str, port: int, clock: Clock) -> socket.socket:
    """The listening socket; what it accepts has its options. Raises Misconfigured."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = socket.socket(family, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)
    deadline = clock.boot_ns() + _PATIENCE_NS
    while True:
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError as reason:
            if clock.boot_ns() > deadline:
                listener.close()
                raise Misconfigured(
                    f"The sound cannot be served at {host} port {port} ({reason.strerror}): "
                    "choose another with --host or --live-port."
                ) from None
            signal.sigtimedwait([], 0.05)
        else:
            listener.setblocking(False)
            return listener


class _Nursery:
    """Starts children, and starts them again."""

    def __init__(self, zygote: Zygote) -> None:
        self._zygote = zygote
        self._children: dict[int, int] = {}  # pid: slot
        self._born: dict[int, int] = {}  # slot: when
        self._short_lives: dict[int, int] = {}
        self._fewest = zygote.settings.processes
        self._due: dict[int, int] = dict.fromkeys(range(self._fewest), 0)

    def run(self) -> int:
        while True:
            self._grow()
            self._start_due()
            caught = signal.sigtimedwait(_SIGNALS, self._patience())
            self._bury()
            if caught is None or caught.si_signo == signal.SIGCHLD:
                continue
            if caught.si_signo != signal.SIGHUP:
                return self._end()
            self._renew()

    def _now(self) -> int:
        return self._zygote.clock.boot_ns()

    def _patience(self) -> float:
        first = min((*self._due.values(), self._now() + _LOOK_NS))
        return max(0.0, (first - self._now()) / _SECOND)

    def _grow(self) -> None:
        """Have one more slot in use if that is not enough for all connections."""
        board, files = self._zygote.board, self._zygote.files
        running, fewest = len(self._born.keys() | self._due.keys()), self._fewest
        wanted = edges_wanted(board.totals()["connections"], files, fewest, board.slots)
        for slot in range(running, wanted):
            self._due[slot] = self._now()

    def _start_due(self) -> None:
        for slot, due in list(self._due.items()):
            if due > self._now():
                continue
            del self._due[slot]
            self._born[slot] = self._now()
            parent = os.getpid()
            pid = os.fork()
            if pid == 0:
                os._exit(_child(self._zygote, slot, parent))
            self._children[pid] = slot

    def _bury(self) -> None:
        """Take note of every child that died, and when its successor is to start."""
        while self._children:
            pid, status = os.waitpid(-1, os.WNOHANG)
            if pid == 0:
                return
            slot = self._children.pop(pid)
            self._zygote.board.slot(slot).clear_gauges()
            self._zygote.origins.forget(slot)
            now = self._now()
            short = now - self._born[slot] < _SHORT_LIFE_NS and status != 0
            lives = self._short_lives[slot] = self._short_lives.get(slot, 0) + 1 if short else 0
            self._due[slot] = now + min(_LONGEST_PAUSE_NS, lives * _SECOND // 4)
            code = os.waitstatus_to_exitcode(status)
            note("edge ended", "info" if code == 0 else "warning", edge=slot + 1, code=code)

    def _renew(self) -> None:
        """Take a renewed certificate, and let the children; who is born later inherits it."""
        if renew(self._zygote.certificate):
            for pid in self._children:
                os.kill(pid, signal.SIGHUP)

    def _end(self) -> int:
        """Drain every child; those that do not end in time are killed."""
        for pid in self._children:
            os.kill(pid, signal.SIGINT)
        deadline = self._now() + _END_NS
        while self._children and self._now() < deadline:
            signal.sigtimedwait({signal.SIGCHLD}, (deadline - self._now()) / _SECOND)
            self._bury()
        for pid in self._children:
            os.kill(pid, signal.SIGKILL)
        return 0


def _child(zygote: Zygote, slot: int, parent: int) -> int:
    """All of a child's life; its exit code. Nothing may escape into the zygote's code."""
    try:
        setproctitle(f"rostra edge {slot + 1}")
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        reads, writes, told_to_end = _signals(zygote.certificate)
        if os.getppid() != parent:
            return 0
        _edge(zygote, slot, (reads, writes), told_to_end).run()
    except BaseException as reason:
        note_fault("edge failed", reason)
        return 1
    return 0


def _signals(certificate: Renewable | None) -> tuple[int, int, Callable[[], int | None]]:
    """A pipe that becomes readable on a signal, and within how many ns an end was asked for.

    A renewed certificate is taken in the handler itself: that takes two milliseconds, and changes
    nothing that the loop could be in the midst of.
    """
    ends: list[int] = []
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    os.set_blocking(writes, False)
    signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: ends.append(_DRAIN_NS))
    signal.signal(signal.SIGINT, lambda *_: ends.append(_HURRY_NS))
    signal.signal(signal.SIGHUP, lambda *_: renew(certificate))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, _SIGNALS)
    return reads, writes, lambda: ends.pop() if ends else None


def _edge(
    zygote: Zygote, slot: int, pipe: tuple[int, int], told_to_end: Callable[[], int | None]
) -> Edge:
    gc.set_threshold(50_000, 50, 1000)
    counts = Counts(zygote.board, slot, zygote.most, zygote.dear, zygote.origins)
    counts.slot.clear_gauges()
    counts.slot.set("pid", os.getpid())
    context = zygote.certificate.context if zygote.certificate else None
    sockets = Sockets(zygote.listener, counts, zygote.clock, zygote.files - KEPT_FILES, context)
    spaces = Spaces(zygote.places)
    shelf = Shelf(lambda: _ring(pipe[1]))
    serving = Serving(
        Parts(
            settings=zygote.settings,
            clock=zygote.clock,
            secret=zygote.secret,
            spaces=spaces,
            counts=counts,
            limiter=zygote.limiter,
            shelf=shelf,
            showing=Showing(zygote.page, zygote.settings),
            waiting_room=zygote.waiting_room,
            permit=zygote.permit,
            paced=lambda: sockets.crowd.paced,
        )
    )
    conversations = Conversations(sockets, serving, shelf)
    return Edge(
        sockets=sockets,
        conversations=conversations,
        handshakes=_handshakes(sockets, conversations),
        serving=serving,
        spaces=spaces,
        shelf=shelf,
        wake=pipe[0],
        told_to_end=told_to_end,
    )


def _handshakes(sockets: Sockets, conversations: Conversations) -> Handshakes | None:
    if sockets.context is None:
        return None
    return Handshakes(sockets, sockets.context, conversations.refuse)


def _ring(pipe: int) -> None:
    """Wake the loop. A pipe that is full of such calls needs no more."""
    with contextlib.suppress(BlockingIOError):
        os.write(pipe, b"\0")
