"""How a crowd comes: how many listeners should have joined at a moment. Pure, time is an argument.

A shape is a few corners (seconds, listeners) with straight lines between them, so that it can be
asked both ways: how many by now, and since when somebody is due.

    linear     evenly over the ramp
    spike      80 % within the first tenth of the ramp, the rest evenly
    campaign   most within the ramp, then 10 % of those more each minute; in the middle of the hold
               a fifth of all connections break at once and come back
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

_SPIKE_SHARE, _SPIKE_PART = 0.8, 0.1
_MORE_EACH_MINUTE = 0.1
RECONNECTING = 0.2
SHAPES = ("linear", "spike", "campaign")
RAMPS = {"linear": 60.0, "spike": 60.0, "campaign": 600.0}

Corner = tuple[float, float]


def _linear(listeners: int, ramp: float, hold: float) -> list[Corner]:
    del hold
    return [(0.0, 0.0), (ramp, float(listeners))]


def _spike(listeners: int, ramp: float, hold: float) -> list[Corner]:
    del hold
    early = (ramp * _SPIKE_PART, listeners * _SPIKE_SHARE)
    return [(0.0, 0.0), early, (ramp, float(listeners))]


def _campaign(listeners: int, ramp: float, hold: float) -> list[Corner]:
    first = listeners / (1 + _MORE_EACH_MINUTE * hold / 60)
    return [(0.0, 0.0), (ramp, first), (ramp + hold, float(listeners))]


_CORNERS: dict[str, Callable[[int, float, float], list[Corner]]] = {
    "linear": _linear,
    "spike": _spike,
    "campaign": _campaign,
}


@dataclass(frozen=True)
class Plan:
    """`listeners` in all, who come within `ramp` seconds and stay for `hold` more."""

    listeners: int
    ramp: float
    hold: float
    shape: str = "linear"

    @property
    def length(self) -> float:
        """Seconds from the first listener to the end."""
        return self.ramp + self.hold

    @property
    def break_at(self) -> float | None:
        """When RECONNECTING of all connections break at once, if they do."""
        return self.ramp + self.hold / 2 if self.shape == "campaign" else None

    def due(self, t: float) -> int:
        """How many should have come `t` seconds after the beginning."""
        times = self._times
        if t < 0:
            return 0
        if t >= times[-1]:
            return self.listeners
        at = bisect_right(times, t)
        (left, low), (right, high) = self._corners[at - 1], self._corners[at]
        return min(self.listeners, int(low + (high - low) * (t - left) / (right - left)))

    def when(self, number: int) -> float:
        """The moment at which listener `number`, counted from 0, is due."""
        wanted = min(number + 1, self.listeners)
        at = max(1, bisect_left([count for _, count in self._corners], wanted))
        (left, low), (right, high) = self._corners[at - 1], self._corners[at]
        return min(self.length, left + (right - left) * (wanted - low) / (high - low))

    @cached_property
    def _corners(self) -> list[Corner]:
        return _CORNERS[self.shape](self.listeners, self.ramp, self.hold)

    @cached_property
    def _times(self) -> list[float]:
        return [time for time, _ in self._corners]


@dataclass(frozen=True)
class Share:
    """The part of a crowd that one of `workers` carries: every `workers`-th, from `worker` on."""

    worker: int
    workers: int

    def of(self, count: int) -> int:
        """How many of the first `count` listeners are ours."""
        return max(0, (count - self.worker + self.workers - 1) // self.workers)

    def number(self, ours: int) -> int:
        """The number, in the whole crowd, of the `ours`-th of us."""
        return self.worker + ours * self.workers


@dataclass(frozen=True)
class Mix:
    """Per cent of the listeners who read too slowly, who are phones, who compare every byte."""

    slow: float = 0.0
    hls: float = 0.0
    verify: float = 0.0

    def kind(self, number: int) -> str:
        """ "slow", "hls", "verify" or "plain": evenly spread, the same in every run."""
        # Every hundred has each whole per cent once, and every ten thousand each hundredth of one.
        lot = number * 37 % 100 + number // 100 * 61 % 100 / 100
        for name in ("slow", "hls", "verify"):
            lot -= getattr(self, name)
            if lot < 0:
                return name
        return "plain"
