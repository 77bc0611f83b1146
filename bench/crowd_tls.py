"""A crowd over TLS, which the edge speaks itself: page and sound on one connection each."""

from __future__ import annotations

import tempfile
from pathlib import Path

from bench.rehearsed import rehearsed
from bench.rig import arguments, report, server
from rostra.testing.certificates import make_certificate


def main() -> None:
    """All of them, every one with a handshake of its own."""
    asked = arguments(str(__doc__), listeners=60_000, ramp=60.0, hold=180.0, verify=1.0)
    with tempfile.TemporaryDirectory() as folder:
        files = make_certificate(Path(folder))
        most = str(asked.listeners * 5 // 4)
        with server("--demo", "--max-listeners", most, tls=files) as running:
            empty = sum(one.memory_full_info().pss for one in running.processes())
            figures = rehearsed(
                running, "demo", asked.listeners, asked.ramp, asked.hold,
                "--verify", str(asked.verify),
            )  # fmt: skip
    held = figures["server"]["rss_mib"] * 1048.576 - empty / 1000
    figures["server_kb_per_listener"] = round(held / max(1, figures["held"]), 2)
    report("crowd_tls", figures)


if __name__ == "__main__":
    main()
