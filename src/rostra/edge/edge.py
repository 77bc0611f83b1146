"""One edge: its turns, its seconds, its end."""

from __future__ import annotations

import os
import select
import time
from collections.abc import Callable
from typing import NamedTuple

from rostra.edge.conversations import Conversations
from rostra.edge.crowd import Farewell
from rostra.edge.deadlines import Wait
from rostra.edge.effort import Effort
from rostra.edge.handshakes import A_TURN, Handshakes
from rostra.edge.kernel import tcp_memory
from rostra.edge.recording import Shelf
from rostra.edge.serving import Serving
from rostra.edge.sockets import READ, Sockets
from rostra.edge.spaces import Space, Spaces
from rostra.edge.standing import Standing

_SECOND = 1_000_000_000
# A turn, whatever else there is to do: whoever is not accepted in time sends all it said again and
# again, which costs more than to let it in and answer it later.
_ACCEPTS = 1024
_LATE_NS = 250_000_000  # from here on newcomers give way; the crowd has 1.6 s in hand
_VERY_LATE_NS = 700_000_000  # from here on those of the other edges do so too
_BREATH_NS = 5_000_000
_LATENESS_NS = 10 * _SECOND
_EVENTS_A_TURN = 256
_LOOK_EVERY = 16  # events, between two looks at the timetable


class Order(NamedTuple):
    """What a signal asks for: to take nobody any more, and to be drained `within_ns` if it says."""

    within_ns: int | None = None


class Edge:
    """Runs until it is told to drain and has done so."""

    def __init__(
        self,
        *,
        sockets: Sockets,
        conversations: Conversations,
        handshakes: Handshakes | None,
        serving: Serving,
        spaces: Spaces,
        shelf: Shelf,
        wake: int,
        told: Callable[[], Order | None],
    ) -> None:
        self._sockets = sockets
        self._conversations = conversations
        self._handshakes = handshakes
        self._serving = serving
        self._spaces = spaces
        self._shelf = shelf
        self._wake = wake
        self._told = told
        self._next_second = sockets.now
        self._ends: int | None = None
        self._latest = (0, 0)  # ns late, and when
        self._counted: set[str] = set()
        self._late = False  # whether listeners had to wait for their sound
        self._others_late = False  # the same of those on another edge
        self._full = False  # whether the last turn left something for the next
        self._newcomers = False  # whether something was done for any in the last turn
        self._effort = Effort()
        sockets.poll.register(wake, select.EPOLLIN)

    def run(self) -> None:
        """Serve until drained."""
        while not self._done():
            self._turn()
        self._end()

    def _turn(self) -> None:
        sockets = self._sockets
        rush = sockets.counts.nap() if self._newcomers else 0
        self._others_late = self._newcomers and sockets.counts.any_late(sockets.now)
        if self._newcomers and self._hold_back():
            time.sleep(max(rush, _BREATH_NS) / _SECOND)  # epoll names those who wait each time
        elif rush and not self._full:
            time.sleep(rush / _SECOND)
        self._newcomers = False
        events = sockets.poll.poll(self._patience(), _EVENTS_A_TURN)
        self._full = len(events) == _EVENTS_A_TURN
        self._send()
        if rush:
            self._accept()  # epoll may have named others first
        for number, (fd, mask) in enumerate(events):
            if number % _LOOK_EVERY == _LOOK_EVERY - 1:
                self._send()
            self._happened(fd, mask)
        if self._handshakes is not None:
            self._shake_hands(self._handshakes)
        self._conversations.go_on()
        for connection, wait in sockets.deadlines.passed(sockets.now):
            if wait not in (Wait.IDLE, Wait.GOODBYE):
                sockets.counts.slot.add("timeouts_total")
            sockets.drop(connection, reset=wait in (Wait.TAKING, Wait.REPLAY))
        if sockets.now >= self._next_second:
            self._next_second = sockets.now + _SECOND
            self._second()
        if (order := self._told()) is not None:
            self._step_aside()
            if order.within_ns is not None:
                self._drain(order.within_ns)
        sockets.close_doomed()

    def _patience(self) -> float:
        """Seconds until something is to be done without being asked."""
        sockets = self._sockets
        if self._conversations.unread:
            return 0.0
        times = [self._next_second, sockets.crowd.next_due(), sockets.deadlines.next(), self._ends]
        first = min(time for time in times if time is not None)
        return max(0, first - sockets.clock.boot_ns()) / _SECOND

    def _send(self) -> None:
        sockets = self._sockets
        sockets.now = now = sockets.clock.boot_ns()
        due = sockets.crowd.next_due()
        if due is None or due > now + _LATE_NS:
            self._late = False  # for a while nobody waits for sound
        if due is None or due > now:
            return
        served = sockets.crowd.turn(now)
        slot = sockets.counts.slot
        slot.add("sends_total", served.sends)
        slot.add("bytes_total", served.sent_bytes)
        self._late = served.lateness_ns > _LATE_NS
        if served.lateness_ns > _VERY_LATE_NS:
            sockets.counts.is_late(now)
        if served.lateness_ns >= self._latest[0] or now > self._latest[1] + _LATENESS_NS:
            self._latest = (served.lateness_ns, now)

    def _happened(self, fd: int, mask: int) -> None:
        sockets = self._sockets
        if (connection := sockets.connections.get(fd)) is not None:
            if connection.shakes_hands and self._handshakes is not None:
                self._handshakes.wait(connection)
                return
            self._newcomers = True
            if not self._hold_back():  # else it waits: epoll names it again
                self._conversations.happened(connection, mask)
        elif fd in sockets.crowd:
            self._conversations.happened_to_listener(fd, mask)
        elif fd == self._wake:
            os.read(self._wake, 4096)
            self._shelf.collect()
        elif fd == sockets.listener_fd:
            self._accept()

    def _accept(self) -> None:
        """Those who said what they want before they were let in are served at once."""
        for number, connection in enumerate(self._sockets.accept(_ACCEPTS)):
            if number % _LOOK_EVERY == _LOOK_EVERY - 1:
                self._send()
            self._newcomers = True
            if not connection.shakes_hands and not self._hold_back():
                self._conversations.happened(connection, READ)

    def _hold_back(self) -> bool:
        """Whether newcomers wait, because listeners here or on another edge do."""
        return self._late or self._others_late

    def _shake_hands(self, handshakes: Handshakes) -> None:
        """Behind all else, and listeners before each one: a handshake costs as much as forty sends.

        Epoll names those who do not have their turn now again.
        """
        for connection in handshakes.waiting(A_TURN):
            self._send()
            handshakes.step(connection)

    # once a second

    def _second(self) -> None:
        sockets = self._sockets
        used = self._spaces.look_at_used(sockets.now)
        if any(space.manifest.phase == "removed" for space in used):
            sockets.crowd.dismiss(_is_removed, Farewell.FINISHED)
        sockets.crowd.check_slow(sockets.now)
        memory = tcp_memory()
        sockets.counts.pressed = memory is not None and memory.pressed
        self._census()
        if self._ends is None:
            sockets.accept_if_room()
        slot = sockets.counts.slot
        slot.set("heartbeat_ms", sockets.now // 1_000_000)
        slot.set("connections", sockets.open)
        slot.set("lateness_max_us", self._latest[0] // 1000)
        self._effort.tell(slot)

    def _census(self) -> None:
        now, fetched = self._sockets.now, self._serving.fetched
        hearing = self._sockets.crowd.hearing(now)
        by_hls = {slug: one.listeners(now) for slug, one in fetched.items()}
        here = {*by_hls, *(slug for slug, _ in hearing)}
        for slug in here | self._counted:
            found = {one.value: hearing.get((slug, one), 0) for one in Standing}
            hls = by_hls.get(slug, 0)
            found[Standing.VERIFIED.value] += hls
            self._sockets.counts.heard(slug, {**found, "hls": hls})
        self._counted = here
        self._sockets.counts.slot.set("listeners_hls", sum(by_hls.values()))
        for slug in [slug for slug, one in fetched.items() if one.empty]:
            del fetched[slug]
        self._sockets.counts.slot.set(
            "listeners_replay", len(self._sockets.deadlines.waiting(Wait.REPLAY))
        )

    # the end

    def _step_aside(self) -> None:
        """Take nobody any more; whoever asks again on a connection kept open goes elsewhere."""
        self._sockets.close_listener()
        self._conversations.draining = True

    def _drain(self, within_ns: int) -> None:
        """Let go of each listener just after its next full send."""
        sockets = self._sockets
        if self._ends is not None:
            self._ends = min(self._ends, sockets.now + within_ns)
            return
        self._ends = sockets.now + within_ns
        sockets.crowd.draining = True
        for connection in sockets.deadlines.waiting(Wait.IDLE):
            sockets.drop(connection)

    def _done(self) -> bool:
        sockets = self._sockets
        return self._ends is not None and (not sockets.open or sockets.now >= self._ends)

    def _end(self) -> None:
        sockets = self._sockets
        for fd in sockets.crowd.everybody():
            sockets.hangs_up(fd)
        for connection in list(sockets.connections.values()):
            sockets.drop(connection)
        sockets.close_doomed()
        self._effort.tell(sockets.counts.slot)
        sockets.counts.slot.clear_gauges()


def _is_removed(space: Space) -> bool:
    return space.manifest.phase == "removed"
