"""Loudness: how loud a voice seems (ITU-R BS.1770-5), and the gain that brings all to the same.

A voice's loudness is followed only while it speaks; in pauses its gain stays, so that breath and
room never swell up. The gain moves so slowly that nobody hears it move.
"""

from __future__ import annotations

import math
from functools import cache

import numpy as np
import numpy.typing as npt

from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]
Floats = npt.NDArray[np.float64]

TARGET = -15.0  # LUFS while somebody speaks: with the pauses between words that makes -16
_WINDOW = 2 * FRAME  # samples weighted at once: this frame and the one before
_ABSOLUTE = -60.0  # LUFS below which nobody speaks, whatever the microphone
_BELOW = 12.0  # LU below the voice's own loudness: a pause, not speech
_MEMORY = 150  # frames (3 s) of speech that say how loud a voice is
_SETTLING = 25  # frames of speech after which that is known well enough
_MOST, _LEAST = 18.0, -15.0  # dB of gain
_UP, _DOWN = 0.06, 0.16  # dB a frame: 3 dB a second up, 8 down
_FIRST = 1.0  # dB a frame while a voice is new: half a second is enough


class Weighting:
    """K-weighted power of one voice, frame by frame."""

    def __init__(self) -> None:
        self._before = np.zeros(FRAME, np.float32)

    def loudness(self, frame: Pcm) -> float:
        """LUFS of the last 40 ms, `frame` being the second half of them; -120 for silence."""
        both = np.concatenate((self._before, frame)) * _window()
        self._before = frame
        spectrum = np.fft.rfft(both)
        power = float(np.dot(np.abs(spectrum) ** 2, _k_weights()))
        return -0.691 + 10 * math.log10(power) if power > 1e-12 else -120.0


class Leveller:
    """One voice's gain, in dB."""

    def __init__(self) -> None:
        self._weighting = Weighting()
        self._power = 0.0  # mean of K-weighted power while speaking
        self._spoken = 0
        self.gain = 0.0

    def level(self, frame: Pcm) -> Pcm:
        """`frame` with the gain that this voice needs; 960 samples."""
        loudness = self._weighting.loudness(frame)
        before = self.gain
        if self._speaks(loudness):
            self._follow(loudness)
            wanted = min(_MOST, max(_LEAST, TARGET - self.loudness))
            if self._spoken >= _SETTLING // 5:
                step = _FIRST if self._spoken < _SETTLING else 0.0
                change = wanted - before
                self.gain += min(step or _UP, max(-(step or _DOWN), change))
        if before == self.gain == 0.0:
            return frame
        ramp = np.linspace(_factor(before), _factor(self.gain), FRAME, dtype=np.float32)
        return frame * ramp

    @property
    def loudness(self) -> float:
        """What this voice has had so far while it spoke, in LUFS."""
        return 10 * math.log10(self._power) if self._power > 0 else -120.0

    def _speaks(self, loudness: float) -> bool:
        return loudness > _ABSOLUTE and (
            self._spoken < _SETTLING or loudness > self.loudness - _BELOW
        )

    def _follow(self, loudness: float) -> None:
        self._spoken += 1
        share = 1 / min(self._spoken, _MEMORY)
        self._power += (10 ** (loudness / 10) - self._power) * share


def _factor(decibels: float) -> float:
    return float(10 ** (decibels / 20))


@cache
def _window() -> Pcm:
    return np.hanning(_WINDOW).astype(np.float32)


@cache
def _k_weights() -> Floats:
    """For each bin of the window's spectrum the factor that makes the sum a mean power."""
    frequencies = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    z = np.exp(-2j * np.pi * frequencies / RATE)
    # The two filters of BS.1770-5, annex 1, tables 1 and 2: the head's shelf, and the high pass.
    shelf = _response(z, (1.53512485958697, -2.69169618940638, 1.19839281085285),
                      (-1.69065929318241, 0.73248077421585))  # fmt: skip
    high = _response(z, (1.0, -2.0, 1.0), (-1.99004745483398, 0.99007225036621))
    gain = np.abs(shelf * high) ** 2
    twice = np.full(len(gain), 2.0)
    twice[0] = twice[-1] = 1.0
    energy = float(np.sum(_window().astype(np.float64) ** 2))
    return np.asarray(gain * twice / (_WINDOW * energy))


def _response(
    z: npt.NDArray[np.complex128], b: tuple[float, float, float], a: tuple[float, float]
) -> npt.NDArray[np.complex128]:
    return np.asarray((b[0] + b[1] * z + b[2] * z**2) / (1 + a[0] * z + a[1] * z**2))
