"""The meter: hears a recording of the coded programme and says what happened to it on its way.

Chirps are found by correlation with each of the four; their order tells which moment of the
programme each is, their places tell when it was heard, to about a sample. From one chirp to the
next the difference must stay the same: a smaller one means programme that is missing or came
again, a larger one sound put in between. Between chirps the steady tone must be there, and alone.
"""

from __future__ import annotations

import math
from collections import Counter
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rostra.testing.coded import BED_LEVEL, CHIRP, SLOT, WINDOW, chirps, slot_of, symbol
from rostra.wire.timing import RATE

Pcm = npt.NDArray[np.float32]
Numbers = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

FAULTS = ("missing", "repeated", "inserted", "drops", "clicks")  # the kinds, as `Reading` has them
TOLERANCE = 6  # samples: how far a codec may move a chirp
_STRENGTH = 0.55  # correlation (0 to 1) from which a sound is a chirp
_UNHEARD = 3  # slots: a codec may blur a chirp or two, not more in a row
_AGREED = 5  # words: what lies across a break seldom says the same so often
_CYCLE = 120  # samples of the longest wave in a chirp
_NEIGHBOURS = 60  # samples by which chirps in a row may be off
_BLOCK = 1 << 18  # samples correlated at once
_HOP = 480  # samples (10 ms) of one look at the steady tone
_MARGIN = 480  # samples beside a chirp in which a codec smears it
_TONE = BED_LEVEL / math.sqrt(2)  # how loud the steady tone is as it is made
_DROP = 0.1  # of its usual loudness: the tone is gone
_SHARP = 0.03  # fourth difference of a broken wave; the coded tone stays below 0.015
# A constant bit rate is at times too little for a chirp: coded a second time at 24 kbit/s, one in a
# thousand has an edge of up to 0.2, in it or in the frame after it. A lost sample there makes 0.3.
_SHARP_IN_CHIRP = 0.3
_BEFORE, _AFTER = 480, 1_200  # samples beside a chirp into which a codec's frames smear it


@dataclass(frozen=True)
class Fault:
    """One thing that went wrong: where in the recording (samples), and how long (samples)."""

    at: int
    samples: int


@dataclass(frozen=True)
class Reading:
    """What the meter heard.

    `slots` and `places`: for each chirp its number and its place in the recording (samples).
    `missing`: programme that was left out; `repeated`: that came twice; `inserted`: other sound or
    silence in between; `drops`: the sound was gone, time went on; `clicks`: broken tone.
    `level` is the mean power in dBFS.
    """

    slots: Numbers
    places: Floats
    missing: tuple[Fault, ...]
    repeated: tuple[Fault, ...]
    inserted: tuple[Fault, ...]
    drops: tuple[Fault, ...]
    clicks: tuple[Fault, ...]
    level: float

    @property
    def clean(self) -> bool:
        """Whether it was heard through, without a fault."""
        return len(self.slots) >= WINDOW and not any(self.faults.values())

    @property
    def faults(self) -> dict[str, tuple[Fault, ...]]:
        """All that went wrong, by kind."""
        return {kind: getattr(self, kind) for kind in FAULTS}

    @property
    def offset(self) -> float:
        """Recording sample minus programme sample, the median over all chirps."""
        return float(np.median(self.places - self.slots * SLOT)) if len(self.slots) else math.nan

    @property
    def heard_seconds(self) -> float:
        """Programme time from the first to the last chirp."""
        return float(self.slots[-1] - self.slots[0]) * SLOT / RATE if len(self.slots) else 0.0


def read(sound: Pcm, tolerance: int = TOLERANCE) -> Reading:
    """Hear `sound` (mono, 48 kHz, -1..1) through. Nothing heard gives empty `slots`."""
    wave = sound.astype(np.float64)
    kinds, places = _found(wave)
    slots, places = _numbered(kinds, places)
    missing, repeated, inserted = _shifts(slots, places, tolerance)
    faults = (*missing, *repeated, *inserted)
    starts, loudness = _tone(wave, places, {fault.at for fault in faults})
    drops = (*_silenced(slots, places), *_drops(starts, loudness))
    # Whoever makes the programme louder makes what a codec does to it louder too.
    louder = max(1.0, float(np.median(loudness)) / _TONE) if len(loudness) else 1.0
    power = float(np.mean(np.square(sound, dtype=np.float64))) if len(sound) else 0.0
    level = 10 * math.log10(power) if power > 0 else -math.inf
    return Reading(
        slots, places, missing, repeated, inserted, drops, _clicks(wave / louder, places), level
    )


def _found(sound: Floats) -> tuple[Numbers, Floats]:
    """The chirps in order: which of the four, and at which sample (with its fraction)."""
    kinds: list[int] = []
    places: list[float] = []
    step = _BLOCK - CHIRP
    for start in range(0, max(1, len(sound) - CHIRP), step):
        block = sound[start : start + _BLOCK]
        if len(block) <= CHIRP:
            break
        for kind, place in _in_block(block):
            if not places or start + place - places[-1] > SLOT // 3:
                kinds.append(kind)
                places.append(start + place)
    return np.array(kinds, np.int64), np.array(places)


def _in_block(block: Floats) -> list[tuple[int, float]]:
    correlation = _correlated(block)
    best = correlation.max(axis=0)
    found: list[tuple[int, float]] = []
    at = 0
    above = np.flatnonzero(best > _STRENGTH)
    for candidate in above.tolist():
        if candidate < at:
            continue
        around = best[candidate : candidate + CHIRP // 2]
        peak = candidate + int(around.argmax())
        kind = int(correlation[:, peak].argmax())
        found.append((kind, peak + _fraction(correlation[kind], peak)))
        at = peak + SLOT // 3
    return found


def _correlated(block: Floats) -> Floats:
    """Correlation of the block with each chirp, 1 where they are alike but for the loudness."""
    size = 1 << (len(block) + CHIRP - 1).bit_length()
    spectrum = np.fft.rfft(block, size)
    count = len(block) - CHIRP + 1
    shapes = chirps()
    raw = np.stack(
        [
            np.fft.irfft(spectrum * np.conj(np.fft.rfft(shape, size)), size)[:count]
            for shape in shapes
        ]
    )
    power = np.concatenate(([0.0], np.cumsum(block**2)))
    loudness = np.sqrt(np.maximum(power[CHIRP:] - power[:-CHIRP], 1e-9))
    weight = np.sqrt((shapes**2).sum(axis=1))
    # Very quiet places correlate with anything: they are no chirps.
    loudness = np.where(loudness < 0.02, np.inf, loudness)
    return np.asarray(raw / weight[:, None] / loudness[None, :])


def _fraction(values: Floats, peak: int) -> float:
    """How far the top of the parabola through the peak lies from it."""
    if not 0 < peak < len(values) - 1:
        return 0.0
    left, middle, right = values[peak - 1 : peak + 2]
    bend = left - 2 * middle + right
    return float(0.5 * (left - right) / bend) if bend else 0.0


def _numbered(kinds: Numbers, places: Floats) -> tuple[Numbers, Floats]:
    """Give each chirp its slot, by the words of ten that it is part of; those in none are left.

    A word across a break names some slot too, and so may a few of its neighbours; but no more than
    nine words lie across one break, so the longest agreement around a chirp is right.
    """
    words = _words(kinds, places)
    support = Counter(slot - at for at, slot in words)
    slots = np.full(len(kinds), -1, np.int64)
    strength = np.zeros(len(kinds), np.int64)
    for at, slot in words:
        agreed = support[slot - at]
        part = slice(at, at + WINDOW)
        better = strength[part] < agreed
        slots[part][better] = np.arange(slot, slot + WINDOW)[better]
        strength[part][better] = agreed
    slots[strength < min(_AGREED, len(words))] = -1
    _extend(slots, kinds, places)
    kept = (slots >= 0) & ~_slipped(slots, places)
    return slots[kept], places[kept]


def _words(kinds: Numbers, places: Floats) -> list[tuple[int, int]]:
    """For every ten chirps in a row that say a time: where they begin, and their first slot."""
    words: list[tuple[int, int]] = []
    for at in range(len(kinds) - WINDOW + 1):
        if np.abs(np.diff(places[at : at + WINDOW]) - SLOT).max() <= _NEIGHBOURS:
            slot = slot_of(kinds[at : at + WINDOW])
            if slot is not None:
                words.append((at, slot))
    return words


def _slipped(slots: Numbers, places: Floats) -> npt.NDArray[np.bool_]:
    """Single chirps that a codec moved by a wave while both neighbours agree: no fault."""
    slipped = np.zeros(len(slots), bool)
    offsets = places - slots * SLOT
    agree = np.abs(offsets[2:] - offsets[:-2]) <= TOLERANCE
    slipped[1:-1] = agree & (np.abs(offsets[1:-1] - offsets[:-2]) > TOLERANCE)
    slipped[1:-1] &= np.abs(offsets[1:-1] - offsets[:-2]) < _CYCLE
    return slipped


def _extend(slots: Numbers, kinds: Numbers, places: Floats) -> None:
    """Chirps beside a break take their number from the neighbour on their side of it."""
    order = range(1, len(slots))
    for here, there in [(i, i - 1) for i in order] + [(i - 1, i) for i in reversed(order)]:
        if slots[here] >= 0 or slots[there] < 0:
            continue
        steps = round((places[here] - places[there]) / SLOT)
        guess = int(slots[there]) + steps
        near = abs(places[here] - places[there] - steps * SLOT) <= TOLERANCE
        if near and guess >= 0 and symbol(guess) == kinds[here]:
            slots[here] = guess


def _shifts(
    slots: Numbers, places: Floats, tolerance: int
) -> tuple[tuple[Fault, ...], tuple[Fault, ...], tuple[Fault, ...]]:
    missing: list[Fault] = []
    repeated: list[Fault] = []
    inserted: list[Fault] = []
    for at in range(1, len(slots)):
        programme = int(slots[at] - slots[at - 1]) * SLOT
        heard = places[at] - places[at - 1]
        shift = round(heard - programme)
        where = round(places[at])
        if programme == 0 and heard < SLOT:
            inserted.append(Fault(where, round(heard)))  # within one chirp, heard as its two halves
        elif programme <= 0:
            repeated.append(Fault(where, round(heard) - programme))
        elif shift < -tolerance:
            missing.append(Fault(where, -shift))
        elif shift > tolerance:
            inserted.append(Fault(where, shift))
    return tuple(missing), tuple(repeated), tuple(inserted)


def _silenced(slots: Numbers, places: Floats) -> tuple[Fault, ...]:
    """Where several chirps are not there although time went on: the sound was gone."""
    heard = np.diff(places) / SLOT
    return tuple(
        Fault(round(places[at]) + CHIRP, int(min(steps, heard[at]) - 1) * SLOT)
        for at, steps in enumerate(np.diff(slots).tolist())
        if min(steps, heard[at]) > _UNHEARD
    )


def _tone(sound: Floats, places: Floats, faulty: set[int]) -> tuple[Numbers, Floats]:
    """Looks at the steady tone between chirps: where (samples), and how loud (root mean square)."""
    starts = _looks(places, faulty)
    return starts, np.sqrt((sound[starts[:, None] + np.arange(_HOP)] ** 2).mean(axis=1))


def _drops(starts: Numbers, loudness: Floats) -> tuple[Fault, ...]:
    """Where the steady tone between two chirps is all but gone."""
    return _joined(starts[loudness < _DROP * np.median(loudness)]) if len(starts) else ()


def _clicks(sound: Floats, places: Floats) -> tuple[Fault, ...]:
    """Where the wave breaks: the fourth difference hears only what is sharp (above 10 kHz)."""
    sharp = np.abs(np.diff(sound, 4))
    suspect = np.flatnonzero(sharp > _SHARP)
    allowed = np.where(_in_chirps(suspect, places), _SHARP_IN_CHIRP, _SHARP)
    return _joined(suspect[sharp[suspect] > allowed], 4)


def _in_chirps(samples: Numbers, places: Floats) -> npt.NDArray[np.bool_]:
    """Which of `samples` lie in or beside a chirp, be it one that was not heard as such."""
    if not len(places):
        return np.zeros(len(samples), bool)
    before = np.searchsorted(places, samples + _BEFORE, side="right") - 1
    since = samples + _BEFORE - places[np.maximum(before, 0)]
    # Chirps come every SLOT, so where one is missing is known from the last one that was heard.
    near = np.asarray(since % SLOT < _BEFORE + CHIRP + _AFTER)
    return np.where(before < 0, near, near & (since < (_UNHEARD + 1) * SLOT))


def _looks(places: Floats, faulty: set[int]) -> Numbers:
    """Where to look: from behind each chirp to before the next, where they are neighbours."""
    starts: list[int] = []
    for at in range(1, len(places)):
        begin, end = places[at - 1] + CHIRP + _MARGIN, places[at] - _MARGIN
        if round(places[at]) in faulty or places[at] - places[at - 1] > 3 * SLOT:
            continue
        starts += range(math.ceil(begin), int(end) - _HOP, _HOP)
    return np.array(starts, np.int64)


def _joined(starts: Numbers, length: int = _HOP) -> tuple[Fault, ...]:
    """Faults from the samples where they were seen; those close together are one."""
    faults: list[Fault] = []
    for start in starts.tolist():
        if faults and start - (faults[-1].at + faults[-1].samples) <= _HOP:
            faults[-1] = Fault(faults[-1].at, start + length - faults[-1].at)
        else:
            faults.append(Fault(start, length))
    return tuple(faults)
