"""Everything that keeps `rostra serve` from starting is one sentence, and exit code 2."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import pytest

from rostra.node import folder
from rostra.node.ports import any_free
from rostra.testing.served import refused

pytestmark = pytest.mark.process


@pytest.fixture
def ports() -> tuple[int, int]:
    return any_free("127.0.0.1"), any_free("127.0.0.1")


@pytest.mark.parametrize(("which", "flag"), [(0, "--port"), (1, "--live-port")])
def test_a_port_in_use_is_named_with_its_flag(
    tmp_path: Path, ports: tuple[int, int], which: int, flag: str
) -> None:
    with socket.create_server(("127.0.0.1", ports[which])):
        sentence = refused(tmp_path / "data", *ports)
    assert str(ports[which]) in sentence
    assert f"another {flag}" in sentence


def test_a_folder_in_use_is_named(tmp_path: Path, ports: tuple[int, int]) -> None:
    _, lock = folder.take(tmp_path)
    sentence = refused(tmp_path, *ports)
    os.close(lock)
    assert f"{tmp_path} is in use" in sentence


def test_a_folder_that_cannot_be_written_is_named(ports: tuple[int, int]) -> None:
    assert "not writable" in refused(Path("/proc/rostra"), *ports)


def test_a_folder_of_a_newer_rostra_is_named(tmp_path: Path, ports: tuple[int, int]) -> None:
    (tmp_path / "node.json").write_text('{"layout": 2}')
    assert "newer Rostra" in refused(tmp_path, *ports)


def test_a_missing_opus_is_named(
    tmp_path: Path, ports: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ROSTRA_LIBOPUS", str(tmp_path / "none.so"))
    assert "ROSTRA_LIBOPUS" in refused(tmp_path / "data", *ports)


def test_a_wrong_setting_is_named(tmp_path: Path, ports: tuple[int, int]) -> None:
    (tmp_path / "rostra.toml").write_text("colour = 'red'\n")
    assert "'colour'" in refused(tmp_path, *ports)


def test_a_database_of_a_newer_rostra_is_named(tmp_path: Path, ports: tuple[int, int]) -> None:
    import sqlite3

    with sqlite3.connect(tmp_path / "rostra.db") as database:
        database.execute("CREATE TABLE alembic_version (version_num VARCHAR(32))")
        database.execute("INSERT INTO alembic_version VALUES ('9999')")
    assert "newer Rostra" in refused(tmp_path, *ports)
