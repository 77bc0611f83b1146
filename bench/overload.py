"""More listeners than the server may take, two and ten times as many: what becomes of them.

Goodput is the share of the places that are taken by listeners who hear without a gap.
"""

from __future__ import annotations

from typing import Any

from bench.rehearsed import rehearsed
from bench.rig import arguments, report, server


def _offered(most: int, times: int, ramp: float, hold: float) -> dict[str, Any]:
    with server("--demo", "--max-listeners", str(most)) as running:
        told = rehearsed(running, "demo", most * times, ramp, hold, "--verify", "1")
    good = told["held"] - told["silence"]["listeners"]
    return told | {"goodput": round(good / most, 4)}


def main() -> None:
    """Twice, then ten times the rated load."""
    asked = arguments(str(__doc__), most=20_000, ramp=60.0, hold=60.0)
    figures = {str(times): _offered(asked.most, times, asked.ramp, asked.hold) for times in (2, 10)}
    report("overload", figures)


if __name__ == "__main__":
    main()
