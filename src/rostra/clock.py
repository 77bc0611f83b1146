"""The only place that asks a clock.

Two times exist. *Boot time* (nanoseconds since the machine started, counting suspend) orders and
measures everything; *wall time* is only recorded and shown, because it may jump. A boot id tells
whether two boot times may be compared at all.
"""

from __future__ import annotations

import time
import uuid
from pathlib import Path
from typing import Protocol

_BOOT_ID = Path("/proc/sys/kernel/random/boot_id")
# macOS has no CLOCK_BOOTTIME; its monotonic clock is the nearest thing.
_BOOT_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


class Clock(Protocol):
    """What shells need of time; pure code takes the values instead."""

    def boot_ns(self) -> int:
        """Nanoseconds since this machine booted."""

    def wall_ms(self) -> int:
        """Milliseconds since the Unix epoch, for showing and recording only."""

    def boot_id(self) -> bytes:
        """Sixteen bytes that change with every boot."""


class SystemClock:
    """The machine's own clocks."""

    def boot_ns(self) -> int:
        return time.clock_gettime_ns(_BOOT_CLOCK)

    def wall_ms(self) -> int:
        return time.time_ns() // 1_000_000

    def boot_id(self) -> bytes:
        if _BOOT_ID.exists():
            return uuid.UUID(_BOOT_ID.read_text().strip()).bytes
        # Without a boot id two starts can never be shown to share a clock, so each differs.
        return uuid.uuid4().bytes
