"""Making sound a little shorter or longer without a break: one period of its wave, no more.

A wave that repeats itself sounds the same with a period less or more, when the ends are faded into
each other (waveform similarity overlap-add, WSOLA; Verhelst and Roelands, 1993). Silence may lose
or gain whatever is asked for.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Pcm = npt.NDArray[np.float32]

SHORTEST, LONGEST = 120, 480  # samples of a period: 400 Hz to 100 Hz, or several of a higher one
_LOOK = 4  # one sample in so many is compared
_ALIKE = 0.85  # correlation (-1 to 1) of two periods that may be exchanged
_QUIET = 1e-3  # root mean square (-60 dBFS) below which any period is like the next


def shortened(sound: Pcm, *, anyway: bool = False) -> Pcm:
    """`sound` without one of its periods, or as it is when it has none and need not lose `anyway`.

    Both ends stay as they are. Less than 960 samples are left alone.
    """
    period = _period(sound)
    if not period and anyway and len(sound) >= 2 * LONGEST:
        period = LONGEST
    if not period:
        return sound
    fade = _fade(period)
    joined = sound[:period] * (1 - fade) + sound[period : 2 * period] * fade
    return np.concatenate((joined, sound[2 * period :])).astype(np.float32)


def lengthened(sound: Pcm) -> Pcm:
    """`sound` with one of its periods twice, or as it is when it has none."""
    period = _period(sound)
    if not period:
        return sound
    fade = _fade(period)
    again = sound[period : 2 * period] * (1 - fade) + sound[:period] * fade
    return np.concatenate((sound[:period], again, sound[period:])).astype(np.float32)


def is_silent(sound: Pcm) -> bool:
    """Whether `sound` is so quiet that nobody hears what happens to it."""
    return len(sound) == 0 or float(np.dot(sound, sound)) / len(sound) < _QUIET**2


def _fade(samples: int) -> Pcm:
    return ((np.arange(samples, dtype=np.float32) + 0.5) / samples).astype(np.float32)


def _period(sound: Pcm) -> int:
    """How many samples further the wave's beginning is most like itself; 0 when it never is."""
    if len(sound) < 2 * LONGEST:
        return 0
    if is_silent(sound):
        return LONGEST
    wave = sound[: 2 * LONGEST : _LOOK].astype(np.float64)
    best, found = _ALIKE, 0
    for lag in range(SHORTEST // _LOOK, LONGEST // _LOOK + 1):
        first, second = wave[:lag], wave[lag : 2 * lag]
        power = float(np.dot(first, first)) * float(np.dot(second, second))
        likeness = float(np.dot(first, second)) / power**0.5 if power > 0 else 0.0
        if likeness > best:
            best, found = likeness, lag
    return _refined(sound, found * _LOOK) if found else 0


def _refined(sound: Pcm, about: int) -> int:
    """The exact number of samples near `about`."""
    around = range(max(SHORTEST, about - _LOOK), min(LONGEST, about + _LOOK) + 1)

    def differs(lag: int) -> float:
        change = sound[:lag] - sound[lag : 2 * lag]
        return float(np.dot(change, change)) / lag

    return min(around, key=differs)
