"""How long after it was said ten thousand calm listeners hear it, by the model of their player."""

from __future__ import annotations

from bench.rehearsed import brief, rehearsed, stage_tick
from bench.rig import arguments, report, server


def main() -> None:
    """All calm."""
    asked = arguments(str(__doc__), listeners=10_000, ramp=60.0, hold=60.0)
    with server("--demo", "--max-listeners", str(asked.listeners * 5 // 4)) as running:
        told = rehearsed(running, "demo", asked.listeners, asked.ramp, asked.hold)
        figures = brief(told) | {"stage_tick_p99_ms_max": stage_tick(running.log())}
    report("calm_latency", figures)


if __name__ == "__main__":
    main()
