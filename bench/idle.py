"""Memory and CPU of `rostra serve --demo` with nobody listening."""

from __future__ import annotations

import time

import psutil

from bench.rig import Server, arguments, cpu, report, server
from rostra.testing.patience import until


def _memory(running: Server) -> tuple[float, float, dict[str, float]]:
    """MiB resident added up, MiB with shared pages counted once, and each process's own."""
    rss = pss = 0.0
    each: dict[str, float] = {}
    for process in running.processes():
        full = process.memory_full_info()
        rss, pss = rss + full.rss / 2**20, pss + full.pss / 2**20
        name = " ".join(process.cmdline()).strip()[:40]
        each[name] = round(full.pss / 2**20, 1)
    return rss, pss, each


def main() -> None:
    """Let it idle."""
    asked = arguments(str(__doc__), seconds=60.0)
    with server("--demo") as running:
        until(lambda: len(running.state("demo")["stage"]) >= 2, "two voices", 30)
        time.sleep(5)
        before, began = cpu(*running.processes()), time.monotonic()
        time.sleep(asked.seconds)
        share = (cpu(*running.processes()) - before) / (time.monotonic() - began)
        rss, pss, each = _memory(running)
    figures = {
        "rss_mib_added_up": round(rss),
        "pss_mib": round(pss),
        "cpu_percent_of_a_core": round(share * 100, 1),
        "pss_mib_each": each,
        "cores": psutil.cpu_count(),
    }
    report("idle", figures)


if __name__ == "__main__":
    main()
