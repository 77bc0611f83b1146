"""The listeners of one worker, as arrays: how far each has come, what each has heard. Pure.

Nobody's bytes are kept. What arrives is noted as (who, how many bytes, when) and worked out a
second later all at once, when the reference has read that part of the programme: bytes become an
offset in the log, the offset a media time, the media time sound in a buffer (player.py).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import IntEnum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rostra.rehearsal.listener import CLASSES, PERIODS, Live, quiet_limit
from rostra.rehearsal.player import Numbers, Places, Players
from rostra.rehearsal.reference import Reference

_LONGEST_WAIT = 20.0  # s for the reference, before the usual size of a fragment is believed
_QUIET = np.array([quiet_limit(PERIODS[name][0]) for name in CLASSES], np.float32)


class State(IntEnum):
    """Where a listener is."""

    TO_COME = 0
    JOINING = 1
    LISTENING = 2
    AWAY = 3  # between two connections
    OVER = 4


class _Noted:
    """Arrivals: three columns of the same length."""

    def __init__(self) -> None:
        self.who: list[Places] = []
        self.count: list[npt.NDArray[np.int64]] = []
        self.when: list[Numbers] = []
        self._one_by_one: list[tuple[int, int, float]] = []

    def add_one(self, who: int, count: int, when: float) -> None:
        """The same for a single arrival; arrays for each would take longer than all the rest."""
        self._one_by_one.append((who, count, when))

    def earliest(self) -> list[float]:
        """The moments of some arrivals, the first of all among them."""
        arrays = (part.min() for part in self.when if len(part))
        return [*arrays, *(when for *_, when in self._one_by_one[:1])]

    def _gather(self) -> None:
        """What came one by one came before whatever is added now."""
        if self._one_by_one:
            who, count, when = zip(*self._one_by_one, strict=True)
            self._one_by_one.clear()
            self.add(np.array(who, np.int64), np.array(count, np.int64), np.array(when))

    def add(self, who: Places, count: npt.NDArray[np.int64], when: Numbers) -> None:
        self._gather()
        if len(who):
            self.who.append(who)
            self.count.append(count)
            self.when.append(when)

    def forget(self, who: Places) -> None:
        """Whatever was noted of these."""
        self._gather()
        for at, one in enumerate(self.who):
            kept = ~np.isin(one, who)
            self.who[at], self.count[at] = one[kept], self.count[at][kept]
            self.when[at] = self.when[at][kept]

    def take(self) -> tuple[Places, npt.NDArray[np.int64], Numbers]:
        self._gather()
        if not self.who:
            return np.zeros(0, np.int64), np.zeros(0, np.int64), np.zeros(0)
        taken = np.concatenate(self.who), np.concatenate(self.count), np.concatenate(self.when)
        for column in (self.who, self.count, self.when):
            column.clear()
        return taken


class _Newcomer(NamedTuple):
    """Whose response has begun: with which fragment, of a class with that bargain, when."""

    programme: str
    media_time: int
    bargain: tuple[float, float]
    since: float


class Audience:
    """`count` listeners; times are seconds since the rehearsal began, at most `length` of them."""

    def __init__(self, count: int, reference: Reference, length: int) -> None:
        self.reference = reference
        self.players = Players(count, length)
        self.state = np.zeros(count, np.uint8)
        self.kind = np.zeros(count, np.uint8)  # number of its class
        self.asked = np.zeros(count)  # when it came
        self.last = np.zeros(count)  # when its last bytes came
        self.joined = np.zeros(count, np.bool_)  # ever
        self.counted = np.ones(count, np.bool_)  # its silence is the server's
        self.first_sound: list[float] = []
        self.join_times: list[float] = []
        self.missing = 0.0
        self.strays: list[int] = []  # whose sound begins where the reference has not been
        self._unplaced: dict[int, _Newcomer] = {}
        self._offset = np.zeros(count, np.int64)
        self._placed = np.zeros(count, np.bool_)
        self._noted = _Noted()
        self._pending = _Noted()

    # coming and going

    def live(self, who: int, live: Live, now: float) -> None:
        """A response begins for `who`."""
        self.state[who] = State.LISTENING
        self.kind[who] = CLASSES.index(live.kind)
        self.last[who] = now
        if not self.joined[who]:
            self.joined[who] = True
            self.join_times.append(now - float(self.asked[who]))
        self._placed[who] = False
        self._offset[who] = len(live.body) - live.beginning.end
        newcomer = _Newcomer(live.programme, live.beginning.media_time, PERIODS[live.kind], now)
        if not self._place(who, newcomer):
            self._unplaced[who] = newcomer
        self.heard_one(who, 0, now)

    def heard_one(self, who: int, count: int, when: float) -> None:
        """So many bytes came for `who`."""
        self._noted.add_one(who, count, when)
        self.last[who] = when

    def heard(self, who: Sequence[int], counts: Sequence[int], when: Sequence[float]) -> None:
        """So many bytes came for each of `who`."""
        places = np.array(who, np.int64)
        moments = np.array(when)
        self._noted.add(places, np.array(counts, np.int64), moments)
        self.last[places] = moments

    def cut(self, who: Sequence[int], now: float) -> list[float | None]:
        """Their connections are gone: media seconds of the programme to continue behind, for each.

        As far as the reference has read; what they have beyond it will come again.
        """
        self.settle(now)
        gone = np.array(who, np.int64)
        self.state[gone] = State.AWAY
        early = [one for one in who if self._unplaced.pop(one, None) is not None]
        if early:
            self._noted.forget(np.array(early, np.int64))
        known = gone[self._placed[gone]]
        whole = np.minimum(self._offset[known], self.reference.known)
        times = self.reference.times(whole)
        self.players.arrive(known, times, self.last[known], self.reference.fills)
        own = self.reference.own_time
        return [
            max(0.0, own(float(self.players.end[one]))) if self.players.begun[one] else None
            for one in who
        ]

    def silent_connections(self, now: float) -> list[int]:
        """Who listens and has had nothing for so long that the page would give it up."""
        listening = self.state == State.LISTENING
        late = listening & (now - self.last > _QUIET[self.kind])
        return np.nonzero(late)[0].tolist() if late.any() else []

    # working out

    def settle(self, now: float, *, force: bool = False) -> None:
        """Work out what was noted, as far as the reference has read; with `force` all of it."""
        self._place_newcomers(now)
        who, counts, when = self._noted.take()
        placed = self._placed[who]
        if not placed.all():
            late = np.array([one in self._unplaced for one in who.tolist()], np.bool_)
            if not force:
                self._noted.add(who[late], counts[late], when[late])
            who, counts, when = who[placed], counts[placed], when[placed]
        if len(who):
            self._pending.add(who, self._to_offsets(who, counts), when)
        self._arrive(now, force)

    def listen(self, now: float) -> None:
        """Everybody plays up to `now`, or to the first arrival that is not worked out yet."""
        waiting = [*self._noted.earliest(), *self._pending.earliest()]
        until = float(min([now, *waiting]))
        who = np.nonzero(self.players.begun & (self.state != State.OVER))[0]
        self.players.advance(who, np.full(len(who), until), self.reference.fills)

    def _place_newcomers(self, now: float) -> None:
        for who, newcomer in list(self._unplaced.items()):
            if self._place(who, newcomer):
                del self._unplaced[who]
            elif now - newcomer.since > _LONGEST_WAIT:
                del self._unplaced[who]
                self.strays.append(who)

    def _place(self, who: int, newcomer: _Newcomer) -> bool:
        """Find out where in the log the response of `who` begins, if that is known by now."""
        found = self.reference.place(newcomer.programme, newcomer.media_time)
        if found is None:
            return False
        offset, start = found
        self._placed[who] = True
        self._offset[who] += offset
        self.missing += self.players.place(who, start, *newcomer.bargain)
        return True

    def _to_offsets(self, who: Places, counts: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The offset of each of `who` after each of its arrivals, which are in order."""
        order = np.argsort(who, kind="stable")
        sorted_who, sums = who[order], np.cumsum(counts[order])
        first = np.flatnonzero(np.r_[True, sorted_who[1:] != sorted_who[:-1]])
        before = np.r_[0, sums[first[1:] - 1]]
        lengths = np.diff(np.r_[first, len(who)])
        offsets = np.empty(len(who), np.int64)
        offsets[order] = sums - np.repeat(before, lengths) + self._offset[sorted_who]
        lasts = order[first + lengths - 1]
        self._offset[who[lasts]] = offsets[lasts]
        return offsets

    def _arrive(self, now: float, force: bool) -> None:
        who, offsets, when = self._pending.take()
        if not len(who):
            return
        ready = (offsets <= self.reference.known) | (when < now - _LONGEST_WAIT) | force
        waits = ~ready
        self._pending.add(who[waits], offsets[waits], when[waits])
        who, offsets, when = who[ready], offsets[ready], when[ready]
        ends = self.reference.times(offsets)
        order = np.argsort(who, kind="stable")
        who, ends, when = who[order], ends[order], when[order]
        while len(who):
            first = np.r_[True, who[1:] != who[:-1]]
            begins = self.players.arrive(who[first], ends[first], when[first], self.reference.fills)
            self.first_sound += (self.players.moment[begins] - self.asked[begins]).tolist()
            who, ends, when = who[~first], ends[~first], when[~first]

    # figures

    def latencies(self, now: float, wall: float) -> Numbers:
        """Seconds from the stage to each ear, at `now`, which is `wall` by the wall clock."""
        spoken = self.reference.spoken_at()
        if spoken is None:
            return np.zeros(0)
        time, moment = spoken
        who = self.players.begun & self.counted & (self.state == State.LISTENING)
        position = self.players.position[who] + (now - self.players.moment[who])
        late: Numbers = wall - moment + time - position
        return late

    def silences(self) -> Numbers:
        """Seconds of silence of each whose silence counts and who ever heard anything."""
        return self.players.silence[self.players.begun & self.counted]
