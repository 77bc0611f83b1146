"""Whom one speaker's connection listens to, and how much.

Only addresses that answered for themselves, by an ICE check with the right password (RFC 8445,
section 7.3), are heard. Who sends far more than sound needs is not heard at all for a while, and
for longer each time: a pause is something that the kernel can keep (see `sieve.py`), while counting
each datagram of a flood would let the flood be felt.
"""

from __future__ import annotations

LARGEST_DATAGRAM = 2_048
RATE = 200.0  # datagrams a second of one speaker, four times what 20 ms frames need
BURST = 250.0  # five seconds that a network kept and lets go at once
CHECK_RATE, CHECK_BURST = 50.0, 100.0  # ICE checks: a few a second, more while connecting
MOST_ADDRESSES = 32  # of one speaker: networks change, but not for ever
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 32.0  # seconds
_FORGIVEN = 60.0  # seconds after a pause; then the next is a first one again

Address = tuple[str, int]


class Allowance:
    """At most `burst` at once and `rate` a second in the long run."""

    def __init__(self, rate: float, burst: float) -> None:
        self._rate, self._burst = rate, burst
        self._left, self._at = burst, 0.0

    def spend(self, now: float) -> bool:
        """Whether one more is allowed at `now` (seconds)."""
        self._left = min(self._burst, self._left + (now - self._at) * self._rate)
        self._at = now
        if self._left < 1.0:
            return False
        self._left -= 1.0
        return True


class Guard:
    """Decides about each datagram by its size, source and time; knows who is being paused."""

    def __init__(self) -> None:
        self._checked: set[Address] = set()
        self._sound = Allowance(RATE, BURST)
        self._checks = Allowance(CHECK_RATE, CHECK_BURST)
        self._paused_until = float("-inf")
        self._pause = FIRST_PAUSE

    @property
    def checked(self) -> frozenset[Address]:
        """Who has answered for itself."""
        return frozenset(self._checked)

    def admit(self, address: Address) -> bool:
        """Hear `address` from now on; whether that is new."""
        if address in self._checked or len(self._checked) >= MOST_ADDRESSES:
            return False
        self._checked.add(address)
        return True

    def forget(self) -> None:
        """Everybody has to answer for itself anew."""
        self._checked.clear()

    def takes_check(self, size: int, now: float) -> bool:
        """Whether an ICE check that is addressed to us, of `size` bytes, is looked into."""
        return size <= LARGEST_DATAGRAM and self._checks.spend(now)

    def takes(self, size: int, known: bool, now: float) -> bool:
        """Whether a datagram that is no STUN goes on to be decrypted."""
        if not (0 < size <= LARGEST_DATAGRAM and known) or self.pause_left(now):
            return False
        if self._sound.spend(now):
            return True
        self._begin_pause(now)
        return False

    def pause_left(self, now: float) -> float:
        """Seconds for which nothing is taken from `now` on, because there was too much; or 0."""
        return max(0.0, self._paused_until - now)

    def _begin_pause(self, now: float) -> None:
        again = now - self._paused_until < _FORGIVEN
        self._pause = min(2 * self._pause, LONGEST_PAUSE) if again else FIRST_PAUSE
        self._paused_until = now + self._pause
