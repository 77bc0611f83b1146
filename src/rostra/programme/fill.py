"""Marked silence for the time in which no stage was there.

Media time and real time stay together, so a gap is filled; every fragment of it says from where
to where nothing but silence is to be heard, and our page skips that, other players play it.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from rostra.programme.index import FILL, Record
from rostra.programme.log import LogWriter
from rostra.wire.emsg import emsg
from rostra.wire.id3 import FILL_OWNER, priv
from rostra.wire.timing import FRAGMENT, seconds


def fill(
    writer: LogWriter, until: int, silence: Sequence[bytes], *, wall_ms: int, flags: int = 0
) -> list[Record]:
    """Append marked silence to `writer` until its end is at or after media time `until`.

    `silence` is one fragment's coded silent frames; `flags` are added to FILL. Each fragment
    carries the mark of the whole gap, so whoever joins in it knows its end. Raises DiskFull, and
    ValueError when `silence` is not as long as a fragment.
    """
    missing = max(0, -(-(until - writer.end) // FRAGMENT))
    tag = fill_tag(writer.end, writer.end + missing * FRAGMENT)
    return [
        writer.append(silence, wall_ms=wall_ms, events=(emsg(writer.end, tag),), flags=flags | FILL)
        for _ in range(missing)
    ]


def fill_tag(start: int, stop: int) -> bytes:
    """The ID3 tag that marks media time `start` to `stop` (samples) as filled in."""
    body = {"from": round(seconds(start), 3), "to": round(seconds(stop), 3)}
    return priv(FILL_OWNER, json.dumps(body, separators=(",", ":")).encode())
