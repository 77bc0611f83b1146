"""What is kept of a measurement, and how many listeners it means here."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import Misconfigured
from rostra.machine import Machine
from rostra.rated import Cost, Rating, Room, capacity, dump, load

MACHINE = Machine(2.0, 24 << 30, 20 << 30, "AMD EPYC", {})
ROOM = Room(MACHINE, files=20_000, edges=64)
PLAIN = Cost(16_000, 0.4, 2.0, 5_000)
TLS = Cost(8_000, 0.5, 5.0, 20_000)
RATING = Rating(
    "0.1.0", "2026-11-21T18:00:00+00:00", 2.0, 24 << 30, "AMD EPYC", 3_500.0, PLAIN, TLS
)


def test_what_is_kept_is_read_again() -> None:
    assert load(dump(RATING)) == RATING


def test_capacity_is_the_line_through_what_was_measured_up_to_seven_tenths_of_the_cores() -> None:
    found = capacity(PLAIN, ROOM)
    assert (found.listeners, found.limited_by) == (516_000, "cores")
    assert 0.4 + (found.listeners - 16_000) * 2e-6 == pytest.approx(0.7 * 2)


@pytest.mark.parametrize(
    ("room", "limited_by", "most"),
    [
        (replace(ROOM, files=1_064), "files", 64_000),
        (replace(ROOM, edges=1), "files", 19_936),
        (replace(ROOM, machine=replace(MACHINE, memory=1 << 30)), "memory", 171_798),
        (replace(ROOM, files=0), "files", 1),
    ],
)
def test_files_and_memory_may_be_less(room: Room, limited_by: str, most: int) -> None:
    found = capacity(PLAIN, room)
    assert (found.limited_by, found.listeners) == (limited_by, most)


def test_where_some_heard_silence_nothing_is_claimed_beyond() -> None:
    assert capacity(replace(PLAIN, held=False), ROOM).listeners == 8_000


def test_a_machine_that_was_already_too_busy_is_rated_below_what_was_tried() -> None:
    assert capacity(replace(PLAIN, cores=1.42), ROOM).listeners == 6_000


@pytest.mark.parametrize(
    ("machine", "tls", "most"),
    [
        (MACHINE, False, 516_000),
        (MACHINE, True, 188_000),
        (replace(MACHINE, memory=25 << 30), False, 516_000),
        (replace(MACHINE, memory=16 << 30), False, None),
        (replace(MACHINE, cores=4.0), False, None),
        (replace(MACHINE, processor="another"), False, None),
    ],
)
def test_a_rating_is_good_on_a_machine_of_the_kind(
    machine: Machine, tls: bool, most: int | None
) -> None:
    cost = RATING.cost(tls=tls)
    found = capacity(cost, replace(ROOM, machine=machine)).listeners
    assert (found if RATING.is_of(machine) else None) == most


TOLD = json.loads(dump(RATING))


@pytest.mark.parametrize(
    "wrong",
    [
        {"v": 2}, {"cores": 0}, {"cores": "2"}, {"sound": None}, {"memory": True}, {"new": 1},
        {"plain": None}, {"plain": {}}, {"plain": {**TOLD["plain"], "us_per_listener_second": 0}},
        {"tls": {**TOLD["tls"], "listeners": 0}}, {"tls": {**TOLD["tls"], "held": 1}},
        {"plain": {**TOLD["plain"], "bytes_per_listener": float("nan")}}, {"measured": None},
        {"memory": 10**400}, {"processor": ["a"]},
    ],
)  # fmt: skip
def test_a_damaged_file_is_a_sentence(wrong: dict[str, Any]) -> None:
    with pytest.raises(Misconfigured, match=r"rated\.json .* rostra doctor --measure --keep"):
        load(json.dumps({**TOLD, **wrong}).encode())


def test_no_depth_is_more_than_a_sentence() -> None:
    with pytest.raises(Misconfigured):
        load(b"[" * 65_536)


@given(st.binary(max_size=200))
def test_no_bytes_are_more_than_a_sentence(raw: bytes) -> None:
    with pytest.raises(Misconfigured):
        load(raw)
