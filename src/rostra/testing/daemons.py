"""Servers of others that tests and benchmarks start: found, heard to listen, always ended."""

from __future__ import annotations

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from rostra.errors import Misconfigured
from rostra.node.child import end
from rostra.testing.patience import until

_SHOWN = 500  # characters of its log, where it is to blame
_END_SECONDS = 10.0
_NGINX_BODIES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def program(name: str) -> str:
    """Its path: some lie where only root usually looks. Raises Misconfigured."""
    found = shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin")
    if found is None:
        raise Misconfigured(f"{name} is not here: install the Debian package {name}.")
    return found


def nginx_temporary(folder: Path) -> str:
    """The directives that keep what nginx writes beside its work in `folder`."""
    return " ".join(f"{kind}_temp_path {folder}/{kind};" for kind in _NGINX_BODIES)


@contextlib.contextmanager
def running(command: Sequence[str], log: Path, **how: Any) -> Iterator[subprocess.Popen[bytes]]:
    """A process that writes to `log`, ended with the block; `how` is for Popen."""
    with log.open("wb") as said:
        process = subprocess.Popen(  # noqa: S603
            command, stdin=subprocess.DEVNULL, stdout=said, stderr=said, **how
        )
    try:
        yield process
    finally:
        end(process, _END_SECONDS)


@contextlib.contextmanager
def listening(
    command: Sequence[str], port: int, log: Path, **how: Any
) -> Iterator[subprocess.Popen[bytes]]:
    """As `running`, from when it listens on `port` of loopback.

    Raises RuntimeError where it ends by itself.
    """
    with running(command, log, **how) as process:
        name = Path(command[0]).name

        def runs() -> None:
            if process.poll() is not None:
                raise RuntimeError(f"{name} ended by itself: {log.read_text()[-_SHOWN:]}")

        def answers() -> bool:
            runs()
            try:
                socket.create_connection(("127.0.0.1", port), 1).close()
            except OSError:
                return False
            return True

        until(answers, f"{name} answers")
        yield process
        runs()
