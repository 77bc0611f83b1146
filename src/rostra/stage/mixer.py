"""Mixing: many seats' frames into the programme, and for each seat the mix without itself.

A frame is 960 float32 samples in -1..1. The limiter looks one frame ahead of nothing: it lowers
its gain at once when a frame would exceed the ceiling, over the frame's first samples, and lets it
rise slowly afterwards, so that shouting is tamed without pumping.
"""

from __future__ import annotations

import math
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]

# Sample peak. Between the samples it is at most half a decibel more; and Opus at 24 kbit/s decodes
# to a decibel more, which a listener's player must not cut either. It costs 0.2 LU of loudness.
CEILING = float(10 ** (-2.2 / 20))
_RECOVERY = 0.02  # of the way back to full gain in a frame: about a second
_ATTACK = 96  # samples over which the gain falls: 2 ms, short enough to be unheard

_BLENDING = 0.1  # of the way to another number of voices in a frame: a fifth of a second
_UNHEARD = 0.001  # a hundredth of a decibel

SILENCE = np.zeros(FRAME, np.float32)
SILENCE.setflags(write=False)


def total(frames: Mapping[str, Pcm]) -> Pcm:
    """The sum of all frames."""
    mixed = SILENCE.copy()
    for frame in frames.values():
        mixed += frame
    return mixed


class Blend:
    """Keeps the sum as loud as one voice, however many talk: each as one part of equal power."""

    def __init__(self) -> None:
        self._gain = 1.0

    def balanced(self, frames: dict[str, Pcm], talking: int) -> dict[str, Pcm]:
        """`frames` at the gain that `talking` voices at once may have."""
        wanted = 1 / math.sqrt(max(1, talking))
        before = self._gain
        self._gain = after = before + (wanted - before) * _BLENDING
        if abs(1 - after) < _UNHEARD and abs(1 - before) < _UNHEARD:
            return frames
        ramp = np.linspace(before, after, FRAME, dtype=np.float32)
        return {ident: frame * ramp for ident, frame in frames.items()}


class Limiter:
    """Keeps every sample within the ceiling. One per output."""

    def __init__(self) -> None:
        self._gain = 1.0

    def limit(self, frame: Pcm) -> Pcm:
        """`frame` with its peak at or below CEILING."""
        peak = float(np.abs(frame).max(initial=0.0))
        wanted = min(1.0, CEILING / peak) if peak > 0 else 1.0
        before = self._gain
        after = wanted if wanted < before else before + (wanted - before) * _RECOVERY
        self._gain = after
        if before == after == 1.0:
            return frame
        ramp = np.full(FRAME, after, np.float32)
        ramp[:_ATTACK] = np.linspace(before, after, _ATTACK, dtype=np.float32)
        # What came before the gain had fallen is held by force: two milliseconds at the most.
        limited: Pcm = np.clip(frame * ramp, -CEILING, CEILING)
        return limited
