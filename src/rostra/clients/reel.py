"""A sound that runs with real time: whoever asks gets the packet of now, connected before or not.

The reel starts when it is first asked. While nobody asks, because the connection is being made
anew, time goes on, and what would have been said is not said later.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from rostra.clients.sound import Chunk, Packets, Pcm, Sound, length
from rostra.wire.timing import RATE

_CATCH_UP = RATE // 5  # samples that may be sent late; what is later is left out


class Due(NamedTuple):
    """A packet, when it is to be sent (seconds on the caller's clock) and its time in samples."""

    data: bytes
    at: float
    position: int


class Reel:
    """Plays `sound` once, or again and again with `loop`."""

    def __init__(self, sound: Sound, *, loop: bool = False) -> None:
        self._sound, self._loop = sound, loop
        self._packets = Packets()
        self._chunks: Iterator[Chunk | Pcm] = sound.chunks()
        self._began: float | None = None
        self._position = 0  # samples before the chunk that is held or comes next
        self._held: Chunk | Pcm | None = None
        self.over = False

    def next(self, now: float) -> Due | None:
        """The next packet, which may lie a little ahead of `now` (s); None when it is over."""
        if self._began is None:
            self._began = now
        self.pass_time(now)
        if self._held is None:
            return None
        chunk, self._held = self._held, None
        start = self._position
        self._position += length(chunk)
        return Due(self._packets.packet(chunk), self._began + start / RATE, start)

    def pass_time(self, now: float, late: int = _CATCH_UP) -> None:
        """Leave out what should have been sent more than `late` samples before `now` (s).

        Whoever waits for a connection calls this now and then: leaving out an hour at once would
        take a while.
        """
        if self._began is None:
            return
        earliest = round((now - self._began) * RATE) - late
        self._hold()
        while self._held is not None and self._position < earliest:
            self._position += length(self._held)
            self._held = None
            self._hold()
        self.over = self._held is None

    def _hold(self) -> None:
        """Take the next chunk in hand, from the beginning again in a loop."""
        if self._held is None:
            self._held = next(self._chunks, None)
        if self._held is None and self._loop:
            self._chunks = self._sound.chunks()
            self._held = next(self._chunks, None)
