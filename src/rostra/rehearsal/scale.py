"""Where an axis has its marks, and how many points a line needs. Pure."""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise
from typing import TypeVar

Point = tuple[float, float]
T = TypeVar("T")

_STEPS = (1.0, 2.0, 2.5, 5.0, 10.0)
_LEAST = 1e-9  # what is below is nothing
_TIMES = (1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 43_200, 86_400)


def marks(most: float, count: int = 4, *, whole: bool = False) -> list[float]:
    """Round numbers from 0 to the first that is not below `most`, at most `count` + 1 of them.

    With `whole` none has a fraction. An axis on which all is 0 still reaches 1.
    """
    most = most if most > _LEAST else 1.0
    power = 10.0 ** math.floor(math.log10(most / count))
    steps = [step * power for step in (*_STEPS, *(ten * 10 for ten in _STEPS))]
    if whole:
        steps = [step for step in steps if step >= 1 and step == round(step)] or [1.0]
    step = next(step for step in steps if math.ceil(most / step - 1e-9) <= count)
    return [step * at for at in range(math.ceil(most / step - 1e-9) + 1)]


def time_marks(seconds: float, count: int = 5) -> list[float]:
    """Moments that people would name, from 0 to `seconds`, at most `count` + 1 of them."""
    step = next((step for step in _TIMES if seconds / step <= count), 86_400)
    step *= max(1, math.ceil(seconds / step / count))
    return [float(at) for at in range(0, int(seconds) + 1, step)]


def thinned(points: Sequence[Point], most: int) -> list[Point]:
    """At most `most` of `points`: the highest of each stretch, so that no peak is lost."""
    if len(points) <= most:
        return list(points)
    edges = [round(at * len(points) / (most - 2)) for at in range(most - 1)]
    peaks = [max(points[low:high], key=lambda point: point[1]) for low, high in pairwise(edges)]
    return sorted({points[0], *peaks, points[-1]})


def sampled(rows: Sequence[T], most: int) -> list[T]:
    """At most `most` of `rows`, evenly, the first and the last among them."""
    if len(rows) <= most:
        return list(rows)
    return [rows[round(at * (len(rows) - 1) / (most - 1))] for at in range(most)]
