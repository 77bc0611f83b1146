"""Who is really hearing, by what was taken rather than by what is connected. Pure.

A listener counts who took at least 10 s of sound in the last 30 s. No history is needed for that:
whoever falls more than 18 s behind is closed, so whoever is still here took at least 12 s of the
last 30 s if it has been here for so long; and if not, all that it ever took lies within them.
For the same reason nobody has taken enough once the programme itself has stood still for 20 s.

Listeners by HLS are not connected. Their number is the sound they fetched in the last 25 to
30 s, divided by that time; nothing is kept that could tell one of them from another.
"""

from __future__ import annotations

ENOUGH_NS = 10_000_000_000
WINDOW_NS = 30_000_000_000
BEHIND_NS = 10_000_000_000
_BUCKETS = 6
_BUCKET_NS = WINDOW_NS // _BUCKETS


def hears(taken_ns: int, since_growth_ns: int) -> bool:
    """Whether a listener that took `taken_ns` of sound since joining counts.

    `since_growth_ns` is how long ago the programme last grew.
    """
    return taken_ns >= ENOUGH_NS and since_growth_ns <= WINDOW_NS - ENOUGH_NS


class Fetched:
    """Sound fetched in pieces by whoever comes, in six buckets of five seconds."""

    def __init__(self) -> None:
        self._buckets = [0] * _BUCKETS
        self._current = 0

    def add(self, sound_ns: int, now: int) -> None:
        """Somebody fetched `sound_ns` of sound."""
        self._turn(now)
        self._buckets[self._current % _BUCKETS] += sound_ns

    def listeners(self, now: int) -> int:
        """How many would have fetched that, each hearing all the time."""
        self._turn(now)
        covered = (_BUCKETS - 1) * _BUCKET_NS + now % _BUCKET_NS
        return round(sum(self._buckets) / covered)

    @property
    def empty(self) -> bool:
        """Whether nobody fetched anything lately."""
        return not any(self._buckets)

    def _turn(self, now: int) -> None:
        target = now // _BUCKET_NS
        for bucket in range(max(self._current + 1, target - _BUCKETS + 1), target + 1):
            self._buckets[bucket % _BUCKETS] = 0
        self._current = max(self._current, target)
