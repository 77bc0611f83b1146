"""Servers of others: what is said of one that is not there, or that does not stay."""

from __future__ import annotations

import socket
import sys
from pathlib import Path

import pytest

from rostra.errors import Misconfigured
from rostra.node.ports import any_free
from rostra.testing.daemons import listening, program

pytestmark = pytest.mark.process
_ONCE = (
    "import socket, sys;"
    "sock = socket.create_server(('127.0.0.1', int(sys.argv[1])));"
    "sock.accept();"
    "asked, _ = sock.accept();"
    "asked.recv(1);"
    "sys.exit('enough')"
)


def test_one_that_is_not_installed_is_named() -> None:
    with pytest.raises(Misconfigured, match="install the Debian package no-such-daemon"):
        program("no-such-daemon")


def test_one_that_does_not_start_is_shown_with_its_last_words(tmp_path: Path) -> None:
    command = [sys.executable, "-c", "import sys; sys.exit('no port')"]
    with (
        pytest.raises(RuntimeError, match="ended by itself: no port"),
        listening(command, any_free("127.0.0.1"), tmp_path / "log"),
    ):
        pytest.fail("it does not listen")


def test_one_that_goes_away_meanwhile_is_noticed(tmp_path: Path) -> None:
    port = any_free("127.0.0.1")
    with (
        pytest.raises(RuntimeError, match="ended by itself: enough"),
        listening([sys.executable, "-c", _ONCE, str(port)], port, tmp_path / "log") as process,
    ):
        socket.create_connection(("127.0.0.1", port), 5).close()
        process.wait(10)
