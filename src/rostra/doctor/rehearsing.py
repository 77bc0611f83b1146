"""The rehearsal's conductor, as the doctor calls it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from rostra.clock import SystemClock
from rostra.rehearsal import conductor
from rostra.rehearsal.shape import Mix, Plan


def rehearse(url: str, listeners: int, ramp: float, hold: float) -> Mapping[str, Any]:
    """A rehearsal in which a hundredth of the listeners compare every byte: the JSON document."""
    wish = conductor.Wish(url, Plan(listeners, ramp, hold, "linear"), Mix(0.0, 0.0, 1.0))
    return conductor.rehearse(wish, SystemClock(), lambda _: None)
