"""Numbers of a rehearsal: how they are kept while it runs, and the document made of them. Pure.

Times are kept in histograms whose bins grow by 2 %, from 0.1 ms on, so a percentile is at most
2 % above the truth, never below; the largest value is kept as it is. Every worker has one row of
counters and one histogram of each kind in memory that it shares with the conductor.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from rostra.rehearsal.listener import CLASSES

COUNTERS = (
    "ready", "started", "joined", "listening", "refused", "failed", "over", "cut", "rejoined",
    "refusals", "bytes", "missing_seconds",
    *CLASSES,
    "verified", "verified_bytes", "mismatches",
    "silent_listeners", "silence_total", "silence_max",
    "join_max", "first_max",
    "slow", "slow_closed", "hls", "hls_listening", "hls_silent",
    "late_seconds", "late_longest", "behind_longest", "out_of", "holes", "over_status",
)  # fmt: skip
_PLACE = {name: at for at, name in enumerate(COUNTERS)}
HISTOGRAMS = ("join", "first", "refusal", "silence", "latency")
BINS = 1024
_LEAST, _GROWTH = 1e-4, 1.02
Floats = npt.NDArray[np.float64]


def bins_of(values: Sequence[float] | Floats) -> npt.NDArray[np.int64]:
    """How many of `values` (s) fall into each bin; the first holds all up to 0.1 ms."""
    given = np.maximum(np.asarray(values, np.float64), _LEAST)
    at = np.ceil(np.log(given / _LEAST) / math.log(_GROWTH) - 1e-9).astype(np.int64)
    return np.bincount(np.minimum(at, BINS - 1), minlength=BINS)


def percentile(bins: Floats, share: float) -> float | None:
    """The value (s) that `share` (0 to 1) of all do not exceed; None where there are none."""
    total = bins.sum()
    if total <= 0:
        return None
    at = int(np.searchsorted(np.cumsum(bins), math.ceil(total * share)))
    return 0.0 if at == 0 else _LEAST * _GROWTH**at


class Row:
    """One worker's numbers, as views of shared memory."""

    def __init__(self, memory: Floats, seconds: int) -> None:
        """`memory` has `row_size(seconds)` places."""
        counters, rest = np.split(memory, [len(COUNTERS)])
        self._counters = counters
        self.histograms: dict[str, Floats] = {}
        for name in HISTOGRAMS:
            self.histograms[name], rest = np.split(rest, [BINS])
        self.silent_by_second = rest[: seconds + 2]

    def __getitem__(self, name: str) -> float:
        return float(self._counters[_PLACE[name]])

    def __setitem__(self, name: str, value: float) -> None:
        self._counters[_PLACE[name]] = value

    def add(self, name: str, amount: float = 1) -> None:
        self._counters[_PLACE[name]] += amount

    def largest(self, name: str, values: Sequence[float]) -> None:
        """Keep the largest ever given."""
        self[name] = max(self[name], max(values, default=0.0))


def row_size(seconds: int) -> int:
    """Places (of 8 bytes) that a row needs for a rehearsal of so many seconds."""
    return len(COUNTERS) + len(HISTOGRAMS) * BINS + seconds + 2


class Ledger:
    """The rows of all workers."""

    def __init__(self, memory: Floats, workers: int, seconds: int) -> None:
        table = memory[: workers * row_size(seconds)].reshape(workers, -1)
        self.rows = [Row(table[at], seconds) for at in range(workers)]

    def sum(self, name: str) -> float:
        return sum(row[name] for row in self.rows)

    def whole(self, name: str) -> int:
        return int(self.sum(name))

    def max(self, name: str) -> float:
        return max(row[name] for row in self.rows)

    def percentile(self, name: str, share: float) -> float | None:
        """Of the histogram `name` over all workers."""
        bins = np.sum([row.histograms[name] for row in self.rows], axis=0)
        return rounded(percentile(bins, share))

    def silent_by_second(self) -> list[int]:
        """How many were silent in each second."""
        changes = np.sum([row.silent_by_second for row in self.rows], axis=0)
        return [int(count) for count in np.cumsum(changes)]


def rounded(value: float | None, digits: int = 4) -> float | None:
    """Of more digits nobody can be sure."""
    return None if value is None else round(value, digits)


def document(
    ledger: Ledger,
    *,
    asked: int,
    server: Mapping[str, Any],
    client: Mapping[str, Any],
    series: Sequence[Mapping[str, Any]],
    setup: Mapping[str, Any],
    mbit_s_peak: float,
    stopped: str | None,
    limit: str | None,
    version: str,
) -> dict[str, Any]:
    """The JSON document of a rehearsal; seconds and plain numbers."""
    silent = ledger.silent_by_second()
    shown = [{**one, "silent": silent[int(one["t"])]} for one in series if one["t"] < len(silent)]
    return {
        "asked": asked,
        **_joined(ledger),
        **_heard(ledger),
        **_turned_away(ledger),
        **_kinds(ledger),
        "network": {"mbit_s_peak": rounded(mbit_s_peak, 1)},
        "server": dict(server),
        "client": dict(client),
        "series": shown,
        "setup": dict(setup),
        "stopped": stopped,
        "limit": limit,
        "rostra": version,
    }


def _joined(ledger: Ledger) -> dict[str, Any]:
    """How many came in, and how soon."""
    return {
        "joined": ledger.whole("joined"),
        "held": ledger.whole("listening"),
        "refused": ledger.whole("refused"),
        "failed": ledger.whole("failed"),
        "join": _times(ledger, "join"),
        "first_audio": _times(ledger, "first"),
    }


def _heard(ledger: Ledger) -> dict[str, Any]:
    """How late, with which silence, and whether it was the programme."""
    return {
        "ear_latency": _shares(ledger, "latency"),
        "silence": {
            "listeners": ledger.whole("silent_listeners"),
            "p99": ledger.percentile("silence", 0.99),
            "max": rounded(ledger.max("silence_max")),
            "total": rounded(ledger.sum("silence_total")),
        },
        "missing": {"seconds": rounded(ledger.sum("missing_seconds"))},
        "verified": {
            "listeners": ledger.whole("verified"),
            "bytes": ledger.whole("verified_bytes"),
            "mismatches": ledger.whole("mismatches"),
        },
    }


def _turned_away(ledger: Ledger) -> dict[str, Any]:
    """Who was answered with a refusal, and whose connection ended before its time."""
    return {
        "refusals": {"answers": ledger.whole("refusals"), **_shares(ledger, "refusal")},
        "cut": {"times": ledger.whole("cut"), "rejoined": ledger.whole("rejoined")},
    }


def _kinds(ledger: Ledger) -> dict[str, Any]:
    """The listeners by class, the phones among them, and those who are slow on purpose."""
    return {
        "classes": {name: ledger.whole(name) for name in CLASSES},
        "hls": {
            "listeners": ledger.whole("hls"),
            "held": ledger.whole("hls_listening"),
            "silent": ledger.whole("hls_silent"),
        },
        "slow": {"listeners": ledger.whole("slow"), "closed": ledger.whole("slow_closed")},
    }


def _times(ledger: Ledger, name: str) -> dict[str, float | None]:
    shares = _shares(ledger, name)
    return {**shares, "max": rounded(ledger.max(f"{name}_max")) if shares["p50"] else None}


def _shares(ledger: Ledger, name: str) -> dict[str, float | None]:
    return {"p50": ledger.percentile(name, 0.5), "p99": ledger.percentile(name, 0.99)}


def succeeded(told: Mapping[str, Any]) -> bool:
    """Nobody heard silence, nothing was different, and 99 % of those asked for are held."""
    silent, wrong = told["silence"]["listeners"], told["verified"]["mismatches"]
    return not silent and not wrong and told["held"] >= 0.99 * told["asked"]
