"""The edges of one machine: a zygote that has the listening socket, and its forked children.

The zygote loads everything once, so that the children share it. The socket is the supervisor's and
is inherited, or opened here where there is none: what waits in its queue is lost to nobody when an
edge dies. The zygote does nothing but start a child for each slot of the board that is needed,
clear the gauges of one that died, and start it again (`nursery.py`); more are needed as listeners
come, because one process may hold only so many files.

SIGTERM to a child drains it: each listener is let go just after a full send, and goes on
elsewhere. SIGINT does so in a hurry; it is what the children get when the zygote is told to end.
SIGUSR1 only lets it take nobody any more. Should the zygote itself die, the kernel tells the
children to drain, and they leave the address to its successor. SIGHUP to the zygote lets it and
every child take a renewed certificate.
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
from functools import partial

from setproctitle import setproctitle

from rostra import machine
from rostra.clock import Clock
from rostra.edge.admission import KEPT_FILES, rated
from rostra.edge.cadence import DearPlaces, dear_places, shared_places
from rostra.edge.capacity import most_listeners
from rostra.edge.claims import Claims
from rostra.edge.conversations import Conversations
from rostra.edge.counts import Counts
from rostra.edge.edge import Edge, Order
from rostra.edge.handshakes import Handshakes
from rostra.edge.listener import Inherited, listen
from rostra.edge.notes import note_fault
from rostra.edge.nursery import SIGNALS, Household, Nursery
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
_DRAIN_NS, _HURRY_NS = 20 * _SECOND, 1_500_000_000
_PR_SET_PDEATHSIG = 1


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


def run_edges(
    *, places: Places, settings: EdgeSettings, clock: Clock, inherited: Inherited | None = None
) -> int:
    """Serve until SIGTERM; the exit code. Raises Misconfigured when the port cannot be had."""
    setproctitle("rostra edges")
    inherited = inherited or Inherited()
    zygote = _zygote(places, settings, clock, inherited)
    gc.collect()
    gc.freeze()  # so that collecting in a child does not touch, and copy, what is shared
    signal.pthread_sigmask(signal.SIG_BLOCK, SIGNALS)
    household = Household(
        board=zygote.board,
        claims=Claims(places.claims, zygote.board.slots),
        origins=zygote.origins,
        certificate=zygote.certificate,
        clock=clock,
        files=zygote.files,
        fewest=settings.processes,
    )
    try:
        return Nursery(household, partial(_child, zygote), inherited.ready).run()
    finally:
        zygote.listener.close()


def _zygote(places: Places, settings: EdgeSettings, clock: Clock, inherited: Inherited) -> Zygote:
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
        listener=inherited.socket() or listen(settings.host, settings.live_port, clock),
        board=board,
        limiter=Limiter(salt),
        origins=Origins(salt, board.slots, files),
        permit=Permit(settings.rehearsal_token, most, clock.wall_ms() // 1000 + LASTS_S),
        page=ListeningPage(),
        waiting_room=WaitingRoom(),
        secret=places.secret.read_bytes(),
        most=most,
        dear=(
            dear_places(cores, tls=tls)
            if settings.low_latency_listeners is None
            else shared_places(settings.low_latency_listeners, cores)
        ),
        files=files,
    )


def _child(zygote: Zygote, slot: int, parent: int) -> int:
    """All of a child's life; its exit code. Nothing may escape into the zygote's code."""
    try:
        setproctitle(f"rostra edge {slot + 1}")
        if sys.platform == "linux":
            ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
        reads, writes, told = _signals(zygote.certificate)
        if os.getppid() != parent:
            return 0
        _edge(zygote, slot, (reads, writes), told).run()
    except BaseException as reason:
        note_fault("edge failed", reason)
        return 1
    return 0


def _signals(certificate: Renewable | None) -> tuple[int, int, Callable[[], Order | None]]:
    """A pipe that becomes readable on a signal, and what was asked for by one.

    A renewed certificate is taken in the handler itself: that takes two milliseconds, and changes
    nothing that the loop could be in the midst of.
    """
    orders: list[Order] = []
    reads, writes = os.pipe()
    os.set_blocking(reads, False)
    os.set_blocking(writes, False)
    signal.set_wakeup_fd(writes, warn_on_full_buffer=False)
    signal.signal(signal.SIGTERM, lambda *_: orders.append(Order(_DRAIN_NS)))
    signal.signal(signal.SIGINT, lambda *_: orders.append(Order(_HURRY_NS)))
    signal.signal(signal.SIGUSR1, lambda *_: orders.append(Order()))
    signal.signal(signal.SIGHUP, lambda *_: renew(certificate))
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, SIGNALS)
    return reads, writes, lambda: orders.pop() if orders else None


def _edge(
    zygote: Zygote, slot: int, pipe: tuple[int, int], told: Callable[[], Order | None]
) -> Edge:
    gc.set_threshold(50_000, 50, 1000)
    counts = Counts(zygote.board, slot, zygote.most, zygote.dear, zygote.origins)
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
        told=told,
    )


def _handshakes(sockets: Sockets, conversations: Conversations) -> Handshakes | None:
    if sockets.context is None:
        return None
    return Handshakes(sockets, sockets.context, conversations.refuse)


def _ring(pipe: int) -> None:
    """Wake the loop. A pipe that is full of such calls needs no more."""
    with contextlib.suppress(BlockingIOError):
        os.write(pipe, b"\0")
