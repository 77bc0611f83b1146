"""The coded programme: a sound that says at every moment which moment it is.

Ten times a second a short chirp; it is one of four, so it carries two bits. The bits are a maximal
length sequence, in which twenty bits in a row stand only once: one second of the sound tells where
in 29 hours it was cut out. Between the chirps lies a quiet steady tone, in which every click, drop
or cut shows. Any stretch of it is a pure function of the sample numbers.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rostra.wire.timing import RATE

Pcm = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]

SLOT = 4_800  # samples from one chirp to the next
CHIRP = 1_920  # samples of a chirp: 40 ms
WINDOW = 10  # chirps that tell the time together
PERIOD = (1 << 20) - 1  # chirps until the sequence begins again

BED_HERTZ = 375  # a whole number of samples (128) a period
BED_LEVEL = 0.05
_CHIRP_LEVEL = 0.3
# Hertz at the beginning, in the middle and at the end. They are wide, so that a codec which moves
# a cycle does not make a later one look like the best; and no two are alike for long.
_SWEEPS = ((400, 1400, 2400), (2400, 1400, 400), (400, 2400, 400), (2400, 400, 2400))


def programme(start: int, count: int) -> Pcm:
    """The `count` samples of the coded programme from sample `start` (0 or more) on."""
    numbers = np.arange(start, start + count)
    sound = BED_LEVEL * np.sin(2 * np.pi * ((numbers * BED_HERTZ) % RATE) / RATE)
    first, last = max(0, (start - CHIRP) // SLOT), (start + count) // SLOT
    for slot in range(first, last + 1):
        at = slot * SLOT - start
        begin, end = max(0, at), min(count, at + CHIRP)
        if begin < end:
            sound[begin:end] += _CHIRP_LEVEL * chirps()[symbol(slot)][begin - at : end - at]
    return sound.astype(np.float32)


@cache
def chirps() -> npt.NDArray[np.float64]:
    """The four chirps, 1,920 samples each, peak 1."""
    corners = np.array((0, CHIRP / 2, CHIRP))
    pitch = np.stack([np.interp(np.arange(CHIRP), corners, sweep) for sweep in _SWEEPS])
    phase = 2 * np.pi * np.cumsum(pitch, axis=1) / RATE
    return np.asarray(np.hanning(CHIRP) * np.sin(phase))


def symbol(slot: int) -> int:
    """Which of the four chirps stands at `slot`."""
    bits = _sequence()
    at = 2 * slot
    return int(bits[at % PERIOD]) << 1 | int(bits[(at + 1) % PERIOD])


def slot_of(symbols: Numbers) -> int | None:
    """The slot of the first of `WINDOW` symbols in a row; None for what no programme holds."""
    word = 0
    for value in symbols[:WINDOW]:
        word = word << 2 | int(value)
    at = int(_places()[word])
    if at < 0:
        return None
    # An odd place is reached in the second round of the sequence: the period is an odd number.
    return at // 2 if at % 2 == 0 else (at + PERIOD) // 2


@cache
def _sequence() -> npt.NDArray[np.uint8]:
    """The bits of x^20 + x^3 + 1, a primitive polynomial: a maximal length sequence."""
    bits = np.ones(PERIOD, np.uint8)
    # A block of 17 bits depends only on older ones, so whole blocks are made at once.
    for at in range(20, PERIOD, 17):
        stop = min(at + 17, PERIOD)
        bits[at:stop] = bits[at - 20 : stop - 20] ^ bits[at - 17 : stop - 17]
    return bits


@cache
def _places() -> npt.NDArray[np.int32]:
    """For each word of twenty bits, where it begins in the sequence; -1 for none."""
    bits = np.concatenate((_sequence(), _sequence()[:19])).astype(np.int64)
    words = np.zeros(PERIOD, np.int64)
    for shift in range(20):
        words = words << 1 | bits[shift : shift + PERIOD]
    places = np.full(1 << 20, -1, np.int32)
    places[words] = np.arange(PERIOD)
    return places
