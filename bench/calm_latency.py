"""How long after it was said ten thousand calm listeners hear it, by the model of their player."""

from __future__ import annotations

from bench.rehearsed import rehearsed
from bench.rig import arguments, report, server


def main() -> None:
    """All calm."""
    asked = arguments(str(__doc__), listeners=10_000, ramp=60.0, hold=60.0)
    with server("--demo", "--max-listeners", str(asked.listeners * 5 // 4)) as running:
        figures = rehearsed(running, "demo", asked.listeners, asked.ramp, asked.hold)
    report("calm_latency", figures)


if __name__ == "__main__":
    main()
