"""A Rostra for a minute: on free ports, in a folder that goes away, with the demo on air."""

from __future__ import annotations

import contextlib
import os
import select
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rostra.clock import Clock
from rostra.errors import Unavailable
from rostra.node.child import dying_with_us, end
from rostra.node.ports import any_free
from rostra.programme.places import Places
from rostra.settings import TlsFiles

_START_S = 30.0
_END_S = 8.0
_HOST = "127.0.0.1"
_SLUG = "demo"
_READY = b"ready: "
_MOST_SAID = 64 * 1024
_SECOND = 1_000_000_000


@dataclass(frozen=True)
class Temporary:
    """One that runs: the page of its Space, and its folder."""

    url: str
    places: Places

    def sound(self) -> int:
        """Bytes of Opus that its Space has published so far."""
        logs = self.places.space(_SLUG).glob("*.opus.mp4")
        return sum(log.stat().st_size for log in logs)


@contextlib.contextmanager
def temporary(clock: Clock, most: int, tls: TlsFiles | None = None) -> Iterator[Temporary]:
    """Serve for at most `most` listeners until the block ends. Raises Unavailable if it cannot."""
    with tempfile.TemporaryDirectory(prefix="rostra-doctor-") as folder:
        data = Path(folder) / "data"
        port, live_port = any_free(_HOST), any_free(_HOST)
        command = [
            sys.executable, "-m", "rostra", "serve", "--demo", "--data", str(data), "--host", _HOST,
            "--port", str(port), "--live-port", str(live_port), "--max-listeners", str(most),
        ]  # fmt: skip
        if tls is not None:
            command += ["--tls-cert", str(tls.certificate), "--tls-key", str(tls.key)]
        with (Path(folder) / "log").open("w+b") as log:
            process = subprocess.Popen(  # noqa: S603 - our own command
                command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=log,
                env=_environment(), cwd=folder, start_new_session=True,
                preexec_fn=dying_with_us(),  # noqa: PLW1509 - the doctor has no threads
            )  # fmt: skip
            try:
                _until_ready(process, clock)
                scheme = "https" if tls else "http"
                yield Temporary(f"{scheme}://{_HOST}:{live_port}/s/{_SLUG}", Places(data))
            finally:
                end(process, _END_S)
                assert process.stdout is not None
                process.stdout.close()


def _environment() -> dict[str, str]:
    """Ours, without settings: they are of the Rostra that is to be measured for."""
    return {name: value for name, value in os.environ.items() if not name.startswith("ROSTRA_")}


def _until_ready(process: subprocess.Popen[bytes], clock: Clock) -> None:
    assert process.stdout is not None
    said, deadline = b"", clock.boot_ns() + int(_START_S * _SECOND)
    poll = select.poll()
    poll.register(process.stdout, select.POLLIN)
    while not said.rpartition(b"\n")[0].startswith(_READY) and b"\n" + _READY not in said:
        left_ms = (deadline - clock.boot_ns()) // 1_000_000
        piece = b""
        if left_ms > 0 and poll.poll(left_ms):
            piece = os.read(process.stdout.fileno(), 4096)
        if not piece or len(said) > _MOST_SAID:
            raise Unavailable(
                f"A Rostra for the measurement did not start within {_START_S:.0f} s: see whether "
                "rostra serve --demo does, and end other programs."
            )
        said += piece
