"""How loud a seat is (0 to 9), and whether somebody speaks there."""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.float32]

_QUIETEST, _STEP = -54.0, 5.0  # dBFS of level 1, dB per level
_SPEECH = -42.0  # dBFS above which a frame counts as voice
_AUDIBLE = -54.0  # dBFS below which a frame is nothing but room
_HANG = 25  # frames (half a second): a pause for breath is still speaking
_FALL = 1.5  # dB a frame
_ONSET = 3  # frames: a click is not a word


def decibels(frame: Pcm) -> float:
    """The frame's mean power in dBFS; -120 for silence."""
    power = float(np.dot(frame, frame)) / max(1, len(frame))
    return 10 * math.log10(power) if power > 1e-12 else -120.0


def level(power: float) -> int:
    """`power` in dBFS as 0 (silent) to 9 (very loud)."""
    return min(9, max(0, 1 + int((power - _QUIETEST) / _STEP))) if power > _QUIETEST else 0


class Meter:
    """Follows one seat frame by frame."""

    def __init__(self) -> None:
        self._loudest = self._recent = -120.0
        self._voiced = 0
        self._hang = 0
        self._heard = 0

    @property
    def audible(self) -> bool:
        """Whether there was more than the room's own noise in the last half second."""
        return self._heard > 0

    @property
    def speaking(self) -> bool:
        return self._hang > 0

    @property
    def level(self) -> int:
        """How loud it is now, as 0 to 9, falling slowly enough for an eye."""
        return level(self._recent)

    def add(self, frame: Pcm | None) -> None:
        """Take 20 ms of the seat; None where nothing came."""
        power = -120.0 if frame is None else decibels(frame)
        self._loudest = max(self._loudest, power)
        self._recent = max(self._recent - _FALL, power)
        self._voiced = self._voiced + 1 if power > _SPEECH else 0
        self._heard = _HANG if power > _AUDIBLE else max(0, self._heard - 1)
        self._hang = _HANG if self._voiced >= _ONSET else max(0, self._hang - 1)

    def take_level(self) -> int:
        """The loudest of what came since the last call, as 0 to 9."""
        loudest, self._loudest = self._loudest, -120.0
        return level(loudest)
