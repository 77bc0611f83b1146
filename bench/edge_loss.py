"""One edge of many dies, or is drained, under a crowd: what its listeners and the others hear."""

from __future__ import annotations

import signal
import time
from typing import Any

from bench.rehearsed import Rehearsal
from bench.rig import arguments, report, server
from rostra.programme.board import Board
from rostra.programme.places import Places


def _without_one(
    number: signal.Signals, listeners: int, ramp: float, hold: float
) -> dict[str, Any]:
    """Send `number` to one edge when all have been there for half of `hold`."""
    with server("--demo", "--max-listeners", str(listeners * 5 // 4)) as running:
        rehearsal = Rehearsal(running, "demo", listeners, ramp, hold, "--verify", "1")
        try:
            with Board.open(Places(running.data).board) as board:
                rehearsal.until_held(lambda: board.totals()["connections"], listeners * 99 // 100)
                time.sleep(hold / 2)
                fullest = max(range(board.slots), key=lambda at: board.slot(at).get("connections"))
                slot = board.slot(fullest)
                had, pid = slot.get("connections"), slot.get("pid")
            victim = next(one for one in running.named("rostra edge ") if one.pid == pid)
            victim.send_signal(number)
            told = rehearsal.told()
        finally:
            rehearsal.end()
    return told | {"connections_of_that_edge": had, "others_cut": told["cut"]["times"] - had}


def main() -> None:
    """kill -9, then SIGTERM."""
    asked = arguments(str(__doc__), listeners=100_000, ramp=60.0, hold=60.0)
    figures = {
        name: _without_one(number, asked.listeners, asked.ramp, asked.hold)
        for name, number in (("killed", signal.SIGKILL), ("drained", signal.SIGTERM))
    }
    report("edge_loss", figures)


if __name__ == "__main__":
    main()
