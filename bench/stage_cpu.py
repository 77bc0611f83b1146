"""CPU of a stage process: one who talks; thirteen who talk at once; thirteen seats, two talking.

Everybody has a return and a data channel, as a browser's page does. CPU is that of the stage
process alone, in cores, over `--seconds` after everybody has been there for five.
"""

from __future__ import annotations

import time

from bench.cast import Cast
from bench.rig import Server, arguments, cpu, report, server
from rostra.stage.rules import MOST_SEATS
from rostra.testing.patience import until

_CASTS = {
    "one": (1, 1),
    "thirteen_talking": (MOST_SEATS, MOST_SEATS),
    "two_talking": (MOST_SEATS, 2),
}
_SETTLED = 5.0


def _cores(running: Server, name: str, seats: int, talking: int, seconds: float) -> float:
    slug = name.replace("_", "-")
    running.space(slug)
    tokens = [running.invite(slug, f"Seat {number}") for number in range(seats)]
    cast = Cast(running.origin, slug, tokens, talking).begin()
    until(lambda: len(running.state(slug)["stage"]) == seats, "everybody on the stage")
    time.sleep(_SETTLED)
    (stage,) = running.named(f"rostra stage {slug}")
    before, began = cpu(stage), time.monotonic()
    time.sleep(seconds)
    used, lasted = cpu(stage) - before, time.monotonic() - began
    cast.end()
    running.client.post(f"/api/spaces/{slug}/end").raise_for_status()
    return round(used / lasted, 3)


def main() -> None:
    """One cast after the other."""
    asked = arguments(str(__doc__), seconds=30.0)
    with server() as running:
        figures = {
            name: _cores(running, name, seats, talking, asked.seconds)
            for name, (seats, talking) in _CASTS.items()
        }
    report("stage_cpu", {"seconds": asked.seconds, "cores": figures})


if __name__ == "__main__":
    main()
