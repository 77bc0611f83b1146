"""The crowd: as many listeners as Rostra exists for, on one machine, by a rehearsal.

Server and rehearsal share the machine; the demo's two speakers talk. Each listener asks for the
page and then for the sound on a connection of its own; one in a hundred compares every byte.
"""

from __future__ import annotations

from bench.rehearsed import rehearsed
from bench.rig import arguments, report, server


def main() -> None:
    """All of them."""
    asked = arguments(str(__doc__), listeners=425_000, ramp=60.0, hold=300.0, verify=1.0)
    with server("--demo", "--max-listeners", str(asked.listeners * 5 // 4)) as running:
        figures = rehearsed(
            running, "demo", asked.listeners, asked.ramp, asked.hold, "--verify", str(asked.verify)
        )
    figures["kb_per_listener"] = round(figures["memory_mib"] * 1048.576 / figures["held"], 2)
    report("crowd", figures)


if __name__ == "__main__":
    main()
