"""Bytes of an hour's log: the demo's talk, its real files, times twelve."""

from __future__ import annotations

import time

from bench.rig import arguments, report, server
from rostra.testing.patience import until


def main() -> None:
    """Let the demo talk, and look at how its files grew."""
    asked = arguments(str(__doc__), seconds=120.0)
    with server("--demo") as running:
        folder = running.data / "spaces" / "demo"
        files = until(lambda: sorted(folder.glob("*.opus.mp4")), "log", 20)
        until(lambda: running.state("demo")["stage"], "speaker", 20)
        data = {path.name.split(".")[1]: path for path in (files[0], *folder.glob("*.aac.mp4"))}
        before = {name: path.stat().st_size for name, path in data.items()}
        began = time.monotonic()
        time.sleep(asked.seconds)
        took = time.monotonic() - began
        figures = {
            f"{name}_mb_per_hour": round(
                (path.stat().st_size - before[name]) / took * 3600 / 1e6, 2
            )
            for name, path in data.items()
        }
    report("log_size", {**figures, "seconds": round(took)})


if __name__ == "__main__":
    main()
