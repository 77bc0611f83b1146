"""A downward expander: what is far below a voice becomes quieter still, by 12 dB at the most.

People talking in the background sound like a voice, and no suppressor takes them out without
taking words as well; but they are quieter than who sits at the microphone. How loud that voice is
rises at once and falls by 12 dB a minute, so that a pause changes nothing, and somebody with a
softer voice is not turned down for long. Until somebody has spoken nothing is turned down.
"""

from __future__ import annotations

import math

import numpy as np
import numpy.typing as npt

from rostra.stage.levels import decibels
from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]

_BELOW = 5.5  # dB below the voice where turning down begins
_SLOPE = 2.5  # dB down for each dB below that
_MOST = 12.0  # dB
_SMOOTHED = 0.2  # share of a new frame in the voice's power: a tenth of a second
_FORGOTTEN = 0.004  # dB a frame
_ABSOLUTE = -55.0  # dBFS below which nobody speaks
_A_WORD = -1.0  # dB: what is turned down less than this is speech
_HELD = 5  # frames (a tenth of a second) that a word's end is left alone
_FALL = 2.0  # dB a frame: 100 a second
_ATTACK = 96  # samples in which it opens: 2 ms


class Expander:
    """One voice's pauses."""

    def __init__(self) -> None:
        self._smoothed = 0.0
        self._voice = -120.0  # dBFS
        self._hold = 0
        self.gain = 0.0  # dB

    def turn_down(self, frame: Pcm) -> Pcm:
        """960 samples, with a pause among them turned down."""
        before = self.gain
        self._follow(decibels(frame))
        if before == self.gain == 0.0:
            return frame
        ramp = np.full(FRAME, _factor(self.gain), np.float32)
        moving = _ATTACK if self.gain > before else FRAME
        ramp[:moving] = np.linspace(_factor(before), _factor(self.gain), moving, dtype=np.float32)
        return frame * ramp

    def _follow(self, level: float) -> None:
        self._smoothed += (10 ** (level / 10) - self._smoothed) * _SMOOTHED
        self._voice = max(self._voice - _FORGOTTEN, 10 * math.log10(self._smoothed + 1e-12))
        wanted = self._wanted(level)
        if wanted > _A_WORD:
            self._hold = _HELD
        if wanted >= self.gain:
            self.gain = wanted
        elif self._hold:
            self._hold -= 1
        else:
            self.gain = max(wanted, self.gain - _FALL)

    def _wanted(self, level: float) -> float:
        if self._voice < _ABSOLUTE:
            return 0.0
        return max(-_MOST, min(0.0, _SLOPE * (level - self._voice + _BELOW)))


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))
