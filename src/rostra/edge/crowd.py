"""Everybody who listens on this edge, and what each is sent when. No socket is opened or closed.

    cohort     those of one programme, rendition, class and phase: all have the same bytes, and at
               their turn all get what came since
    newcomer   has its own place in the log until its first turn
    slow       could not take all at once; watched for room, and back in a cohort when it is level
    paced      hears an earlier time; given 30 s at once, then 1.25 s a second, until it is level

A listener is a descriptor and an offset. Whoever has not taken what was there ten seconds ago (in
the throng seventeen, more than it is given at once), or has more than 256 KiB to catch up with, is
parted with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from rostra.edge.cadence import CLASSES, Ring
from rostra.edge.census import BEHIND_NS, ENOUGH_NS, hears
from rostra.edge.cohort import Cohort, Ear, Seat, short_of
from rostra.edge.pace import PACED_NS, Pace
from rostra.edge.seats import Seats
from rostra.edge.spaces import Space
from rostra.edge.standing import Standing
from rostra.edge.tail import Tail

MOST_BEHIND = 256 * 1024
_SECOND = 1_000_000_000
_COPIED = 16 * 1024  # up to here a copy costs the kernel less than handing over pages
_CHECK_EVERY = 4  # turns of a cohort


class Farewell(Enum):
    """Why somebody is no longer a listener."""

    FINISHED = "everything was sent"
    SLOW = "too far behind"
    LOST = "the connection is gone"


class Host(Protocol):
    """What the crowd needs of whoever owns the sockets."""

    def write(self, fd: int, data: bytes) -> int:
        """Bytes taken, 0 for none just now, -1 when the connection is gone."""

    def send(self, fd: int, source: int, offset: int, length: int) -> int:
        """The same for bytes of the file `source`."""

    def unsent(self, fd: int) -> int:
        """Bytes that the kernel still holds for `fd`: given to it, and not acknowledged."""

    def watch(self, fd: int, for_room: bool) -> None:
        """Say when `fd` has room again, or no longer."""

    def left(self, fd: int, seat: Seat) -> None:
        """There is a listener less, who has left every list of ours."""

    def part(self, fd: int, why: Farewell) -> None:
        """What is to become of the connection of one who just left by our doing."""


class Served(NamedTuple):
    """What a turn did, for the board."""

    sends: int
    sent_bytes: int
    lateness_ns: int


class Crowd:
    """The listeners of one edge."""

    def __init__(self, host: Host, now: int, *, copies: bool = False) -> None:
        """With `copies` no bytes go from file to socket by themselves: TLS must see them."""
        self._host = host
        self._copied = sys.maxsize if copies else _COPIED
        self._rings = {kind.name: Ring(kind, now) for kind in CLASSES}
        self._cohorts: dict[tuple[str, int], dict[Seat, Cohort]] = {}
        self._seats = Seats()
        self._newcomers: dict[int, Ear] = {}
        self._slow: dict[int, Ear] = {}
        self._paced: dict[int, Pace] = {}
        self._next_paced = now
        self._sends = self._bytes = 0
        self.draining = False

    def __len__(self) -> int:
        return len(self._seats) + len(self._newcomers) + len(self._slow) + len(self._paced)

    def __contains__(self, fd: int) -> bool:
        return self._seats.of(fd) is not None or any(
            fd in some for some in (self._newcomers, self._slow, self._paced)
        )

    @property
    def paced(self) -> int:
        return len(self._paced)

    def next_due(self) -> int | None:
        """When there is something to be done, or None while nobody listens."""
        times = [due for ring in self._rings.values() if (due := ring.next_due()) is not None]
        if self._paced:
            times.append(self._next_paced)
        return min(times, default=None)

    # joining and leaving

    def join(self, ear: Ear, now: int) -> None:
        """`ear` has had everything before its offset, and is live from here on."""
        ear.joined_ns = now
        self._sit(ear, now)

    def join_paced(self, ear: Ear, start: int, now: int) -> None:
        """The same for one whose offset is that of media time `start`, long ago."""
        ear.joined_ns = now
        self._paced[ear.fd] = Pace(ear, now, start)
        self._serve_paced(self._paced[ear.fd], now)

    def leave(self, fd: int) -> None:
        """`fd` is in no list any more. Leaving twice is harmless."""
        cohort = self._seats.of(fd)
        if cohort is not None:
            self._seats.leave(fd)
            self._rise(cohort)
            self._host.left(fd, cohort.seat)
            return
        ear = self._newcomers.get(fd) or self._slow.get(fd)
        if ear is None and fd in self._paced:
            ear = self._paced[fd].ear
        if ear is not None:
            self._set_apart(ear)
            self._host.left(fd, ear.seat)

    def _set_apart(self, ear: Ear) -> None:
        """One with a place of its own is in no list any more, and still a listener."""
        self._slow.pop(ear.fd, None)
        self._paced.pop(ear.fd, None)
        if self._newcomers.pop(ear.fd, None) is not None and ear.cohort is not None:
            del ear.cohort.newcomers[ear.fd]
            self._rise(ear.cohort)
            ear.cohort = None

    def _sit(self, ear: Ear, now: int) -> None:
        name = ear.seat.kind.name
        phase = self._rings[name].sit(now)
        row = self._cohorts.setdefault((name, phase), {})
        if ear.seat not in row:
            row[ear.seat] = Cohort(ear.seat, phase)
        ear.cohort = row[ear.seat]
        ear.cohort.newcomers[ear.fd] = self._newcomers[ear.fd] = ear

    def _rise(self, cohort: Cohort) -> None:
        """Somebody of `cohort` has left it."""
        name = cohort.seat.kind.name
        self._rings[name].rise(cohort.phase)
        if not len(cohort):
            del self._cohorts[name, cohort.phase][cohort.seat]

    # sending

    def turn(self, now: int) -> Served:
        """Send to everybody whose turn has come."""
        lateness = 0
        for name, ring in self._rings.items():
            for due in ring.due(now):
                lateness = max(lateness, now - due.due_ns)
                for cohort in list(self._cohorts[name, due.phase].values()):
                    self._serve(cohort, now)
        if self._paced and now >= self._next_paced:
            self._next_paced = now + PACED_NS
            for pace in list(self._paced.values()):
                self._serve_paced(pace, now)
        served = Served(self._sends, self._bytes, lateness)
        self._sends = self._bytes = 0  # what is sent between two turns counts with the next
        return served

    def _serve(self, cohort: Cohort, now: int) -> None:
        end = cohort.seat.tail.look(now)
        if cohort.turns % _CHECK_EVERY == 0 and cohort.fds:
            self._check(cohort, now)
        if end > cohort.offset and cohort.fds:
            self._send_to_all(cohort, end)
        cohort.offset = end
        for ear in list(cohort.newcomers.values()):
            self._seat(ear, cohort, now)
        self._after_turn(cohort, now)

    def _seat(self, ear: Ear, cohort: Cohort, now: int) -> None:
        """Bring a newcomer level with its cohort, of which it then is one."""
        if self._send_rest(ear, now):
            del cohort.newcomers[ear.fd], self._newcomers[ear.fd]
            self._seats.take(ear.fd, cohort, ear.joined_ns)
            cohort.youngest_ns = max(cohort.youngest_ns, ear.joined_ns)
        elif ear.fd in self._newcomers:
            self._make_slow(ear)

    def _send_to_all(self, cohort: Cohort, end: int) -> None:
        """The same bytes to everybody in the cohort."""
        start, length = cohort.offset, end - cohort.offset
        self._sends += len(cohort.fds)
        self._bytes += length * len(cohort.fds)
        for fd, taken in short_of(
            cohort.fds, self._sender(cohort.seat.tail, start, length), length
        ):
            self._bytes -= length - max(taken, 0)
            if taken < 0:
                self._lose(fd, Farewell.LOST)
            else:
                self._unseat(fd, cohort, start + taken)

    def _sender(self, tail: Tail, start: int, length: int) -> Callable[[int], int]:
        if length <= self._copied:
            data, write = tail.cut(start, length), self._host.write
            return lambda fd: write(fd, data)
        send, source = self._host.send, tail.fd
        return lambda fd: send(fd, source, start, length)

    def _unseat(self, fd: int, cohort: Cohort, offset: int) -> None:
        """One of the cohort could not take all: it goes on from `offset` by itself."""
        ear = Ear(fd, cohort.seat, offset)
        ear.joined_ns = self._seats.joined_ns(fd)
        self._seats.leave(fd)
        self._rise(cohort)
        self._make_slow(ear)

    def _send_rest(self, ear: Ear, now: int) -> bool:
        """Send what `ear` lacks; whether it has all now. It may be lost in doing so."""
        tail = ear.seat.tail
        missing = tail.look(now) - ear.offset
        if missing <= 0:
            return True
        taken = self._host.send(ear.fd, tail.fd, ear.offset, missing)
        self._sends += 1
        if taken < 0:
            self._lose(ear.fd, Farewell.LOST)
            return False
        ear.offset += taken
        self._bytes += taken
        return taken == missing

    def _after_turn(self, cohort: Cohort, now: int) -> None:
        if self.draining or not cohort.seat.space.carries(cohort.seat.tail):
            for fd in list(cohort.fds):
                self._lose(fd, Farewell.FINISHED)
            return
        cohort.turns += 1

    def _make_slow(self, ear: Ear) -> None:
        self._set_apart(ear)
        self._slow[ear.fd] = ear
        self._host.watch(ear.fd, True)

    def has_room(self, fd: int, now: int) -> None:
        """A slow listener can take more."""
        ear = self._slow.get(fd)
        if ear is None or not self._send_rest(ear, now):
            return
        del self._slow[fd]
        self._host.watch(fd, False)
        self._sit(ear, now)

    def _serve_paced(self, pace: Pace, now: int) -> None:
        ear, tail = pace.ear, pace.ear.seat.tail
        tail.look(now)
        until = min(tail.log.at(pace.allowed(now)), len(tail))
        wanted = tail.offset(until) - ear.offset
        if wanted > 0:
            taken = self._host.send(ear.fd, tail.fd, ear.offset, wanted)
            self._sends += 1
            if taken < 0:
                self._lose(ear.fd, Farewell.LOST)
                return
            ear.offset += taken
            self._bytes += taken
            wanted -= taken
        if ear.offset < tail.offset(tail.log.at(pace.needed(now))):
            self._lose(ear.fd, Farewell.SLOW)
        elif self.draining and wanted == 0:
            self._lose(ear.fd, Farewell.FINISHED)
        elif until == len(tail) and wanted == 0:
            del self._paced[ear.fd]
            ear.joined_ns = now
            self._sit(ear, now)

    # who is behind, who hears

    def _check(self, cohort: Cohort, now: int) -> None:
        """Before they are sent more: what lies unsent now has lain there for a whole period."""
        lagging, tail = 0, cohort.seat.tail
        for fd in list(cohort.fds):
            unsent, joined_ns = self._host.unsent(fd), self._seats.joined_ns(fd)
            if self._behind(cohort.seat, joined_ns, cohort.offset - unsent, now):
                self._lose(fd, Farewell.SLOW)
            elif unsent and hears(tail.grew_ns - joined_ns, 0):
                lagging += not _hears(tail, joined_ns, unsent, now)
        cohort.lagging = lagging

    def check_slow(self, now: int) -> None:
        """Once a second: part with those who fell too far behind, or whose Space is over."""
        for ear in list(self._slow.values()):
            tail, taken = ear.seat.tail, ear.offset - self._host.unsent(ear.fd)
            tail.look(now)
            if self._behind(ear.seat, ear.joined_ns, taken, now):
                self._lose(ear.fd, Farewell.SLOW)

    def _behind(self, seat: Seat, joined_ns: int, taken: int, now: int) -> bool:
        tail, limit_ns = seat.tail, seat.kind.behind_ns
        if now - joined_ns < limit_ns:
            return False  # what it was given at joining may be more than that, and on its way
        if taken < tail.end_before(now - limit_ns):
            return True
        # What came in the last second may be much: silence that fills a gap comes all at once.
        return tail.end_before(now - _SECOND) - taken > MOST_BEHIND

    def hearing(self, now: int) -> dict[tuple[str, Standing], int]:
        """Listeners of each Space (slug) who hear, by the census, as what they are counted."""
        sums: dict[tuple[str, Standing], int] = {}
        for cohort in self._all_cohorts():
            key = (cohort.seat.space.slug, cohort.seat.standing)
            sums[key] = sums.get(key, 0) + self._hearing_in(cohort, now)
        for ear in self._newcomers.values():  # in the order in which they came
            if ear.joined_ns > now - ENOUGH_NS:
                break
            key = (ear.seat.space.slug, ear.seat.standing)
            sums[key] += self._has_taken_enough(ear, now)
        return sums

    def _hearing_in(self, cohort: Cohort, now: int) -> int:
        """Of those who are level; between two checks only time passes."""
        grew_ns = cohort.seat.tail.grew_ns
        if not cohort.fds or not hears(ENOUGH_NS, now - grew_ns):
            return 0
        before = grew_ns - ENOUGH_NS
        old = cohort.youngest_ns <= before
        senior = len(cohort.fds) if old else self._seats.senior(cohort.fds, before)
        return max(0, senior - cohort.lagging)

    def _has_taken_enough(self, ear: Ear, now: int) -> bool:
        """Whether a newcomer of ten seconds has taken what it was given; asked until it has."""
        ear.seat.tail.look(now)
        grew_ns = ear.seat.tail.grew_ns
        if not hears(grew_ns - ear.joined_ns, now - grew_ns):
            return False
        ear.took = ear.took or self._host.unsent(ear.fd) == 0
        return ear.took

    def _all_cohorts(self) -> Iterator[Cohort]:
        for row in self._cohorts.values():
            yield from row.values()

    # parting

    def dismiss(self, over: Callable[[Space], bool], why: Farewell) -> None:
        """Part at once with everybody in a Space of which `over` is true."""
        for fd in [fd for space, fd in self._everybody() if over(space)]:
            self._lose(fd, why)

    def everybody(self) -> list[int]:
        """All listeners, in no order."""
        return [fd for _, fd in self._everybody()]

    def _everybody(self) -> Iterator[tuple[Space, int]]:
        for cohort in self._all_cohorts():
            for fd in cohort.fds:
                yield cohort.seat.space, fd
        paced = (pace.ear for pace in self._paced.values())
        for ear in (*self._newcomers.values(), *self._slow.values(), *paced):
            yield ear.seat.space, ear.fd

    def _lose(self, fd: int, why: Farewell) -> None:
        self.leave(fd)
        self._host.part(fd, why)


def _hears(tail: Tail, joined_ns: int, unsent: int, now: int) -> bool:
    ten_seconds = max(1, tail.end_before(now) - tail.end_before(now - BEHIND_NS))
    lag_ns = unsent * BEHIND_NS // ten_seconds
    return hears(tail.grew_ns - joined_ns - lag_ns, now - tail.grew_ns)
