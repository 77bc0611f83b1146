"""What others notice of listeners who read a byte a second: the same crowd without and with them.

How late the edges send is the board's `lateness_max_us`, read once a second while all are there.
"""

from __future__ import annotations

import time
from typing import Any

from bench.rehearsed import Rehearsal
from bench.rig import Server, arguments, percentile, report, server
from rostra.edge.kernel import tcp_memory
from rostra.programme.board import Board
from rostra.programme.places import Places

_PAGE = 4096


def _held(running: Server, listeners: int, ramp: float, hold: float, slow: float) -> dict[str, Any]:
    rehearsal = Rehearsal(running, "demo", listeners, ramp, hold, "--slow", str(slow))
    late, socket_mib = [], 0.0
    try:
        with Board.open(Places(running.data).board) as board:
            wanted = int(listeners * (1 - slow / 100))
            rehearsal.until_held(lambda: board.totals()["listeners_crowd"], wanted // 2)
            end = time.monotonic() + ramp + hold / 2
            while time.monotonic() < end:
                late.append(board.totals()["lateness_max_us"] / 1000)
                memory = tcp_memory()
                socket_mib = max(socket_mib, memory.held * _PAGE / 2**20 if memory else 0.0)
                time.sleep(1)
        told = rehearsal.told()
    finally:
        rehearsal.end()
    return told | {
        "lateness_p50_ms": round(percentile(late, 0.5), 1),
        "lateness_p99_ms": round(percentile(late, 0.99), 1),
        "socket_memory_mib": round(socket_mib),
    }


def main() -> None:
    """Without, then with."""
    asked = arguments(str(__doc__), listeners=60_000, ramp=60.0, hold=120.0, slow=10.0)
    figures = {}
    for name, slow in (("without", 0.0), ("with", asked.slow)):
        with server("--demo", "--max-listeners", str(asked.listeners * 5 // 4)) as running:
            figures[name] = _held(running, asked.listeners, asked.ramp, asked.hold, slow)
    report("crowd_slow", figures)


if __name__ == "__main__":
    main()
