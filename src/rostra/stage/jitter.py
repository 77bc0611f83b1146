"""A seat's RTP packets, put in order and turned into one frame a tick.

Packets wait in a small table by sequence number. The first waits for two more (40 ms), which is
the reserve against jitter; then each tick takes the next number. A missing one is rebuilt from
its successor's in-band redundancy, or concealed. Where nothing waits at all it is late, not lost
(the sender's clock is slower, or the network took longer): its place is kept and a concealed frame
played before it, which makes the reserve one frame larger. After a quarter of a second without any
packet the seat is silent and the next packet begins anew.

The reserve follows the network between 20 and 200 ms by the least that was on hand in the last half
minute. Too much of it is taken out a period of the wave at a time, in silence if there is any, and
too little made larger in the same way before anything is missing. So a sender whose clock differs
from ours is followed without a break that anybody hears.
"""

from __future__ import annotations

from collections import deque
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rostra.programme.opus import Decoder, OpusRefused
from rostra.stage.stretch import is_silent, lengthened, shortened
from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]

TARGET = 3  # packets waiting when the first is taken, itself included
MOST = 10 * FRAME  # samples (200 ms) of reserve: more is latency that nobody wants
_TABLE = 60  # packets: what may come in while a tick is late
_GIVE_UP = 12  # missing frames in a row: then it is a pause, not a loss
_ANOTHER_STREAM = 500  # numbers: no network holds a packet back for ten seconds
_SCARCE = FRAME  # samples: with less on hand, the next packet must be in time to the millisecond
_AMPLE = 2 * FRAME  # samples: more than that was on hand at the worst moment of half a minute
_FAR_TOO_MUCH = 5 * FRAME  # samples: then not only silence is shortened
_BETWEEN = 10  # ticks from one change of length to the next
_TRY_AGAIN = 3  # ticks until the next try after one that found no period


class Voice(Protocol):
    """What is needed of a decoder."""

    def decode(self, packet: bytes) -> Pcm: ...

    def conceal(self) -> Pcm: ...

    def corrected(self, following: bytes) -> Pcm: ...


class Reserve:
    """The least that was on hand, second by second, in samples."""

    _SECOND = 50  # ticks
    _KEPT = 30  # seconds

    def __init__(self) -> None:
        self._seconds: deque[int] = deque(maxlen=self._KEPT)
        self._now: list[int] = []

    def add(self, level: int) -> None:
        """What is on hand after one more tick."""
        self._now.append(level)
        if len(self._now) == self._SECOND:
            self._seconds.append(min(self._now))
            self._now.clear()

    @property
    def lately(self) -> int | None:
        """The least of the last whole second."""
        return self._seconds[-1] if self._seconds else None

    @property
    def for_long(self) -> int | None:
        """The least of half a minute; None until so much time has passed."""
        return min(self._seconds) if len(self._seconds) == self._KEPT else None

    def changed(self, samples: int) -> None:
        """So many samples were put in on purpose (less than 0: taken out)."""
        self._seconds = deque((level + samples for level in self._seconds), self._KEPT)
        self._now = [level + samples for level in self._now]


class JitterBuffer:
    """One speaker's packets in, one frame of 960 samples or None each tick out."""

    def __init__(self, voice: Voice | None = None) -> None:
        self._voice = voice or Decoder()
        self._waiting: dict[int, bytes] = {}
        self._next: int | None = None  # extended sequence number to be played next
        self._highest = -1
        self._lost_in_row = 0
        self._rest = np.zeros(0, np.float32)
        self._packet = FRAME  # samples in this sender's packets
        self._reserve = Reserve()
        self._since_change = 0
        self.received = self.concealed = self.refused = self.shortened = self.lengthened = 0

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
        while len(self._waiting) > _TABLE:
            oldest = min(self._waiting)
            del self._waiting[oldest]
            self._next = None if self._next is None else max(self._next, oldest + 1)

    def take(self) -> Pcm | None:
        """The next 20 ms, or None when nobody is sending."""
        if self._next is None:
            if len(self._waiting) < TARGET:
                return None
            self._begin()
        if not self._refill():
            return self._last()
        self._keep_pace()
        frame, self._rest = self._rest[:FRAME], self._rest[FRAME:]
        self._reserve.add(self.on_hand)
        return _whole(frame)

    @property
    def on_hand(self) -> int:
        """Samples that could be played before another packet must come."""
        if self._next is None:
            return 0
        return max(0, self._highest + 1 - self._next) * self._packet + len(self._rest)

    def _following(self) -> Pcm | None:
        assert self._next is not None
        number, late = self._next, not self._waiting
        payload = self._waiting.pop(number, None)
        if not late:
            self._next += 1
        if payload is not None:
            self._lost_in_row = 0
            sound = self._decoded(payload)
            self._packet = len(sound)
            return sound
        self._lost_in_row += 1
        if self._lost_in_row > _GIVE_UP:
            self._begin_anew()
            return None
        self.concealed += 1
        if late:
            self._reserve.changed(FRAME)
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

    def _keep_pace(self) -> None:
        """Make what is at hand shorter or longer by a period, when the reserve asks for it."""
        self._since_change += 1
        lately, for_long = self._reserve.lately, self._reserve.for_long or 0
        if lately is None or self._since_change < _BETWEEN:
            return
        before = len(self._rest)
        if lately > 2 * MOST:
            self._skip((lately - MOST) // self._packet)
        elif lately > MOST or for_long > _FAR_TOO_MUCH:
            self._rest = shortened(self._rest, anyway=lately > MOST)
            self.shortened += len(self._rest) < before
        elif for_long > _AMPLE and is_silent(self._rest):
            self._rest = shortened(self._rest)
            self.shortened += 1
        elif lately < _SCARCE:
            self._rest = lengthened(self._rest)
            self.lengthened += len(self._rest) > before
        else:
            return
        # A wave without a period now may have one in a moment.
        self._since_change = 0 if len(self._rest) != before else _BETWEEN - _TRY_AGAIN
        self._reserve.changed(len(self._rest) - before)
        self._refill()

    def _skip(self, count: int) -> None:
        """Leave packets out that came far too early: a jump is better than a second's delay."""
        assert self._next is not None
        for _ in range(count):
            self._waiting.pop(self._next, None)
            self._next += 1
        self._reserve.changed(-count * self._packet)

    def _refill(self) -> bool:
        """Have a whole frame at hand; False when the sender fell silent."""
        while len(self._rest) < FRAME:
            sound = self._following() if self._next is not None else None
            if sound is None:
                return False
            self._rest = np.concatenate((self._rest, sound)) if len(self._rest) else sound
        return True

    def _last(self) -> Pcm | None:
        """What is left of a sender that fell silent, filled up with silence."""
        rest, self._rest = self._rest, np.zeros(0, np.float32)
        return _whole(rest) if len(rest) else None

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
        self._reserve = Reserve()

    def _extended(self, sequence: int) -> int:
        """The number without its wrap at 65,536 (RFC 3550, appendix A.1)."""
        if self._highest < 0:
            return sequence + 65_536
        step = (sequence - self._highest) & 0xFFFF
        return self._highest + (step if step < 32_768 else step - 65_536)


def _whole(sound: Pcm) -> Pcm:
    return np.pad(sound, (0, FRAME - len(sound))) if len(sound) < FRAME else sound[:FRAME]
