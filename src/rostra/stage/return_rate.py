"""At how many bits a second a speaker is sent the return, by what the receiver reports of it.

Few rates rather than any: seats that are silent share one encoding for each.
"""

from __future__ import annotations

from collections.abc import Sequence

RATES: Sequence[int] = (16_000, 24_000, 32_000, 48_000)  # bit/s
_FIRST = 2
_HEAVY, _SOME, _NONE = 0.10, 0.03, 0.01  # share of packets lost since the last report
_GOOD = 3  # reports in a row without loss, until more is tried


class ReturnRate:
    """One speaker's rate."""

    def __init__(self) -> None:
        self._step = _FIRST
        self._good = 0

    @property
    def bits(self) -> int:
        """Bits a second, one of RATES."""
        return RATES[self._step]

    def report(self, lost: float) -> None:
        """Take a receiver report: the share (0 to 1) lost since the one before (RFC 3550, 6.4.1).

        Down at once, and by two steps when much is lost; up slowly, as more may be too much.
        """
        self._good = self._good + 1 if lost < _NONE else 0
        if lost > _SOME:
            self._step = max(0, self._step - (2 if lost > _HEAVY else 1))
        elif self._good >= _GOOD:
            self._good = 0
            self._step = min(len(RATES) - 1, self._step + 1)
