"""A real nats-server for the tests of the bus."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest


class NatsServer:
    """nats-server on a port of its own, which stays the same over kills."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "bus.json"
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            self.port = probe.getsockname()[1]
        self.file.write_text(
            json.dumps({"url": f"nats://127.0.0.1:{self.port}", "token": "secret-of-the-test"})
        )
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        binary = shutil.which("nats-server") or str(Path(sys.prefix) / "bin" / "nats-server")
        self._process = subprocess.Popen(
            [binary, "-a", "127.0.0.1", "-p", str(self.port), "--auth", "secret-of-the-test"],
            stderr=subprocess.DEVNULL,
        )
        deadline = time.monotonic() + 5
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", self.port), 0.2).close()
                return
            except OSError:
                time.sleep(0.01)
        raise AssertionError("nats-server did not listen within 5 s")

    def kill(self) -> None:
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None


@pytest.fixture
def stopped_nats_server(tmp_path: Path) -> Iterator[NatsServer]:
    server = NatsServer(tmp_path)
    yield server
    server.kill()


@pytest.fixture
def nats_server(stopped_nats_server: NatsServer) -> NatsServer:
    stopped_nats_server.start()
    return stopped_nats_server
