"""Hold music: soft, endless, and without a click where it begins again."""

from __future__ import annotations

import numpy as np

from rostra.stage import hold
from rostra.stage.mixer import CEILING
from rostra.wire.timing import FRAME, RATE


def played(seconds: float, start: int = 0) -> np.ndarray:
    ticks = round(seconds * RATE / FRAME)
    return np.concatenate([hold.frame(start + FRAME * n) for n in range(ticks)])


def length() -> int:
    """Samples until it begins again, by its own sound."""
    sound = played(40)
    return next(n for n in range(FRAME, len(sound), FRAME) if not np.any(sound[n:] - sound[:-n]))


def test_it_begins_again_without_a_click() -> None:
    sound, again = played(40), length()
    steepest = float(np.abs(np.diff(sound, 2)).max())
    around = sound[again - RATE // 100 : again + RATE // 100]
    assert float(np.abs(np.diff(around, 2)).max()) <= steepest
    assert steepest < 0.001  # a click of a thousandth of full scale would stand out here


def test_every_frame_is_whole_after_any_number_of_hours() -> None:
    assert all(hold.frame(start * FRAME).shape == (FRAME,) for start in range(0, 12 * 180_000, 997))


def test_it_is_there_and_no_more() -> None:
    sound = played(10)
    power = 10 * np.log10(np.mean(np.square(sound)))
    assert -45 < power < -25
    assert float(np.abs(sound).max()) < CEILING / 10
