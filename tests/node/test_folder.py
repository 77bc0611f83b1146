"""The data folder: what is refused, in which words, and what is made."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.errors import Misconfigured
from rostra.node import folder
from rostra.programme.places import LAYOUT, Places


@pytest.fixture
def taken(tmp_path: Path) -> Iterator[Places]:
    places, lock = folder.take(tmp_path / "data")
    yield places
    os.close(lock)


def test_a_new_folder_gets_a_layout_a_lock_and_a_private_secret(taken: Places) -> None:
    assert json.loads(taken.node.read_text()) == {"layout": LAYOUT}
    assert taken.lock.read_text().strip() == str(os.getpid())
    assert len(taken.secret.read_bytes()) == 32
    assert taken.secret.stat().st_mode & 0o777 == 0o600
    assert taken.run.is_dir()


def test_the_secret_stays_from_start_to_start(tmp_path: Path) -> None:
    secrets = []
    for _ in range(2):
        places, lock = folder.take(tmp_path)
        secrets.append(places.secret.read_bytes())
        os.close(lock)
    assert secrets[0] == secrets[1]


HOLD = """
import sys; from pathlib import Path; from rostra.node import folder
folder.take(Path(sys.argv[1])); print(flush=True); input()
"""


def test_a_second_server_on_the_same_folder_is_refused_at_once(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as other:
        assert other.stdout is not None
        other.stdout.readline()
        begun = time.monotonic()
        with pytest.raises(Misconfigured, match=rf"in use by another .*process {other.pid}\)"):
            folder.take(tmp_path)
        assert time.monotonic() - begun < 1
        other.kill()


def test_the_remains_of_a_killed_server_are_waited_for(tmp_path: Path) -> None:
    """A child of a supervisor that is gone holds the lock a moment longer."""
    _, lock = folder.take(tmp_path)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, pass_fds=[lock]) as remains:
        os.close(lock)
        assert remains.stdin is not None
        threading.Timer(0.2, remains.stdin.close).start()
        begun = time.monotonic()
        _, lock = folder.take(tmp_path)
        assert time.monotonic() - begun >= 0.15
    os.close(lock)


def test_a_newer_layout_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "node.json").write_text('{"layout": 99}')
    with pytest.raises(Misconfigured, match="made by a newer Rostra"):
        folder.take(tmp_path)
    assert (tmp_path / "node.json").read_text() == '{"layout": 99}'


@pytest.mark.parametrize("content", ["", "[]", '{"layout": "x"}', "{}"])
def test_a_damaged_layout_is_named(tmp_path: Path, content: str) -> None:
    (tmp_path / "node.json").write_text(content)
    with pytest.raises(Misconfigured, match=r"node\.json is damaged"):
        folder.take(tmp_path)


def test_a_damaged_secret_is_named_and_not_replaced(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"short")
    with pytest.raises(Misconfigured, match=r"signing key .* is damaged"):
        folder.take(tmp_path)
    assert (tmp_path / "secret").read_bytes() == b"short"


def test_a_full_disk_is_named(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="is full, with 3 MiB left"):
        folder.take(tmp_path, free=lambda _: 3 * 2**20)


def test_a_file_in_the_place_of_the_folder_is_named(tmp_path: Path) -> None:
    (tmp_path / "data").write_text("")
    for path in (tmp_path / "data", tmp_path / "data" / "under"):
        with pytest.raises(Misconfigured, match="is a file"):
            folder.take(path)


def test_a_folder_that_cannot_be_written_is_named() -> None:
    with pytest.raises(Misconfigured, match="/proc/rostra is not writable"):
        folder.take(Path("/proc/rostra"))
