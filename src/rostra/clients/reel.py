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
        self._position = 0
        self.over = False

    def next(self, now: float) -> Due | None:
        """The next packet, which may lie a little ahead of `now` (s); None when it is over."""
        if self._began is None:
            self._began = now
        current = round((now - self._began) * RATE)
        while (chunk := self._chunk()) is not None:
            start = self._position
            self._position += length(chunk)
            if start >= current - _CATCH_UP:
                return Due(self._packets.packet(chunk), self._began + start / RATE, start)
        self.over = True
        return None

    def _chunk(self) -> Chunk | Pcm | None:
        chunk = next(self._chunks, None)
        if chunk is None and self._loop:
            self._chunks = self._sound.chunks()
            chunk = next(self._chunks, None)
        return chunk
