"""What is heard of sound that comes in pieces: the buffer of the listening page, for many at once.

The model is that of edge/pages/js (player.js, keeper.js): it begins as soon as there is enough
from the first fragment on, plays at the speed of time, stands still where the buffer ends and goes
on with the next bytes, jumps over what never came, and leaves out of marked silence what does not
serve its distance from live. Every second without sound after the first sound is silence, also
that of marked silence which is played.

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


class Players:
    """The buffers of `count` listeners; silence is also counted by the second for `seconds`."""

    def __init__(self, count: int, seconds: int) -> None:
        self.position = np.zeros(count)  # media time that is being heard
        self.end = np.zeros(count)  # media time up to which there is sound
        self.moment = np.zeros(count)  # when that position was right
        self.silence = np.zeros(count)
        self.burst = np.zeros(count, np.float32)
        self.begun = np.zeros(count, np.bool_)
        self.silent_changes = np.zeros(seconds + 2, np.int64)  # who falls silent less who recovers

    def place(self, who: int, start: float, burst: float) -> float:
        """A response for `who` begins at media time `start`, of a class with that burst.

        Returns the seconds of sound that will never come, because the response begins behind them.
        """
        self.burst[who] = burst
        if not self.begun[who]:
            self.position[who] = self.end[who] = start
            return 0.0
        missing = max(0.0, start - float(self.end[who]))
        self.position[who] += missing
        self.end[who] += missing
        return missing

    def arrive(self, who: Places, ends: Numbers, when: Numbers, fills: Fills) -> Places:
        """Sound up to `ends` is there at `when`; each of `who` once. Returns who began with it."""
        self.advance(who, when, fills)
        self.end[who] = np.maximum(self.end[who], ends)
        waiting = who[~self.begun[who]]
        begins = waiting[self.end[waiting] - self.position[waiting] >= ENOUGH]
        self.begun[begins] = True
        self.moment[who] = when
        return begins

    def advance(self, who: Places, when: Numbers, fills: Fills) -> None:
        """Play until `when`, those who have begun."""
        playing = self.begun[who]
        who, when = who[playing], when[playing]
        left = np.maximum(when - self.moment[who], 0.0)
        quiet = self._through_fills(who, left, fills) if fills else np.zeros(len(who))
        ahead = self.end[who] - self.position[who]
        heard = np.minimum(left, np.maximum(ahead, 0.0))
        self.position[who] += heard
        self.moment[who] = np.maximum(self.moment[who], when)
        quiet += left - heard
        silent = quiet > 0
        if silent.any():
            self.silence[who] += quiet
            self._note(when[silent] - quiet[silent], when[silent])

    def _through_fills(self, who: Places, left: Numbers, fills: Fills) -> Numbers:
        """Take from `left` the time until each fill, and that spent in it, which is returned."""
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

    def _note(self, since: Numbers, until: Numbers) -> None:
        last = len(self.silent_changes) - 2
        first = np.clip(since, 0, last).astype(np.int64)
        behind = np.clip(until, 0, last).astype(np.int64) + 1
        np.add.at(self.silent_changes, first, 1)
        np.add.at(self.silent_changes, behind, -1)
