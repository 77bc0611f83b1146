"""A clock that goes on only when a test says so."""

from __future__ import annotations


class ManualClock:
    """Boot and wall time from given beginnings; `boot` may be changed for another boot."""

    def __init__(self, boot_ns: int = 5_000_000_000, wall_ms: int = 1_795_000_000_000) -> None:
        self._boot_ns = boot_ns
        self._wall_ms = wall_ms
        self.boot = bytes(range(16))

    def boot_ns(self) -> int:
        return self._boot_ns

    def wall_ms(self) -> int:
        return self._wall_ms

    def boot_id(self) -> bytes:
        return self.boot

    def pass_seconds(self, seconds: float) -> None:
        """Let time go on."""
        self._boot_ns += round(seconds * 1e9)
        self._wall_ms += round(seconds * 1e3)
