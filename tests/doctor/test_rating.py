"""From the documents of rehearsals to what is said of a machine."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from rostra.doctor.checks import State
from rostra.doctor.rating import Run, cost, network, over_tls, run_of, trials, verdicts
from rostra.errors import Unavailable
from rostra.machine import Machine
from rostra.rated import Cost, Rating, Room
from rostra.testing.rehearsed import document

MACHINE = Machine(2.0, 24 << 30, 20 << 30, "AMD EPYC", {})
ROOM = Room(MACHINE, files=20_000, edges=64)
SMALL = Run(4_000, 0.30, 8.0, 200.0, 60.0, 100.0, held=True, limit=None)
LARGE = Run(16_000, 0.37, 5.0, 212.0, 84.0, 220.0, held=True, limit=None)


def rating(plain: Cost, tls: Cost | None = None) -> Rating:
    return Rating("0.1.0", "2026-11-21", 2.0, 24 << 30, "AMD EPYC", 3_500.0, plain,
                  tls or over_tls(plain))  # fmt: skip


def test_a_further_listener_costs_the_difference_of_the_two() -> None:
    found = cost([SMALL, LARGE])
    assert (found.listeners, found.cores) == (16_000, 0.37)
    assert found.us_per_listener_second == pytest.approx((80_000 - 32_000) / 12_000)
    server, client, both = (size * 2**20 / 12_000 for size in (12, 24, 120))
    assert found.bytes_per_listener == pytest.approx(server + (both - server - client) / 2, abs=1)
    assert found.held
    assert not found.assumed


def test_noise_is_not_taken_for_a_gift() -> None:
    lucky = replace(LARGE, us=0.1, server_mib=100.0, both_mib=90.0, client_mib=60.0)
    found = cost([SMALL, lucky])
    assert found.us_per_listener_second == 0.5
    assert found.bytes_per_listener == 4_000


def test_a_small_crowd_that_was_served_more_often_does_not_make_others_free() -> None:
    calm = replace(SMALL, us=20.0)
    assert cost([calm, LARGE]).us_per_listener_second == 2.5


def test_memory_that_was_not_seen_is_reckoned_as_before() -> None:
    assert cost([SMALL, replace(LARGE, both_mib=None)]).bytes_per_listener == 16_000
    assert cost([SMALL]).bytes_per_listener == 16_000


def test_who_heard_silence_marks_the_cost() -> None:
    assert not cost([SMALL, replace(LARGE, held=False)]).held


@pytest.mark.parametrize("tls", [False, True])
@pytest.mark.parametrize("cores", [1.0, 2.0, 64.0])
def test_two_trials_are_over_in_less_than_a_minute(cores: float, tls: bool) -> None:
    small, large = trials(replace(MACHINE, cores=cores), 20_000, tls=tls)
    assert small.listeners * 4 <= large.listeners <= 20_000 - 256
    assert small.listeners / small.ramp == pytest.approx(large.listeners / large.ramp, rel=0.01)
    assert small.ramp + small.hold + large.ramp + large.hold < 50


def test_little_memory_and_few_files_are_tried_with_less_or_not_at_all() -> None:
    assert trials(replace(MACHINE, available=1 << 30), 20_000, tls=False)[1].listeners == 16_000
    assert trials(replace(MACHINE, available=100 << 20), 20_000, tls=False)[1].listeners == 1_638
    assert trials(MACHINE, 1_024, tls=False)[1].listeners == 768
    with pytest.raises(Unavailable):
        trials(MACHINE, 512, tls=False)


def test_a_document_is_read_as_rehearsals_write_it() -> None:
    made = document(setup={"memory_mib": 900.0})
    found = run_of(made)
    assert found == Run(120_000, 0.61, 2.3, 812.4, 402.2, 900.0, held=True, limit=None)


@pytest.mark.parametrize(
    "changes",
    [{"held": 118_000}, {"silence": {"listeners": 1}}, {"verified": {"mismatches": 1}}],
)
def test_what_went_wrong_there_was_not_held(changes: dict[str, Any]) -> None:
    assert not run_of(document(**changes)).held


@pytest.mark.parametrize(
    "changes",
    [
        {"held": 0}, {"stopped": "It was stopped after 3 s."},
        {"server": {"cores": None, "us_per_listener_second": None, "rss_mib": None}},
    ],
)  # fmt: skip
def test_what_shows_no_cost_is_a_sentence(changes: dict[str, Any]) -> None:
    with pytest.raises(Unavailable) as told:
        run_of(document(**changes))
    assert told.value.sentence.endswith(".")


def test_the_capacity_is_told_with_what_it_comes_from_and_what_would_raise_it() -> None:
    plain, tls, cable = verdicts(rating(cost([SMALL, LARGE])), ROOM, (), most=None)
    assert (plain.name, tls.name, cable.name) == ("capacity", "capacity, TLS", "network")
    assert plain.listeners == 16_000 + int(1.03e6 / 4)
    assert "limited by cores (measured: 4.0 µs" in plain.seen
    assert plain.advice == "More cores would hold more."
    assert "not measured, taken as 8.0 µs" in tls.seen
    assert f"{plain.listeners:,} listeners take" in cable.seen


def test_the_network_is_told_for_the_listeners_that_are_wanted() -> None:
    assert (
        "1,000 listeners take 30 Mbit/s on the cable, 28 kbit/s each" in network(1_000, 3_500).seen
    )
    cable = verdicts(rating(cost([SMALL, LARGE])), ROOM, (), most=120_000)[2]
    assert "120,000 listeners take 3.6 Gbit/s" in cable.seen


def test_silence_and_the_limit_of_the_rehearsal_are_warnings() -> None:
    found = verdicts(
        rating(cost([SMALL, replace(LARGE, held=False)])), ROOM, ("no CPU was left",), most=None
    )
    assert [check.state for check in found] == [State.WARN, State.WARN, State.OK, State.WARN]
    assert found[0].listeners == 8_000
    assert found[-1].seen == "No CPU was left."
    assert all(check.seen.endswith(".") and check.advice.endswith(".") for check in found)
