"""What the conductor notes each second: CPU and memory of both sides, the stage, the series."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from typing import Any

from rostra.rehearsal import usage
from rostra.rehearsal.figures import Ledger, rounded

EDGES = "rostra edge"
_STAGE_TICK = re.compile(rb"^rostra_stage_tick_p99_seconds(?:\{[^}]*\})? ([0-9.eE+-]+)$", re.M)
_WEIGHED_EVERY = 10  # s, because to weigh a process costs it milliseconds


def worst_tick(metrics: bytes) -> float | None:
    """Milliseconds that 99 of 100 ticks of the worst stage stay within, if `/metrics` tells."""
    return max((float(found) * 1000 for found in _STAGE_TICK.findall(metrics)), default=None)


class Side:
    """CPU and memory of one process and all that it started."""

    def __init__(self, root: int | None) -> None:
        self.root = root
        self.cpu = self.edges_cpu = 0.0  # s used since the first look
        self.mib = 0.0
        self._before: dict[int, float] = {}

    def look(self, known: Mapping[int, usage.Process]) -> None:
        """Add what was used since the last look."""
        if self.root is None:
            return
        family = usage.family(self.root, known)
        for one in family:
            more = one.cpu - self._before.get(one.pid, one.cpu)
            self.cpu += more
            self.edges_cpu += more if one.title.startswith(EDGES) else 0.0
        self._before = {one.pid: one.cpu for one in family}

    def weigh(self) -> None:
        """Note the memory, if it is more than before."""
        self.mib = max(self.mib, usage.memory(self._before))


class Watch:
    """Looks once a second; `ramp` is when the listeners should all be there."""

    def __init__(self, ledger: Ledger, port: int, ramp: float, *, here: bool) -> None:
        """The server at `port` is looked at if it is `here`, on this machine."""
        self.server = Side(usage.server_root(port) if here else None)
        self.client = Side(os.getpid())
        self.series: list[dict[str, Any]] = []
        self.mbit_s_peak = 0.0
        self._ledger, self._ramp = ledger, ramp
        self._free_before = self._least_free = usage.available()
        self._last = self._last_weighed = 0.0  # s after the beginning
        self._joined = self._bytes = 0.0
        self._totals = [0.0, 0.0, 0.0]  # of both sides' cores and of seconds, while all are there
        self._edges = [0.0, 0.0]  # seconds of CPU, listener-seconds, while all are there
        self._all_came = False
        self.server_cores = self.client_cores = 0.0
        self._look_at_processes()

    def look(self, t: float, asked: int) -> None:
        """`t` seconds after the beginning, later each time; `asked` should have come by then."""
        passed = max(t - self._last, 1e-6)
        before = self.server.cpu, self.client.cpu, self.server.edges_cpu
        self._look_at_processes()
        self.server_cores = (self.server.cpu - before[0]) / passed
        self.client_cores = (self.client.cpu - before[1]) / passed
        listening, joined = self._ledger.sum("listening"), self._ledger.sum("joined")
        got = self._ledger.sum("bytes")
        mbit_s = (got - self._bytes) * 8 / passed / 1e6
        self.mbit_s_peak = max(self.mbit_s_peak, mbit_s)
        if (
            not self._all_came and self._last >= self._ramp
        ):  # what was counted until now was the ramp
            self._all_came = True
            self._totals, self._edges = [0.0, 0.0, 0.0], [0.0, 0.0]
        self._add(passed, listening, self.server.edges_cpu - before[2])
        self.series.append(
            {
                "t": rounded(t, 2), "asked": asked, "listeners": int(listening),
                "joins": int(joined - self._joined), "cores": rounded(self.server_cores, 3),
                "client_cores": rounded(self.client_cores, 3), "mbit_s": rounded(mbit_s, 2),
                "memory_mib": rounded(self._free_before - self._least_free, 0),
            }
        )  # fmt: skip
        self._last, self._joined, self._bytes = t, joined, got

    def _add(self, passed: float, listening: float, edges: float) -> None:
        self._totals[0] += self.server_cores * passed
        self._totals[1] += self.client_cores * passed
        self._totals[2] += passed
        self._edges[0] += edges
        self._edges[1] += listening * passed

    def _look_at_processes(self) -> None:
        known = usage.processes()
        self.server.look(known)
        self.client.look(known)
        self._least_free = min(self._least_free, usage.available())
        if self._last - self._last_weighed >= _WEIGHED_EVERY:
            self.weigh()

    def weigh(self) -> None:
        """Note how much memory both sides hold."""
        self._last_weighed = self._last
        self.server.weigh()
        self.client.weigh()

    def told(self, stage_tick: float | None) -> tuple[dict[str, Any], dict[str, Any]]:
        """What the document says of server and client, while all listeners were there."""
        seconds = max(self._totals[2], 1e-6)
        listener_seconds = self._edges[1]
        known = self.server.root is not None
        each = self._edges[0] * 1e6 / listener_seconds if known and listener_seconds else None
        client_each = self._totals[1] * 1e6 / listener_seconds if listener_seconds else None
        server = {
            "cores": rounded(self._totals[0] / seconds, 3) if known else None,
            "us_per_listener_second": rounded(each, 2),
            "rss_mib": rounded(self.server.mib, 1) if known else None,
            "stage_tick_p99_ms": rounded(stage_tick, 2),
        }
        client = {
            "cores": rounded(self._totals[1] / seconds, 3),
            "us_per_listener_second": rounded(client_each, 2),
            "rss_mib": rounded(self.client.mib, 1),
        }
        return server, client
