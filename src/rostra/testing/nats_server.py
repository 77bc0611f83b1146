"""A real nats-server for tests."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path

from rostra.node.bus import find_server
from rostra.node.ports import any_free
from rostra.testing.patience import until

_HOST = "127.0.0.1"
_TOKEN = "secret-of-the-test"  # noqa: S105


class NatsServer:
    """nats-server on a port of its own, which stays the same over kills; `file` names it."""

    def __init__(self, folder: Path) -> None:
        self.file = folder / "bus.json"
        self.port = any_free(_HOST)
        self.file.write_text(json.dumps({"url": f"nats://{_HOST}:{self.port}", "token": _TOKEN}))
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it, and wait until it listens."""
        self._process = subprocess.Popen(  # noqa: S603
            [find_server(), "-a", _HOST, "-p", str(self.port), "--auth", _TOKEN],
            stderr=subprocess.DEVNULL,
        )
        until(self._listens, "nats-server listens")

    def _listens(self) -> bool:
        with socket.socket() as probe:
            probe.settimeout(0.2)
            return probe.connect_ex((_HOST, self.port)) == 0

    def kill(self) -> None:
        """kill -9, if it runs."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None
