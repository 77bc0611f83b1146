"""The stage's own clock: which ticks are due, and what a restart must fill. Pure arithmetic.

Tick n of a programme is the 20 ms of sound from media time n x 960 on; it is due at
`origin + n x 20 ms` of boot time. Nobody's packets move it.
"""

from __future__ import annotations

from dataclasses import dataclass

from rostra.programme.index import Origin
from rostra.wire.timing import FRAGMENT, FRAME, RATE, SEGMENT, next_segment_start

TICK_NS = 20_000_000
LONGEST_FILL = 120 * RATE  # samples; beyond it a new programme begins
MOST_AT_ONCE = 50  # ticks; a process that was stopped for longer fills instead of catching up


def media_time_at(origin_ns: int, now_ns: int) -> int:
    """The media time (samples) of boot time `now_ns`."""
    return (now_ns - origin_ns) * RATE // 1_000_000_000


def due_at(origin_ns: int, media_time: int) -> int:
    """The boot time (ns) at which the tick that begins at `media_time` is to be mixed."""
    return origin_ns + media_time * 1_000_000_000 // RATE


def ticks_due(origin_ns: int, next_tick: int, now_ns: int) -> int:
    """How many ticks from media time `next_tick` on should have been mixed by now."""
    behind = media_time_at(origin_ns, now_ns) - next_tick
    return max(0, behind // FRAME + 1)


@dataclass(frozen=True)
class Resume:
    """How a stage goes on after a crash.

    `fill_until`: media time up to which whole fragments of marked silence are written.
    `fresh_from`: instead of that, the first media time of a new programme.
    """

    fill_until: int = 0
    fresh_from: int | None = None


def resume(origin: Origin, end: int, *, boot_id: bytes, now_ns: int, whole: bool = True) -> Resume:
    """What to do about a log that ends at `end`, now that a new process begins at `now_ns`.

    `whole` is False when a rendition's file is lost: then all begin anew, or they would differ.
    The fill ends at the last fragment boundary that is past, so that the next whole fragment is
    the new stage's own and media time stays real time.
    """
    if origin.boot_id != boot_id:
        return Resume(fresh_from=next_segment_start(end + SEGMENT))
    now = media_time_at(origin.boot_ns, now_ns)
    if now - end > LONGEST_FILL or not whole:
        return Resume(fresh_from=next_segment_start(max(now, end)))
    return Resume(fill_until=max(end, now - now % FRAGMENT))


def origin_for(first_media_time: int, *, boot_id: bytes, now_ns: int) -> Origin:
    """The origin of a programme whose first sample is heard now."""
    return Origin(boot_id, now_ns - first_media_time * 1_000_000_000 // RATE)
