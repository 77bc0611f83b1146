"""A rehearsal as people run it, against a server of the benchmark's own; what it told."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

from bench.rig import Server
from rostra.testing.patience import until

Document = dict[str, Any]
_ALL = 0.999  # of those asked: when all are there
_SPARE = 180.0  # s that a rehearsal may take beyond its own length


class Rehearsal:
    """`rostra rehearse` in a process of its own."""

    def __init__(self, running: Server, slug: str, listeners: int, ramp: float, hold: float,
                 *flags: str) -> None:  # fmt: skip
        self._file = running.data / "rehearsal.json"
        self._patience = ramp + hold + _SPARE
        numbers = {"--listeners": listeners, "--ramp": ramp, "--hold": hold}
        self._process = subprocess.Popen(
            [
                sys.executable, "-m", "rostra", "rehearse", f"{running.live}/s/{slug}",
                *(word for flag, number in numbers.items() for word in (flag, f"{number:g}")),
                "--data", str(running.data), "--json", str(self._file), *flags,
            ]
        )  # fmt: skip

    def told(self) -> Document:
        """Wait for its end, and read what a benchmark keeps of its document.

        Raises RuntimeError where there is none.
        """
        code = self._process.wait(self._patience)
        if code not in (0, 1):
            raise RuntimeError(f"The rehearsal ended with exit code {code}.")
        return _brief(json.loads(self._file.read_text()))

    def end(self) -> None:
        """Ctrl-C, if it still runs."""
        if self._process.poll() is None:
            self._process.send_signal(signal.SIGINT)
            self._process.wait(_SPARE)

    def until_held(self, hearing: Callable[[], int], listeners: int) -> None:
        """Wait until so many hear, by the server's own count."""
        until(lambda: hearing() >= listeners, f"{listeners} listeners", self._patience)


def rehearsed(
    running: Server, slug: str, listeners: int, ramp: float, hold: float, *flags: str
) -> Document:
    """One whole rehearsal, in brief."""
    rehearsal = Rehearsal(running, slug, listeners, ramp, hold, *flags)
    try:
        return rehearsal.told()
    finally:
        rehearsal.end()


def _brief(told: Document) -> Document:
    """All but the series and the set-up, of which little is kept."""
    series = told["series"]
    peak: Document = max(series, key=lambda one: one["cores"] + one["client_cores"], default={})
    there = (one["t"] for one in series if one["listeners"] >= _ALL * told["asked"])
    kept = {key: value for key, value in told.items() if key not in ("series", "setup")}
    more = {"busiest_second": peak, "memory_mib": told["setup"]["memory_mib"]}
    return kept | more | {"all_there_s": next(there, None)}
