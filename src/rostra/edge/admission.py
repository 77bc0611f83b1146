"""Whether a newcomer may join. Pure: whoever is listening is never asked again.

A mark of ours shows that somebody was listening before: after an edge died its listeners find a
tenth more places than newcomers do, so that a rush does not keep them out.
"""

from __future__ import annotations

BYTES_EACH = 16_000
EACH_CORE = 50_000
TLS_COSTS = 2
KEPT_FILES = 64
_SOONEST_S, _LATEST_S = 5, 20


def rated(files: int, processes: int, memory: int, cores: int, *, tls: bool = False) -> int:
    """Listeners this machine can be trusted with until it is measured.

    `files` one process may hold, `memory` in bytes. With `tls` each costs twice as much of both.
    """
    each = TLS_COSTS if tls else 1
    by_files = max(0, files - KEPT_FILES) * processes
    return max(1, min(by_files, memory // (BYTES_EACH * each), EACH_CORE * cores // each))


def admits(listeners: int, most: int, *, returning: bool) -> bool:
    """Whether one more may join the `listeners` that are there."""
    return listeners < (most + max(1, most // 10) if returning else most)


def retry_after(random: float) -> int:
    """Seconds after which to come again, spread by `random` from 0 to 1: no second rush."""
    return _SOONEST_S + int(random * (_LATEST_S - _SOONEST_S + 1))
