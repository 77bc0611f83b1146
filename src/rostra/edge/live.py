"""Where a live response begins, and its first bytes. Pure but for reading the log.

    no parameter   the last B seconds, then live
    ?after=S       exactly behind what the listener has; long behind, it is paced until it is live
    ?from=S        an earlier moment, paced

The first bytes are the same for everybody who joins in the same moment, and are made once.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from rostra.edge.answers import CORS, NO_STORE, date
from rostra.edge.cadence import Class
from rostra.edge.kept import Kept
from rostra.edge.tail import Tail
from rostra.errors import BadInput
from rostra.programme.manifest import Manifest
from rostra.wire.http import head
from rostra.wire.timing import RATE, samples

AT_ONCE = 30 * RATE
KEPT_UNRECORDED = 30 * 60 * RATE
_TOLERANCE = RATE // 1000
_SECONDS = re.compile(r"[0-9]{1,10}(\.[0-9]{0,9})?")
_MOST_BEGINNINGS = 16


class Start(NamedTuple):
    """The record to begin with, and whether it is so long ago that it must be paced."""

    record: int
    paced: bool


def moment(text: str | None) -> float | None:
    """Media seconds as they stand in a query. Raises BadInput."""
    if text is None:
        return None
    if not _SECONDS.fullmatch(text):
        raise BadInput("A media time is written in seconds, like 12.34.")
    return float(text)


def floor(tail: Tail, manifest: Manifest) -> int:
    """The earliest media time that may be heard: on air, or half an hour ago if not recorded."""
    earliest = tail.log.first if manifest.on_air is None else max(manifest.on_air, tail.log.first)
    return earliest if manifest.record else max(earliest, tail.end - KEPT_UNRECORDED)


def start_of(
    tail: Tail, kind: Class, earliest: int, after: float | None, since: float | None
) -> Start:
    """Where to begin for whoever has all up to `after`, or wants to hear from `since` on (s)."""
    if (
        after is not None
        and tail.log.first <= samples(after) + _TOLERANCE <= tail.end + 2 * _TOLERANCE
    ):
        index = tail.at(after)
        behind = tail.end - samples(after) > AT_ONCE
        return Start(max(index, tail.log.at(earliest)) if behind else index, behind)
    if since is not None and samples(since) < tail.end:
        return Start(tail.log.at(max(samples(since), earliest)), paced=True)
    return Start(tail.log.at(max(0, tail.end - kind.burst_ns * RATE // 1_000_000_000)), paced=False)


def live_head(pid: str, kind: Class, mark: str, wall_s: int) -> bytes:
    """The head of an endless response, of programme `pid`."""
    return head(
        200,
        (
            ("Content-Type", "audio/mp4"),
            NO_STORE,
            ("Connection", "close"),
            ("Accept-Ranges", "none"),
            ("X-Accel-Buffering", "no"),
            ("Rostra-Class", kind.name),
            ("Rostra-Mark", mark),
            ("Rostra-Programme", pid),
            ("Date", date(wall_s)),
            *CORS,
        ),
    )


class Beginnings:
    """The first bytes of live responses, remembered for those who join in the same moment."""

    def __init__(self) -> None:
        self._made: Kept[tuple[str, str, int, int], bytes] = Kept(_MOST_BEGINNINGS)

    def of(self, tail: Tail, start: Start) -> bytes:
        """Init segment, state, and the records from `start` to the end unless it is paced."""
        stop = start.record if start.paced else len(tail)
        key = (tail.pid, tail.rendition, start.record, stop)
        return self._made.of(key, lambda: _beginning(tail, start.record, stop))


def _beginning(tail: Tail, start: int, stop: int) -> bytes:
    burst = tail.read(start, stop) if stop > start else b""
    return tail.init + tail.statement(start) + burst
