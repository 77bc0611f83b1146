"""A line now and then for who waits, and none for what takes less than a second."""

from __future__ import annotations

from collections.abc import Callable

from rostra.clock import Clock

_EVERY_NS = 1_000_000_000


class Progress:
    """Says what goes on, at most once a second."""

    def __init__(self, say: Callable[[str], None], clock: Clock) -> None:
        self._say, self._clock = say, clock
        self._said_ns = clock.boot_ns()

    def share(self, what: str, done: int, of: int) -> None:
        """`done` of `of` units."""
        self._tell(f"{what}: {100 * done // max(1, of)} %")

    def bytes(self, what: str, done: int) -> None:
        self._tell(f"{what}: {done / 1e6:.0f} MB")

    def step(self, what: str) -> None:
        """What begins now and may take long without another word."""
        self._say(f"{what} …")
        self._said_ns = self._clock.boot_ns()

    def _tell(self, line: str) -> None:
        now = self._clock.boot_ns()
        if now - self._said_ns >= _EVERY_NS:
            self._say(line)
            self._said_ns = now
