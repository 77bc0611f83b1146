"""A delay that can grow and shrink while somebody speaks, without a click and without an echo.

It changes by eight samples in a frame: the voice is played 0.8 % slower or faster meanwhile, a
seventh of a semitone, which nobody hears. Between two samples it reads the cubic through four.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]

_STEP = 8.0  # samples of delay a frame
_AROUND = 4  # samples more than the delay that reading between samples needs
_AT = np.arange(FRAME, dtype=np.float64)


class Glide:
    """One voice's delay line. It holds nothing while there is no delay."""

    def __init__(self, most: int) -> None:
        """`most`: the longest delay, in samples."""
        self.most = most
        self.delay = 0.0  # samples, after the last frame
        self._kept = most + _AROUND
        self._before = np.zeros(self._kept, np.float32)

    def take(self, frame: Pcm, *, late: bool) -> Pcm:
        """960 samples in -1..1, on their way to the longest delay, or back to none."""
        before, wanted = self.delay, float(self.most if late else 0)
        self.delay = after = min(before + _STEP, max(before - _STEP, wanted))
        line = np.concatenate((self._before, frame))
        self._before = line[-self._kept :]
        if before == after:
            first = self._kept - int(after)
            return line[first : first + FRAME]
        delays = before + (after - before) * (_AT + 1) / FRAME
        return _read(line, self._kept + _AT - delays)

    def forget(self) -> None:
        """Leave nothing of what was said; the delay stays."""
        self._before = np.zeros(self._kept, np.float32)


def _read(line: Pcm, places: npt.NDArray[np.float64]) -> Pcm:
    """`line` at places between its samples: Lagrange's cubic through the four around each."""
    middle = np.minimum(places.astype(np.intp), len(line) - 3)
    t = places - middle
    below, above, beyond = t + 1, t - 1, t - 2
    cubic = (
        -line[middle - 1] * t * above * beyond / 6
        + line[middle] * below * above * beyond / 2
        - line[middle + 1] * below * t * beyond / 2
        + line[middle + 2] * below * t * above / 6
    )
    return np.asarray(np.clip(cubic, -1.0, 1.0), np.float32)
