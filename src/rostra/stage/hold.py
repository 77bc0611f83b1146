"""What is heard while nobody is on air: a few soft notes, so that waiting does not sound broken."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rostra.wire.timing import FRAGMENT, FRAME, RATE

Pcm = npt.NDArray[np.float32]

# A programme begins with so much of it (samples), as if it had been heard: the edges give every
# newcomer up to 17.92 s at once, and sound again only when these are nearly over.
PRELUDE = 58 * FRAGMENT
_NOTES = (220.0, 277.18, 329.63, 415.30, 329.63, 277.18)  # hertz: an arpeggio of A major seven
_NOTE_SECONDS = 1.6
_LOUDNESS = 0.035  # about -29 dBFS: there, and no more


def frame(media_time: int) -> Pcm:
    """20 ms of hold music from `media_time` (a multiple of 960 samples) on."""
    loop = _loop()
    start = media_time % len(loop)
    return loop[start : start + FRAME]


@cache
def _loop() -> Pcm:
    length = round(_NOTE_SECONDS * RATE)
    time = np.arange(length) / RATE
    swell = np.sin(np.pi * time / _NOTE_SECONDS) ** 2
    notes = [
        swell * (np.sin(2 * np.pi * pitch * time) + 0.3 * np.sin(4 * np.pi * pitch * time))
        for pitch in _NOTES
    ]
    loop = (np.concatenate(notes) * _LOUDNESS).astype(np.float32)
    loop.setflags(write=False)
    return loop
