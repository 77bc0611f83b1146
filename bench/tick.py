"""How late the stage's tick is while one core and a half beside it are busy at nice 10."""

from __future__ import annotations

import json
import multiprocessing
import os
import time
from typing import Any

from bench.rig import arguments, report, server
from bench.speaker import on_air
from rostra.testing.patience import until


def _burn(share: float) -> None:
    os.nice(10)
    while True:
        begun = time.perf_counter()
        while time.perf_counter() - begun < 0.1 * share:
            pass
        time.sleep(0.1 * (1 - share))


def _lateness(log: str) -> dict[str, Any]:
    """What the stage said of itself last: it does so once a minute."""
    said = [json.loads(line) for line in log.splitlines() if '"health"' in line]
    return {key: value for key, value in said[-1].items() if "tick" in key} if said else {}


def main() -> None:
    """One speaker, a busy machine, a minute."""
    asked = arguments(str(__doc__), seconds=65.0)
    with server() as running:
        speaker = on_air(running, "tick")
        busy = [multiprocessing.Process(target=_burn, args=(s,), daemon=True) for s in (1.0, 0.5)]
        for process in busy:
            process.start()
        time.sleep(asked.seconds)
        figures = until(lambda: _lateness(running.log()), "word of the stage", 30)
        for process in busy:
            process.kill()
        speaker.end()
    report("tick", figures)


if __name__ == "__main__":
    main()
