"""Every byte that one listener gets, held against the programme as the reference read it. Pure."""

from __future__ import annotations

from rostra.rehearsal.listener import Live
from rostra.rehearsal.reference import Reference
from rostra.wire.boxes import boxes
from rostra.wire.malformed import Malformed

_MOST_HELD = 1 << 20


class Comparison:
    """One response. `compared` bytes were as they should be, until it is `broken`."""

    __slots__ = ("_at", "_held", "_live", "_reference", "broken", "compared")

    def __init__(self, reference: Reference, live: Live) -> None:
        self._reference = reference
        self._live: Live | None = live  # until it is known where in the log it begins
        self._held = bytearray(live.body[live.beginning.end :])
        self._at = 0  # the offset of the first byte that is held
        self.compared = 0
        self.broken = False

    def take(self, data: bytes) -> None:
        """More of it came."""
        if not self.broken and len(self._held) < _MOST_HELD:
            self._held += data

    def check(self) -> None:
        """Compare what came, as far as the reference has read."""
        if self.broken or (self._live is not None and not self._begin(self._live)):
            return
        count = min(len(self._held), self._reference.known - self._at)
        if count > 0:
            self._compare(bytes(self._held[:count]), self._at)
            del self._held[:count]
            self._at += count

    def _begin(self, live: Live) -> bool:
        """Compare what comes before the second fragment; whether its place is known by now."""
        found = self._reference.place(live.programme, live.beginning.media_time)
        if found is None:
            return False
        self._live, self._at = None, found[0]
        if live.beginning.init != self._reference.init:
            self.broken = True
        size = self._reference.size(live.programme, live.beginning.media_time)
        start = live.beginning.end - (size or 0)
        if size is not None and not self.broken:
            self._compare(live.body[start : live.beginning.end], self._at - size)
            if not _is_a_statement(live.body[len(live.beginning.init) : start]):
                self.broken = True
        return True

    def _compare(self, data: bytes, at: int) -> None:
        expected = self._reference.bytes_between(at, at + len(data))
        if expected is None:
            return
        if expected == data:
            self.compared += len(data)
        else:
            self.broken = True


def _is_a_statement(data: bytes) -> bool:
    """Whether it is what an edge may put before the first fragment: one event, or nothing."""
    try:
        return [box.type for box in boxes(data)] in ([], [b"emsg"])
    except Malformed:
        return False
