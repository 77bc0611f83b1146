"""The programme as one listener read it whole: what the bytes of all others mean. Pure.

Everybody is sent the same log, so a listener who only counts bytes is understood by the table of
one who reads them: where each fragment ends, in bytes and in media time. Both go on without a
break across responses and programmes, whatever the server numbers anew.

    offset     bytes of log since the reference began; no init segments, nor what an edge puts in
               front of a response's first fragment
    time       media seconds of the first programme, and as many more for those that follow

The bytes of the last minute are kept, for those who compare.
"""

from __future__ import annotations

from collections import deque
from datetime import datetime

import numpy as np
import numpy.typing as npt

from rostra.clients.stream import Changed, Heard, Init, LiveStream
from rostra.wire.boxes import box_at
from rostra.wire.timing import RATE, seconds

KEPT = 1 << 20  # bytes, more than a minute at 64 kbit/s
_FIRST_ROOM = 4096
_MOST_PLACES = 1024  # fragments at which somebody may begin: five minutes
_USUAL = 64


class Reference:
    """Feed it the live responses of one listener, in order; ask it about those of others."""

    def __init__(self) -> None:
        self._stream = LiveStream()
        self._programme = ""
        self._shift = 0  # samples from the programme's media time to ours
        self._new = True  # the next fragment is the first of its programme
        self._stated = False  # the next fragment comes behind a state of the edge's own
        self._offsets = np.zeros(_FIRST_ROOM, np.int64)
        self._times = np.zeros(_FIRST_ROOM)
        self._count = 0
        self._places: dict[tuple[str, int], tuple[int, float]] = {}
        self._kept = bytearray()
        self._kept_from = 0
        self._spoken: tuple[float, float] | None = None
        self._promised: tuple[int, float] | None = None
        self.fills: deque[tuple[float, float]] = deque(maxlen=16)
        self.init = b""
        self.holes = 0
        self.ended = False

    # reading

    def begin(self, programme: str) -> None:
        """Another response begins, of that programme."""
        if programme != self._programme:
            self._stream = LiveStream()
            self._programme, self._new, self.init = programme, True, b""
        self._stated = self._stream.state is not None
        self._stream.begin()

    def feed(self, data: bytes) -> None:
        """What came of the body. Raises Malformed when it makes no sense."""
        for event in self._stream.feed(data):
            if isinstance(event, Init):
                self.init = event.data
            elif isinstance(event, Changed):
                self._told(event)
            else:
                self._heard(event)

    @property
    def after(self) -> float | None:
        """Media seconds of the programme to continue behind; None before any sound."""
        return self._stream.after

    @property
    def programme(self) -> str:
        return self._programme

    # answers

    @property
    def known(self) -> int:
        """The offset up to which it has read."""
        return int(self._offsets[self._count - 1]) if self._count else 0

    def place(self, programme: str, media_time: int) -> tuple[int, float] | None:
        """The offset behind the fragment at `media_time`, and the time at which it begins."""
        found = self._places.get((programme, media_time))
        return None if found is None else (int(self._offsets[found[0]]), found[1])

    def size(self, programme: str, media_time: int) -> int | None:
        """The bytes of that fragment in the log; None when that is not known."""
        at, _ = self._places.get((programme, media_time), (0, 0.0))
        return int(self._offsets[at] - self._offsets[at - 1]) or None if at else None

    def times(self, offsets: npt.NDArray[np.int64]) -> npt.NDArray[np.float64]:
        """The time up to which sound is whole, for those who have all bytes before `offsets`.

        Beyond what was read yet it is worked out from the usual size of a fragment.
        """
        if not self._count:
            return np.zeros(len(offsets))
        known = self._offsets[: self._count]
        at = np.searchsorted(known, offsets, side="right") - 1
        result = np.where(at >= 0, self._times[np.maximum(at, 0)], -np.inf)
        beyond = offsets > known[-1]
        if beyond.any() and self._count > 1:
            since = max(0, self._count - _USUAL)
            counted = self._count - 1 - since
            size = max(1, (int(known[-1]) - int(known[since])) // counted)
            length = (self._times[self._count - 1] - self._times[since]) / counted
            result[beyond] += (offsets[beyond] - known[-1]) // size * length
        return result

    def own_time(self, time: float) -> float:
        """Our `time` as media seconds of the programme that is on."""
        return time - seconds(self._shift)

    def bytes_between(self, start: int, stop: int) -> memoryview | None:
        """Those bytes of the log; None when they are not all there (any more)."""
        if start < self._kept_from or stop > self._kept_from + len(self._kept):
            return None
        return memoryview(self._kept)[start - self._kept_from : stop - self._kept_from]

    def spoken_at(self) -> tuple[float, float] | None:
        """A time, and the wall time in seconds at which it was spoken; None if never told."""
        return self._spoken

    # its own

    def _heard(self, heard: Heard) -> None:
        if heard.missing:
            self.holes += 1
        if self._new and self._count:
            self._shift = round(self._times[self._count - 1] * RATE) - heard.media_time
        end = seconds(heard.media_time + heard.samples + self._shift)
        begins = end - seconds(heard.samples)
        data = _without_statement(heard.data) if self._stated else heard.data
        if self._new:  # nobody can tell whether an edge put a state before it
            data = b""
        self._new = self._stated = False
        self._keep(data)
        self._enter(self.known + len(data), end)
        self._places[self._programme, heard.media_time] = self._count - 1, begins
        if len(self._places) > _MOST_PLACES:
            del self._places[next(iter(self._places))]
        if heard.filled:
            self._fill(begins, end)
        if self._promised is not None and self._promised[0] == heard.media_time:
            self._spoken = end, self._promised[1]

    def _enter(self, offset: int, time: float) -> None:
        if self._count == len(self._offsets):
            self._offsets = np.concatenate((self._offsets, np.zeros_like(self._offsets)))
            self._times = np.concatenate((self._times, np.zeros_like(self._times)))
        self._offsets[self._count], self._times[self._count] = offset, time
        self._count += 1

    def _keep(self, data: bytes) -> None:
        self._kept += data
        if len(self._kept) > 2 * KEPT:
            self._kept_from += len(self._kept) - KEPT
            del self._kept[:-KEPT]

    def _fill(self, start: float, stop: float) -> None:
        if self.fills and abs(self.fills[-1][1] - start) < 0.01:
            self.fills[-1] = self.fills[-1][0], stop
        else:
            self.fills.append((start, stop))

    def _told(self, changed: Changed) -> None:
        self.ended = changed.state.get("phase") == "ended"
        if not changed.whole:
            return
        try:
            wall = datetime.fromisoformat(str(changed.state.get("at"))).timestamp()
        except (ValueError, OverflowError):
            return
        self._promised = changed.media_time, wall


def _without_statement(data: bytes) -> bytes:
    """A response's first fragment without the state that the edge puts before it."""
    found = box_at(data, 0, len(data))
    return data[found.end :] if found is not None and found.type == b"emsg" else data
