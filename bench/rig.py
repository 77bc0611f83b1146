"""What the benchmarks share: a server of their own, the set-up's description, percentiles."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import httpx
import psutil

from rostra import __version__

RESULTS = Path(__file__).parent / "results"
KEPT_IN = "BENCH_RESULTS"  # the variable that names another folder


class Server:
    """A `rostra serve` on free ports in a folder of its own."""

    def __init__(self, *flags: str, data: Path) -> None:
        self.data = data
        self.port, self.live_port = free_port(), free_port()
        self.origin = f"http://127.0.0.1:{self.port}"
        self.live = f"http://127.0.0.1:{self.live_port}"
        self.log = (data.parent / "serve.log").open("wb")
        command = [sys.executable, "-m", "rostra", "serve", "--data", str(data)]
        command += ["--port", str(self.port), "--live-port", str(self.live_port), *flags]
        started = time.monotonic()
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=self.log)
        assert self.process.stdout is not None
        for line in self.process.stdout:
            if line.startswith(b"ready:"):
                break
        else:
            raise RuntimeError(f"serve did not start: see {self.log.name}")
        self.ready_seconds = time.monotonic() - started
        self.client = httpx.Client(base_url=self.origin, timeout=20)
        self.client.headers["Authorization"] = f"Bearer {self._token()}"

    def _token(self) -> str:
        command = [sys.executable, "-m", "rostra", "people", "token", "--data", str(self.data)]
        answer = subprocess.run([*command, "admin"], check=True, capture_output=True, text=True)
        return answer.stdout.split()[-1]

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

    def state(self, slug: str) -> dict[str, Any]:
        """The state document as the edge has it."""
        answer: dict[str, Any] = httpx.get(f"{self.live}/live/{slug}/state.json").json()
        return answer

    def processes(self) -> list[psutil.Process]:
        """The supervisor and all its children."""
        top = psutil.Process(self.process.pid)
        return [top, *top.children(recursive=True)]

    def named(self, title: str) -> list[psutil.Process]:
        """The processes whose title begins so, for example "rostra stage"."""
        found = []
        for process in self.processes():
            with contextlib.suppress(psutil.NoSuchProcess):
                if " ".join(process.cmdline()).startswith(title):
                    found.append(process)
        return found

    def stop(self) -> None:
        """End it, and say so when it does not end in time."""
        self.client.close()
        self.process.terminate()
        self.process.wait(timeout=10)
        self.log.close()


@contextlib.contextmanager
def server(*flags: str) -> Iterator[Server]:
    """A server that ends with the block."""
    with tempfile.TemporaryDirectory(prefix="rostra-bench-") as folder:
        running = Server(*flags, data=Path(folder) / "data")
        try:
            yield running
        finally:
            running.stop()


def free_port() -> int:
    """A port that nobody has now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def percentile(values: Sequence[float], share: float) -> float:
    """The value below which `share` (0 to 1) of `values` lie; nan for none."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(len(ordered) * share))] if ordered else float("nan")


def until(condition: Callable[[], Any], seconds: float, what: str) -> Any:
    """The first true answer of `condition`. Raises TimeoutError that names `what`."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if answer := condition():
            return answer
        time.sleep(0.02)
    raise TimeoutError(f"after {seconds} s there was still no {what}")


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


def report(name: str, figures: dict[str, Any]) -> None:
    """Print one benchmark's result as JSON and keep it beside the others."""
    folder = Path(os.environ.get(KEPT_IN, RESULTS))
    folder.mkdir(exist_ok=True, parents=True)
    command = " ".join(("python", "-m", f"bench.{name}", *sys.argv[1:]))
    result = {"name": name, "figures": figures, "command": command, "setup": setup()}
    (folder / f"{name}.json").write_text(json.dumps(result, indent=1) + "\n")
    print(json.dumps(result))


def arguments(description: str, **defaults: float) -> argparse.Namespace:
    """Command-line flags for the numbers a benchmark can be told."""
    parser = argparse.ArgumentParser(description=description)
    for name, default in defaults.items():
        parser.add_argument(f"--{name}", type=type(default), default=default)
    return parser.parse_args()
