"""What the benchmarks share: a server of their own, the set-up's description, percentiles."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil

from rostra import __version__
from rostra.bus.nats import NatsBus
from rostra.programme.places import Places
from rostra.settings import TlsFiles
from rostra.testing.served import Served, serving

RESULTS = Path(__file__).parent / "results"
KEPT_IN = "BENCH_RESULTS"  # the variable that names another folder


class Server:
    """A running `rostra serve`, and its administrator's way in."""

    def __init__(self, served: Served, ready_seconds: float) -> None:
        self.data, self.log = served.data, served.log
        self.origin, self.live, self.live_port = served.web, served.live, served.live_port
        self.pid, self.ready_seconds = served.process.pid, ready_seconds
        self.client = served.host()

    def space(self, slug: str, *, start: bool = True, record: bool = True) -> None:
        """Make a Space and put it on air."""
        body = {"title": f"Bench {slug}", "slug": slug, "record": record}
        self.client.post("/api/spaces", json=body).raise_for_status()
        if start:
            self.client.post(f"/api/spaces/{slug}/start").raise_for_status()

    def invite(self, slug: str, name: str, role: str = "speaker") -> str:
        """A seat's token."""
        body = {"role": role, "name": name}
        answer = self.client.post(f"/api/spaces/{slug}/invites", json=body)
        return str(answer.raise_for_status().json()["token"])

    def mute(self, slug: str, target: str) -> None:
        """Close somebody's microphone, as the host."""
        body = {"muted": True, "target": target}
        self.client.post(f"/api/spaces/{slug}/mute", json=body).raise_for_status()

    def state(self, slug: str) -> dict[str, Any]:
        """The state document as the edge has it."""
        answer: dict[str, Any] = httpx.get(f"{self.live}/live/{slug}/state.json").json()
        return answer

    def processes(self) -> list[psutil.Process]:
        """The supervisor and all its children."""
        top = psutil.Process(self.pid)
        return [top, *top.children(recursive=True)]

    def named(self, title: str) -> list[psutil.Process]:
        """The processes whose title begins so, for example "rostra stage"."""
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if " ".join(process.cmdline()).startswith(title):
                    found.append(process)
        return found


async def health(running: Server, slug: str) -> dict[str, Any]:
    """How the stage of a Space does, from itself."""
    bus = NatsBus.connect_from(Places(running.data).bus)
    try:
        answer = json.loads(await bus.request(f"stage.{slug}.status", b"{}", 5.0))
    finally:
        await bus.close()
    found: dict[str, Any] = answer["health"]
    return found


@contextlib.contextmanager
def server(*flags: str, tls: TlsFiles | None = None) -> Iterator[Server]:
    """A server on free ports, in a folder of its own, that ends with the block."""
    with tempfile.TemporaryDirectory(prefix="rostra-bench-") as folder:
        began = time.monotonic()
        with serving(Path(folder) / "data", *flags, tls=tls) as served:
            served.until_line("ready:")
            running = Server(served, time.monotonic() - began)
            with running.client:
                yield running


def cpu(*processes: psutil.Process) -> float:
    """Seconds of CPU that these processes have used."""
    return float(sum(sum(one.cpu_times()[:2]) for one in processes))


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie; nan for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def setup() -> dict[str, Any]:
    """On what this was measured."""
    return {
        "rostra": __version__,
        "cores": os.cpu_count(),
        "memory_gib": round(psutil.virtual_memory().total / 2**30),
        "kernel": platform.release().split("-")[0],
        "python": platform.python_version(),
        "load_1min": round(os.getloadavg()[0], 2),
    }


def kept_in() -> Path:
    """The folder of results; it is there."""
    folder = Path(os.environ.get(KEPT_IN, RESULTS))
    folder.mkdir(exist_ok=True, parents=True)
    return folder


def report(name: str, figures: dict[str, Any]) -> None:
    """Print one benchmark's result as JSON and keep it beside the others."""
    command = " ".join(("python", "-m", f"bench.{name}", *sys.argv[1:]))
    result = {"name": name, "figures": figures, "command": command, "setup": setup()}
    (kept_in() / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


def arguments(description: str, **defaults: float) -> argparse.Namespace:
    """Command-line flags for the numbers a benchmark can be told."""
    parser = argparse.ArgumentParser(description=description)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()
