"""How many listeners there may be, by what rostra doctor measured."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from rostra import machine
from rostra.edge.capacity import most_listeners
from rostra.machine import Machine
from rostra.rated import NAME, Cost, Rating, Room, capacity, dump
from rostra.settings import EdgeSettings, TlsFiles
from rostra.testing.edges import House
from rostra.testing.served import serving

SETTINGS = EdgeSettings("127.0.0.1", 8001, "http://127.0.0.1:8001", "http://127.0.0.1:8000")
TLS = replace(SETTINGS, tls=TlsFiles(Path("cert.pem"), Path("key.pem")))
ROOM = Room(Machine(2.0, 24 << 30, 20 << 30, "AMD EPYC", {}), files=20_000, edges=64)
WHEN = "2026-11-21T18:00:00+00:00"


def rating_of(here: Machine) -> Rating:
    plain, tls = Cost(16_000, 0.4, 2.0, 5_000), Cost(8_000, 0.5, 5.0, 20_000)
    return Rating("0.1.0", WHEN, here.cores, here.memory, here.processor, 3_500.0, plain, tls)


def lines(said: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in said.splitlines()]


@pytest.mark.parametrize(
    ("settings", "most"),
    [(SETTINGS, 516_000), (TLS, 188_000)],
)
def test_what_was_measured_counts_and_one_line_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], settings: EdgeSettings, most: int
) -> None:
    (tmp_path / NAME).write_bytes(dump(rating_of(ROOM.machine)))
    assert most_listeners(settings, tmp_path, ROOM, estimate=100) == most
    (line,) = lines(capsys.readouterr().err)
    assert (line["level"], line["listeners"], line["measured"]) == ("info", most, WHEN)
    assert (line["tls"], line["limited_by"]) == (settings.tls is not None, "cores")


def test_the_limits_of_now_count_not_those_of_the_measurement(tmp_path: Path) -> None:
    (tmp_path / NAME).write_bytes(dump(rating_of(ROOM.machine)))
    few = replace(ROOM, files=1_064, edges=4)
    assert most_listeners(SETTINGS, tmp_path, few, estimate=100) == 4_000


@pytest.mark.parametrize("raw", [None, b"", b"\xff", dump(rating_of(ROOM.machine))])
def test_what_the_operator_says_counts_before_all(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes | None
) -> None:
    if raw is not None:
        (tmp_path / NAME).write_bytes(raw)
    by_hand = replace(SETTINGS, max_listeners=7)
    assert most_listeners(by_hand, tmp_path, ROOM, estimate=100) == 7
    assert capsys.readouterr().err == ""


def test_what_was_never_measured_is_estimated_in_silence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert most_listeners(SETTINGS, tmp_path, ROOM, estimate=100) == 100
    assert capsys.readouterr().err == ""


@pytest.mark.parametrize("raw", [b"", b"{}", dump(rating_of(ROOM.machine))[:-9], b"[" * 10**6])
def test_a_damaged_file_is_one_sentence_and_the_estimate_stands(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], raw: bytes
) -> None:
    (tmp_path / NAME).write_bytes(raw)
    assert most_listeners(SETTINGS, tmp_path, ROOM, estimate=100) == 100
    (line,) = lines(capsys.readouterr().err)
    assert (line["level"], line["listeners"]) == ("warning", 100)
    assert re.fullmatch(r"The file rated\.json .* --measure --keep, or delete it\.", line["event"])


def test_what_cannot_be_read_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / NAME).mkdir()
    assert most_listeners(SETTINGS, tmp_path, ROOM, estimate=100) == 100
    (line,) = lines(capsys.readouterr().err)
    assert "cannot be read (Is a directory)" in line["event"]


@pytest.mark.parametrize(
    "other", [{"cores": 4.0}, {"memory": 12 << 30}, {"processor": "Intel Xeon"}]
)
def test_what_was_measured_on_another_machine_is_not_used(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], other: dict[str, Any]
) -> None:
    (tmp_path / NAME).write_bytes(dump(rating_of(replace(ROOM.machine, **other))))
    assert most_listeners(SETTINGS, tmp_path, ROOM, estimate=100) == 100
    (line,) = lines(capsys.readouterr().err)
    assert "on another machine and is not used" in line["event"]
    assert (line["level"], line["listeners"], line["measured"]) == ("warning", 100, WHEN)


def places(metrics: str) -> int:
    found = re.search(r"^rostra_edge_places (\d+)$", metrics, re.M)
    assert found is not None
    return int(found[1])


@pytest.mark.process
def test_edges_have_as_many_places_as_were_measured(house: House) -> None:
    here = machine.look()
    # Few enough that neither this machine's memory nor its limit of files is what counts.
    cost = Cost(100, 0.01, 1_000.0, 5_000)
    mine = {"tls" if house.settings.tls else "plain": cost}
    (house.places.root / NAME).write_bytes(dump(replace(rating_of(here), **mine)))
    house.run()
    expected = capacity(cost, Room(here, 20_000, 64)).listeners
    assert places(house.get("/metrics").body.decode()) == expected


@pytest.mark.process
def test_a_damaged_file_does_not_keep_a_server_from_starting(tmp_path: Path) -> None:
    data = tmp_path / "data"
    data.mkdir()
    (data / NAME).write_bytes(b"{")
    with serving(data) as served:
        served.until_line("ready: ")
        said = [line for line in lines(served.log()) if "rated.json" in line["event"]]
    assert [line["level"] for line in said] == ["warning"]
