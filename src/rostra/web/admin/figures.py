"""What the figures of a machine mean: for each subject a word that says what to do. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from rostra.last_backup import LastBackup

BYTES_PER_SECOND = 10_000
"""Of a recording with the usual bit rates: 24 and 48 kbit/s, fragments' heads, the index."""

SPARE = 64 << 20
DAY_MS = 24 * 3600 * 1000
OLD_BACKUP_MS = 7 * DAY_MS
CERTIFICATE_MS = 14 * DAY_MS
LATE_TICK_US = 25_000
LOW_HOURS, FULL_HOURS = 24, 3
TIGHT = 0.8


@dataclass(frozen=True)
class Facts:
    """What was found. Times in milliseconds since the epoch, sizes in bytes.

    `places` is how many listeners this machine was measured to bear, None if it was not;
    `tick_us` how late the worst stage is, None while none is on; `certificate_ms` when the
    certificate expires, None where HTTPS is somebody else's; `storage` bytes by kind.
    """

    now_ms: int
    people: Mapping[str, int]
    posts: int
    live: int
    listeners: int
    places: int | None
    edges: int
    tick_us: int | None
    bus: bool
    disk_free: int
    storage: Mapping[str, int]
    backup: LastBackup | None
    failures: int
    certificate_ms: int | None


def hours_of_recording(free: int) -> int:
    """For how long a Space could be recorded until the disk is full."""
    return max(0, free - SPARE) // (BYTES_PER_SECOND * 3600)


def days_since(then_ms: int, now_ms: int) -> int:
    return max(0, now_ms - then_ms) // DAY_MS


def health(facts: Facts) -> dict[str, str]:
    """By subject: `good`, or which sentence of warning holds."""
    return {
        "backup": _backup(facts.backup, facts.now_ms),
        "disk": _disk(hours_of_recording(facts.disk_free)),
        "capacity": _capacity(facts.listeners, facts.places),
        "edges": "good" if facts.edges else "none",
        "stages": _stages(facts.tick_us),
        "bus": "good" if facts.bus else "gone",
        "chores": "failed" if facts.failures else "good",
        "certificate": _certificate(facts.certificate_ms, facts.now_ms),
    }


CALM = frozenset({"good", "quiet", "elsewhere", "unknown"})
"""Words that ask for nothing."""


def is_well(found: Mapping[str, str]) -> bool:
    return all(word in CALM for word in found.values())


def _backup(last: LastBackup | None, now_ms: int) -> str:
    if last is None:
        return "none"
    return "old" if now_ms - last.made_ms > OLD_BACKUP_MS else "good"


def _disk(hours: int) -> str:
    if hours < FULL_HOURS:
        return "full"
    return "low" if hours < LOW_HOURS else "good"


def _capacity(listeners: int, places: int | None) -> str:
    if places is None:
        return "unknown"
    return "tight" if listeners >= TIGHT * places else "good"


def _stages(tick_us: int | None) -> str:
    if tick_us is None:
        return "quiet"
    return "late" if tick_us >= LATE_TICK_US else "good"


def _certificate(expires_ms: int | None, now_ms: int) -> str:
    if expires_ms is None:
        return "elsewhere"
    if expires_ms <= now_ms:
        return "over"
    return "soon" if expires_ms - now_ms < CERTIFICATE_MS else "good"


def in_words(size: int) -> str:
    """A number of bytes with three digits at most."""
    amount, unit = float(size), "B"
    for larger in ("kB", "MB", "GB", "TB"):
        if amount < 999.5:
            break
        amount, unit = amount / 1000, larger
    return f"{amount:.1f} {unit}" if amount < 10 and unit != "B" else f"{amount:.0f} {unit}"
