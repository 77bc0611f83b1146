"""A seat's RTP packets, put in order and turned into one frame a tick.

Packets wait in a small table by sequence number. The first waits for two more (40 ms), which is
the reserve against jitter; then each tick takes the next number. A missing one is rebuilt from
its successor's in-band redundancy, or concealed. Where nothing waits at all it is late, not lost
(the sender's clock is slower, or the network took longer): its place is kept and a concealed frame
played before it, which makes the reserve one frame larger. After a quarter of a second without any
packet the seat is silent and the next packet begins anew. A reserve that grows too large (the
sender's clock is faster, or a burst came late) is cut back one frame at a time.
"""

from __future__ import annotations

from typing import Protocol

import numpy as np
import numpy.typing as npt

from rostra.programme.opus import Decoder, OpusRefused
from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]

TARGET = 3  # packets waiting when the first is taken, itself included
MOST = 10  # packets: 200 ms; more is a burst whose oldest are of no use any more
_GIVE_UP = 12  # missing frames in a row: then it is a pause, not a loss
_ANOTHER_STREAM = 500  # numbers: no network holds a packet back for ten seconds
_TRIM_AFTER = 150  # ticks (3 s) of a reserve above the target before one frame is dropped


class Voice(Protocol):
    """What is needed of a decoder."""

    def decode(self, packet: bytes) -> Pcm: ...

    def conceal(self) -> Pcm: ...

    def corrected(self, following: bytes) -> Pcm: ...


class JitterBuffer:
    """One speaker's packets in, one frame of 960 samples or None each tick out."""

    def __init__(self, voice: Voice | None = None) -> None:
        self._voice = voice or Decoder()
        self._waiting: dict[int, bytes] = {}
        self._next: int | None = None  # extended sequence number to be played next
        self._highest = -1
        self._lost_in_row = 0
        self._rest = np.zeros(0, np.float32)
        self._rich_ticks = 0
        self.received = self.concealed = self.refused = 0

    def put(self, sequence: int, payload: bytes) -> None:
        """Take a packet: its 16-bit RTP sequence number and its payload (RFC 7587)."""
        if not payload:
            self.refused += 1
            return
        self.received += 1
        number = self._extended(sequence)
        if self._next is not None and abs(number - self._next) > _ANOTHER_STREAM:
            self._begin_anew()  # the sender restarted its numbers, or was away for ten seconds
        elif self._next is not None and number < self._next:
            return  # too late: its time was concealed
        self._waiting[number] = payload
        self._highest = max(self._highest, number)
        while len(self._waiting) > MOST:
            oldest = min(self._waiting)
            del self._waiting[oldest]
            self._next = None if self._next is None else max(self._next, oldest + 1)

    def take(self) -> Pcm | None:
        """The next 20 ms, or None when nobody is sending."""
        if len(self._rest) >= FRAME:
            return self._cut()
        if self._next is None:
            if len(self._waiting) < TARGET:
                return None
            self._begin()
        self._trim()
        sound = self._following()
        if sound is None:
            return None
        self._rest = np.concatenate((self._rest, sound)) if len(self._rest) else sound
        return self._cut() if len(self._rest) >= FRAME else self._padded()

    def _following(self) -> Pcm | None:
        assert self._next is not None
        number, late = self._next, not self._waiting
        payload = self._waiting.pop(number, None)
        if not late:
            self._next += 1
        if payload is not None:
            self._lost_in_row = 0
            return self._decoded(payload)
        self._lost_in_row += 1
        if self._lost_in_row > _GIVE_UP:
            self._begin_anew()
            return None
        self.concealed += 1
        return self._made_up(self._waiting.get(number + 1))

    def _made_up(self, after: bytes | None) -> Pcm:
        """A frame in place of one that is not there, from the packet `after` it if that is."""
        try:
            return self._voice.conceal() if after is None else self._voice.corrected(after)
        except OpusRefused:
            return self._voice.conceal()

    def _decoded(self, payload: bytes) -> Pcm:
        try:
            return self._voice.decode(payload)
        except OpusRefused:
            self.refused += 1  # one bad packet costs one packet
            return self._voice.conceal()

    def _trim(self) -> None:
        """Drop one frame after some seconds of too large a reserve."""
        self._rich_ticks = self._rich_ticks + 1 if len(self._waiting) > TARGET else 0
        if self._rich_ticks > _TRIM_AFTER:
            self._rich_ticks = 0
            self._following()

    def _begin(self) -> None:
        """Play from the first packet; after a burst from the newest, older ones are latency."""
        numbers = sorted(self._waiting)
        stale = numbers[:-TARGET] if len(numbers) > 2 * TARGET else []
        for number in stale:
            del self._waiting[number]
        self._next = numbers[len(stale)]

    def _begin_anew(self) -> None:
        self._waiting.clear()
        self._next, self._highest, self._lost_in_row = None, -1, 0
        self._rest = np.zeros(0, np.float32)

    def _extended(self, sequence: int) -> int:
        """The number without its wrap at 65,536 (RFC 3550, appendix A.1)."""
        if self._highest < 0:
            return sequence + 65_536
        step = (sequence - self._highest) & 0xFFFF
        return self._highest + (step if step < 32_768 else step - 65_536)

    def _cut(self) -> Pcm:
        frame, self._rest = self._rest[:FRAME], self._rest[FRAME:]
        return frame

    def _padded(self) -> Pcm:
        """Packets shorter than 20 ms: wait for the rest of the frame in the next packet."""
        more = self._following()
        if more is not None:
            self._rest = np.concatenate((self._rest, more))
        frame = np.zeros(FRAME, np.float32)
        have = min(FRAME, len(self._rest))
        frame[:have], self._rest = self._rest[:have], self._rest[have:]
        return frame
