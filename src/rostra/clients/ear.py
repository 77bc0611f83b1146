"""What somebody hears who plays a stream as it comes: when, how late, how gapless. Pure.

The model of a plain player: it begins with the first sound, plays at the speed of time, stops when
its buffer is empty, and jumps over what never came.
"""

from __future__ import annotations

from datetime import datetime

from rostra.clients.stream import Changed, Heard
from rostra.wire.timing import RATE, seconds


class Ear:
    """One player. Every `now` is in seconds on one clock that never goes back."""

    def __init__(self) -> None:
        self._end: int | None = None  # media time up to which sound is there, in samples
        self._at = 0.0  # media time that is being heard, in samples
        self._when = 0.0
        self._made: tuple[int, float] | None = None  # a media time, and when it was spoken
        self._promised: tuple[int, float] | None = None  # the same for a fragment to come
        self.silent = 0.0  # seconds without sound since the first

    def came(self, heard: Heard, now: float) -> None:
        """New sound is in the buffer."""
        if self._end is None:
            self._at, self._when = float(heard.media_time), now
        else:
            self.listen(now)
            self._at += heard.missing
        self._end = heard.media_time + heard.samples
        if self._promised is not None and self._promised[0] == heard.media_time:
            self._made = self._end, self._promised[1]

    def told(self, changed: Changed) -> None:
        """The state; a whole one says at which wall time its fragment was finished."""
        if changed.whole and (wall := _wall(changed.state.get("at"))) is not None:
            self._promised = changed.media_time, wall

    def listen(self, now: float) -> None:
        """Play until `now`."""
        if self._end is None:
            return
        wanted = self._at + (now - self._when) * RATE
        self.silent += max(0.0, wanted - self._end) / RATE
        self._at, self._when = min(wanted, float(self._end)), now

    def latency(self, wall: float) -> float | None:
        """Seconds from the stage to the ear at wall time `wall`; None while that is not known."""
        if self._made is None:
            return None
        media_time, spoken = self._made
        return wall - spoken + seconds(media_time) - self._at / RATE


def _wall(text: object) -> float | None:
    """A moment in ISO 8601 as seconds since the epoch; None for anything else."""
    try:
        moment = datetime.fromisoformat(str(text))
        return moment.timestamp() if moment.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
