"""What is heard of sound that comes in pieces: the buffer of the listening page, for many at once.

The model is that of edge/pages/js (player.js, keeper.js): it begins as soon as there is enough
from the first fragment on, stands still where the buffer ends and goes on with the next bytes,
jumps over what never came, leaves out of marked silence what does not serve its distance from live,
and plays up to 2 % faster or slower to keep that distance. Every second without sound after the
first sound is silence, also that of marked silence which is played.

Pure arrays, one place per listener, all times in seconds; nothing is kept but the present.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Numbers = npt.NDArray[np.float64]
Places = npt.NDArray[np.int64]
Fills = Sequence[tuple[float, float]]  # marked silence, from and to

ENOUGH = 0.3  # s of sound with which playing begins
_BEFORE_FILL, _BEFORE_FILL_END = 0.05, 0.02  # timeline.js, fillEnd
_KEPT_OF_BURST = 0.9  # keeper.js, skipFill
_SHORTEST_MOVE = 0.1
_ROUNDING = 0.001
_FASTEST, _FAR = 0.02, 8.0  # keeper.js, pace
_BEGINS_AT, _ENDS_AT = 0.4, 0.06


class Players:
    """The buffers of `count` listeners; silence is also counted by the second for `seconds`."""

    def __init__(self, count: int, seconds: int) -> None:
        self.position = np.zeros(count)  # media time that is being heard
        self.end = np.zeros(count)  # media time up to which there is sound
        self.moment = np.zeros(count)  # when that position was right
        self.silence = np.zeros(count)
        self.period = np.zeros(count, np.float32)  # s between sends, of its class
        self.burst = np.zeros(count, np.float32)
        self._rate = np.ones(count, np.float32)
        self._lows = np.full((2, count), np.inf, np.float32)  # the least ahead: now, and before
        self._low_since = np.zeros(count)
        self._noted = np.zeros(count, np.int64)  # the first second in which it is not yet counted
        self.begun = np.zeros(count, np.bool_)
        self.silent_changes = np.zeros(seconds + 2, np.int64)  # who falls silent less who recovers

    def place(self, who: int, start: float, period: float, burst: float) -> float:
        """A response for `who` begins at media time `start`, of a class with that bargain.

        Returns the seconds of sound that will never come, because the response begins behind them.
        """
        self.period[who], self.burst[who] = period, burst
        self._rate[who] = 1.0
        self._lows[:, who] = np.inf
        self._low_since[who] = self.moment[who]
        if not self.begun[who]:
            self.position[who] = self.end[who] = start
            return 0.0
        missing = start - float(self.end[who])
        if missing < _ROUNDING:
            return 0.0
        self.position[who] += missing
        self.end[who] += missing
        return missing

    def arrive(self, who: Places, ends: Numbers, when: Numbers, fills: Fills) -> Places:
        """Sound up to `ends` is there at `when`; each of `who` once. Returns who began with it."""
        self.advance(who, when, fills)
        self._pace(who, when)
        self.end[who] = np.maximum(self.end[who], ends)
        waiting = who[~self.begun[who]]
        begins = waiting[self.end[waiting] - self.position[waiting] >= ENOUGH]
        self.begun[begins] = True
        self.moment[who] = np.maximum(self.moment[who], when)
        return begins

    def advance(self, who: Places, when: Numbers, fills: Fills) -> None:
        """Play until `when`, those who have begun."""
        playing = self.begun[who]
        who, when = who[playing], when[playing]
        rate = self._rate[who].astype(np.float64)
        left = np.maximum(when - self.moment[who], 0.0) * rate
        quiet = self._through_fills(who, left, fills) if fills else np.zeros(len(who))
        ahead = self.end[who] - self.position[who]
        heard = np.minimum(left, np.maximum(ahead, 0.0))
        self.position[who] += heard
        self.moment[who] = np.maximum(self.moment[who], when)
        quiet = (quiet + left - heard) / rate
        silent = quiet > 0
        if silent.any():
            self.silence[who] += quiet
            self._note(who[silent], when[silent] - quiet[silent], when[silent])

    def _pace(self, who: Places, when: Numbers) -> None:
        """What is ahead is least just before more of it comes: held near its target."""
        who, when = who[self.begun[who]], when[self.begun[who]]
        ahead = (self.end[who] - self.position[who]).astype(np.float32)
        self._lows[0, who] = np.minimum(self._lows[0, who], ahead)
        turn = when - self._low_since[who] >= self.period[who] + 0.5
        who = who[turn]
        low = self._lows[:, who].min(axis=0)
        off = low - (self.burst[who] - self.period[who] + np.float32(0.1))
        enough = np.where(self._rate[who] == 1.0, _BEGINS_AT, _ENDS_AT)
        corrects = np.isfinite(self._lows[1, who]) & (low < _FAR) & (np.abs(off) > enough)
        self._rate[who] = np.where(corrects, 1 + np.clip(off / 20, -_FASTEST, _FASTEST), 1.0)
        self._lows[1, who] = self._lows[0, who]
        self._lows[0, who] = np.inf
        self._low_since[who] = when[turn]

    def _through_fills(self, who: Places, left: Numbers, fills: Fills) -> Numbers:
        """Take from `left` (media seconds) what is before a fill and in it; returns the latter."""
        quiet = np.zeros(len(who))
        for start, stop in fills:
            position, end = self.position[who], self.end[who]
            reach = start - _BEFORE_FILL
            inside = (position < stop - _BEFORE_FILL_END) & (end > start)
            inside &= position + left >= reach
            if not inside.any():
                continue
            here, time = who[inside], left[inside]
            before = np.maximum(reach - self.position[here], 0.0)
            at, time = self.position[here] + before, time - before
            target = np.minimum(stop, self.end[here] - _KEPT_OF_BURST * self.burst[here])
            whole = self.end[here] >= stop - _BEFORE_FILL_END
            at = np.where(whole & (target > at + _SHORTEST_MOVE), target, at)
            to_fill = np.minimum(np.maximum(start - at, 0.0), time)
            at, time = at + to_fill, time - to_fill
            inner = np.minimum(np.minimum(time, np.maximum(stop - at, 0.0)), self.end[here] - at)
            inner = np.maximum(inner, 0.0)
            self.position[here] = at + inner
            left[inside] = time - inner
            quiet[inside] += inner
        return quiet

    def _note(self, who: Places, since: Numbers, until: Numbers) -> None:
        """Count these as silent in each second from `since` to `until`, in each second once."""
        last = len(self.silent_changes) - 2
        first = np.maximum(np.clip(since, 0, last).astype(np.int64), self._noted[who])
        behind = np.clip(until, 0, last).astype(np.int64) + 1
        new = behind > first
        np.add.at(self.silent_changes, first[new], 1)
        np.add.at(self.silent_changes, behind[new], -1)
        self._noted[who] = np.maximum(self._noted[who], behind)
