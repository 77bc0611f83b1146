"""A real `rostra serve` for tests: started on free ports, watched from outside, always ended."""

from __future__ import annotations

import contextlib
import json
import os
import selectors
import signal
import ssl
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import httpx
import psutil

from rostra.node.child import end
from rostra.node.ports import any_free
from rostra.settings import TlsFiles
from rostra.testing.patience import until
from rostra.tls import pinned_context

START_SECONDS = 30.0


@dataclass
class Served:
    """A running server: its folder and ports, its process, and what it has printed so far."""

    data: Path
    port: int
    live_port: int
    process: subprocess.Popen[bytes]
    tls: ssl.SSLContext | None = None  # with which clients of ours trust it, if it is HTTPS
    lines: list[str] = field(default_factory=list)

    @property
    def scheme(self) -> str:
        return "https" if self.tls else "http"

    @property
    def live(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.live_port}"

    @property
    def web(self) -> str:
        return f"{self.scheme}://127.0.0.1:{self.port}"

    def until_line(self, beginning: str, seconds: float = START_SECONDS) -> str:
        """Read standard output until a line begins so."""
        assert self.process.stdout is not None
        deadline = time.monotonic() + seconds
        with selectors.DefaultSelector() as selector:
            selector.register(self.process.stdout, selectors.EVENT_READ)
            while True:
                assert selector.select(deadline - time.monotonic()), f"no line {beginning!r} came"
                line = self.process.stdout.readline().decode().rstrip("\n")
                assert line or self.process.poll() is None, self.log()
                self.lines.append(line)
                if line.startswith(beginning):
                    return line

    def until_on_air(self) -> None:
        """Wait until it is ready, and then until its demo is on air."""
        self.until_line("ready: ")
        until(lambda: self.state()["phase"] == "live", "the demo goes on air")

    def parts(self) -> dict[str, psutil.Process]:
        """All its processes by the name they show."""
        found = {}
        with contextlib.suppress(psutil.NoSuchProcess):
            for process in psutil.Process(self.process.pid).children(recursive=True):
                with contextlib.suppress(psutil.NoSuchProcess):
                    words = " ".join(process.cmdline())
                    found[words.partition(" -c")[0].rstrip()] = process
        return found

    def log(self) -> str:
        return (self.data.parent / f"{self.data.name}.log").read_text()

    def state(self) -> dict[str, Any]:
        """The state document of the demo Space."""
        url = f"{self.live}/live/demo/state.json"
        with urllib.request.urlopen(url, timeout=2, context=self.tls) as answer:  # noqa: S310
            return cast("dict[str, Any]", json.load(answer))

    def host(self) -> httpx.Client:
        """The API, as the administrator."""
        command = [sys.executable, "-m", "rostra", "people", "token", "--data", str(self.data)]
        said = subprocess.run(  # noqa: S603
            [*command, "admin"], check=True, capture_output=True, text=True, timeout=START_SECONDS
        )
        bearer = {"Authorization": f"Bearer {said.stdout.split()[-1]}"}
        verify = self.tls or True
        return httpx.Client(base_url=self.web, headers=bearer, timeout=20, verify=verify)

    def end(self, seconds: float = 5.0) -> int:
        """Ask it to end, and give its exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(seconds)


def command(data: Path, port: int, live_port: int, *flags: str) -> list[str]:
    own = ["--data", str(data), "--port", str(port), "--live-port", str(live_port)]
    return [sys.executable, "-m", "rostra", "serve", *own, *flags]


@contextlib.contextmanager
def serving(
    data: Path,
    *flags: str,
    tls: TlsFiles | None = None,
    name: str | None = None,
    within: Sequence[str] = (),
) -> Iterator[Served]:
    """Serve on `data` until the block ends. It is not ready yet: see `until_line`, `until_on_air`.

    With `tls` all is HTTPS; people are told to reach it under the host `name`, if there is one.
    `within` is a command that runs ours elsewhere, such as in another network.
    """
    if tls is not None:
        flags = (*flags, "--tls-cert", str(tls.certificate), "--tls-key", str(tls.key))
    port, live_port = any_free("127.0.0.1"), any_free("127.0.0.1")
    if name is not None:
        scheme = "https" if tls else "http"
        public_url, live_url = (f"{scheme}://{name}:{one}" for one in (port, live_port))
        flags = (*flags, "--public-url", public_url, "--live-url", live_url)
    with (data.parent / f"{data.name}.log").open("ab") as log:
        process = subprocess.Popen(  # noqa: S603
            [*within, *command(data, port, live_port, *flags)],
            stdout=subprocess.PIPE, stderr=log, bufsize=0,
        )  # fmt: skip
    try:
        trust = pinned_context(tls.certificate) if tls else None
        yield Served(data, port, live_port, process, trust)
    finally:
        end(process, 8)
        assert process.stdout is not None
        process.stdout.close()


def refused(data: Path, port: int, live_port: int, *flags: str) -> str:
    """The one sentence with which a server that must not start says so; exit code 2."""
    done = subprocess.run(  # noqa: S603
        command(data, port, live_port, *flags), capture_output=True, text=True, check=False,
        timeout=20, env={**os.environ, "ROSTRA_DEBUG": ""},
    )  # fmt: skip
    assert done.returncode == 2, done.stderr
    assert done.stderr.count("\n") == 1, done.stderr
    assert done.stdout == ""
    return done.stderr
