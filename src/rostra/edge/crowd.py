"""Everybody who listens on this edge, and what each is sent when. No socket is opened or closed.

    cohort     those of one programme, rendition, class and phase: all have the same bytes, and at
               their turn all get what came since
    newcomer   has its own place in the log until its first turn
    slow       could not take all at once; watched for room, and back in a cohort when it is level
    paced      hears an earlier time; given 30 s at once, then 1.25 s a second, until it is level

A listener is a descriptor and an offset. Whoever has not taken what was there ten seconds ago, or
has more than 256 KiB to catch up with, is parted with.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from enum import Enum
from typing import NamedTuple, Protocol

from rostra.edge.cadence import CLASSES, Class, Ring
from rostra.edge.census import BEHIND_NS, hears
from rostra.edge.live import AT_ONCE
from rostra.edge.spaces import Space
from rostra.edge.tail import Tail
from rostra.wire.timing import RATE

MOST_BEHIND = 256 * 1024
MOST_PACED = 200
PACED_NS = 500_000_000
_PACE_NUM, _PACE_DEN = 5, 4
_SECOND = 1_000_000_000
_COPIED = 16 * 1024  # up to here a copy costs the kernel less than handing over pages
_CHECK_EVERY = 4  # turns of a cohort


class Farewell(Enum):
    """Why somebody is no longer a listener."""

    FINISHED = "everything was sent"
    SLOW = "too far behind"
    LOST = "the connection is gone"


Give = Callable[[bytes], int]


class Ear:
    """One listener: where its bytes go, what it has."""

    __slots__ = ("fd", "give", "joined_ns", "kind", "offset", "phase", "space", "tail")

    def __init__(
        self, fd: int, give: Give, *, space: Space, tail: Tail, kind: Class, offset: int
    ) -> None:
        self.fd = fd
        self.give = give  # a socket's send: for short pieces cheaper than by descriptor
        self.space = space
        self.tail = tail
        self.kind = kind
        self.offset = offset  # of the next byte, while it is in no cohort
        self.phase = -1  # of its cohort
        self.joined_ns = 0


class Host(Protocol):
    """What the crowd needs of whoever owns the sockets."""

    def send(self, fd: int, source: int, offset: int, length: int) -> int:
        """Bytes taken, 0 for none just now, -1 when the connection is gone."""

    def unsent(self, fd: int) -> int:
        """Bytes that the kernel still holds for `fd`: given to it, and not acknowledged."""

    def watch(self, fd: int, for_room: bool) -> None:
        """Say when `fd` has room again, or no longer."""

    def part(self, ear: Ear, why: Farewell) -> None:
        """`ear` is no longer a listener; it has left every list of ours."""


class Cohort:
    """Listeners who have the same bytes."""

    __slots__ = ("ears", "hearing", "newcomers", "offset", "space", "turns")

    def __init__(self, space: Space) -> None:
        self.space = space
        self.ears: dict[int, Ear] = {}
        self.newcomers: dict[int, Ear] = {}
        self.offset = 0
        self.turns = 0
        self.hearing = 0


class _Pace(NamedTuple):
    """Since when somebody is paced, and from which media time on."""

    ear: Ear
    since_ns: int
    start: int

    def allowed(self, now: int) -> int:
        """The media time up to which it may have been sent."""
        return self.start + AT_ONCE + self._elapsed(now) * _PACE_NUM // _PACE_DEN

    def needed(self, now: int) -> int:
        """The media time up to which a player that plays must have taken it."""
        return self.start + self._elapsed(now) - AT_ONCE

    def _elapsed(self, now: int) -> int:
        return (now - self.since_ns) * RATE // _SECOND


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
        self._cohorts: dict[tuple[str, int], dict[Tail, Cohort]] = {}
        self._slow: dict[int, Ear] = {}
        self._paced: dict[int, _Pace] = {}
        self._next_paced = now
        self._sends = self._bytes = 0
        self.draining = False

    def __len__(self) -> int:
        return sum(map(len, self._rings.values())) + len(self._slow) + len(self._paced)

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
        self._paced[ear.fd] = _Pace(ear, now, start)
        self._serve_paced(self._paced[ear.fd], now)

    def leave(self, ear: Ear) -> None:
        """`ear` is in no list any more. Leaving twice is harmless."""
        self._slow.pop(ear.fd, None)
        self._paced.pop(ear.fd, None)
        self._rise(ear)

    def _sit(self, ear: Ear, now: int) -> None:
        ear.phase = self._rings[ear.kind.name].sit(now)
        row = self._cohorts.setdefault((ear.kind.name, ear.phase), {})
        if ear.tail not in row:
            row[ear.tail] = Cohort(ear.space)
        row[ear.tail].newcomers[ear.fd] = ear

    def _rise(self, ear: Ear) -> None:
        if ear.phase < 0:
            return
        self._rings[ear.kind.name].rise(ear.phase)
        row = self._cohorts[ear.kind.name, ear.phase]
        cohort = row[ear.tail]
        cohort.ears.pop(ear.fd, None)
        cohort.newcomers.pop(ear.fd, None)
        if not cohort.ears and not cohort.newcomers:
            del row[ear.tail]
        ear.phase = -1

    # sending

    def turn(self, now: int) -> Served:
        """Send to everybody whose turn has come."""
        lateness = 0
        for name, ring in self._rings.items():
            for due in ring.due(now):
                lateness = max(lateness, now - due.due_ns)
                for tail, cohort in list(self._cohorts[name, due.phase].items()):
                    self._serve(tail, cohort, now)
        if self._paced and now >= self._next_paced:
            self._next_paced = now + PACED_NS
            for pace in list(self._paced.values()):
                self._serve_paced(pace, now)
        served = Served(self._sends, self._bytes, lateness)
        self._sends = self._bytes = 0  # what is sent between two turns counts with the next
        return served

    def _serve(self, tail: Tail, cohort: Cohort, now: int) -> None:
        end = tail.look(now)
        if end > cohort.offset and cohort.ears:
            self._send_to_all(tail, cohort, end, now)
        for ear in list(cohort.newcomers.values()):
            if self._send_rest(ear, now):
                if cohort.newcomers.pop(ear.fd, None) is not None:
                    cohort.ears[ear.fd] = ear
            elif ear.phase >= 0:
                self._make_slow(ear)
        cohort.offset = end
        self._after_turn(tail, cohort, now)

    def _send_to_all(self, tail: Tail, cohort: Cohort, end: int, now: int) -> None:
        """The same bytes to everybody in the cohort."""
        start, length = cohort.offset, end - cohort.offset
        if length <= self._copied:
            short = _copied_to_all(cohort.ears, tail.cut(start, length))
        else:
            send, source = self._host.send, tail.fd
            results = ((fd, send(fd, source, start, length)) for fd in cohort.ears)
            short = [(fd, taken) for fd, taken in results if taken != length]
        self._sends += len(cohort.ears)
        self._bytes += length * len(cohort.ears)
        for fd, taken in short:
            ear = cohort.ears[fd]
            self._bytes -= length - max(taken, 0)
            if taken < 0:
                self._lose(ear, Farewell.LOST)
            else:
                ear.offset = start + taken
                self._make_slow(ear)

    def _send_rest(self, ear: Ear, now: int) -> bool:
        """Send what `ear` lacks; whether it has all now. It may be lost in doing so."""
        missing = ear.tail.look(now) - ear.offset
        if missing <= 0:
            return True
        taken = self._host.send(ear.fd, ear.tail.fd, ear.offset, missing)
        self._sends += 1
        if taken < 0:
            self._lose(ear, Farewell.LOST)
            return False
        ear.offset += taken
        self._bytes += taken
        return taken == missing

    def _after_turn(self, tail: Tail, cohort: Cohort, now: int) -> None:
        everybody = list(cohort.ears.values())
        if not everybody:
            return
        if self.draining or not cohort.space.carries(tail):
            for ear in everybody:
                self._lose(ear, Farewell.FINISHED)
            return
        if cohort.turns % _CHECK_EVERY == 0:
            self._check(tail, cohort, everybody, now)
        cohort.turns += 1

    def _make_slow(self, ear: Ear) -> None:
        self._rise(ear)
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

    def _serve_paced(self, pace: _Pace, now: int) -> None:
        ear, tail = pace.ear, pace.ear.tail
        tail.look(now)
        until = min(tail.log.at(pace.allowed(now)), len(tail))
        wanted = tail.offset(until) - ear.offset
        if wanted > 0:
            taken = self._host.send(ear.fd, tail.fd, ear.offset, wanted)
            self._sends += 1
            if taken < 0:
                self._lose(ear, Farewell.LOST)
                return
            ear.offset += taken
            self._bytes += taken
            wanted -= taken
        if ear.offset < tail.offset(tail.log.at(pace.needed(now))):
            self._lose(ear, Farewell.SLOW)
        elif self.draining and wanted == 0:
            self._lose(ear, Farewell.FINISHED)
        elif until == len(tail) and wanted == 0:
            del self._paced[ear.fd]
            ear.joined_ns = now
            self._sit(ear, now)

    # who is behind, who hears

    def _check(self, tail: Tail, cohort: Cohort, everybody: list[Ear], now: int) -> None:
        hearing = 0
        for ear in everybody:
            unsent = self._host.unsent(ear.fd)
            if self._behind(ear, cohort.offset - unsent, now):
                self._lose(ear, Farewell.SLOW)
            else:
                hearing += _hears(tail, ear, unsent, now)
        cohort.hearing = hearing

    def check_slow(self, now: int) -> None:
        """Once a second: part with those who fell too far behind, or whose Space is over."""
        for ear in list(self._slow.values()):
            ear.tail.look(now)
            if self._behind(ear, ear.offset - self._host.unsent(ear.fd), now):
                self._lose(ear, Farewell.SLOW)

    def _behind(self, ear: Ear, taken: int, now: int) -> bool:
        if now - ear.joined_ns < BEHIND_NS:
            return False  # what it was given at joining may be more than that, and on its way
        if taken < ear.tail.end_before(now - BEHIND_NS):
            return True
        # What came in the last second may be much: silence that fills a gap comes all at once.
        return ear.tail.end_before(now - _SECOND) - taken > MOST_BEHIND

    def hearing(self) -> dict[Space, int]:
        """Listeners of each Space who hear, by the census."""
        sums: dict[Space, int] = {}
        for row in self._cohorts.values():
            for cohort in row.values():
                sums[cohort.space] = sums.get(cohort.space, 0) + cohort.hearing
        return sums

    # parting

    def dismiss(self, over: Callable[[Ear], bool], why: Farewell) -> None:
        """Part at once with everybody of whom `over` is true."""
        for ear in [ear for ear in self.everybody() if over(ear)]:
            self._lose(ear, why)

    def everybody(self) -> Iterator[Ear]:
        """All listeners, in no order."""
        for row in self._cohorts.values():
            for cohort in row.values():
                yield from cohort.ears.values()
                yield from cohort.newcomers.values()
        yield from self._slow.values()
        for pace in self._paced.values():
            yield pace.ear

    def _lose(self, ear: Ear, why: Farewell) -> None:
        self.leave(ear)
        self._host.part(ear, why)


def _copied_to_all(ears: dict[int, Ear], data: bytes) -> list[tuple[int, int]]:
    """The hot loop: who did not take all of `data`, and how much; -1 for who is gone."""
    length, short = len(data), []
    for fd, ear in ears.items():
        try:
            taken = ear.give(data)
        except BlockingIOError:
            taken = 0
        except OSError:
            taken = -1
        if taken != length:
            short.append((fd, taken))
    return short


def _hears(tail: Tail, ear: Ear, unsent: int, now: int) -> bool:
    ten_seconds = max(1, tail.end_before(now) - tail.end_before(now - BEHIND_NS))
    lag_ns = unsent * BEHIND_NS // ten_seconds
    return hears(tail.grew_ns - ear.joined_ns - lag_ns, now - tail.grew_ns)
