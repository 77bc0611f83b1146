"""CPU and memory, worked out of what the kernel says."""

from __future__ import annotations

import os

import pytest

from bench.peers_cost import (
    Reading,
    Weight,
    cpu,
    cpu_of_stat,
    kernel_mib,
    per_listener,
    rates,
)

STAT = "71 (nginx: (w) 1) S 1 71 71 0 -1 4194624 9 8 7 6 150 50 25 75 20 0 1 0 99 0 0"
MEMINFO = "MemTotal:  100 kB\nMemAvailable:  50 kB\nSlab:  4096 kB\nSReclaimable: 1 kB\n"
SOCKSTAT = "sockets: used 5\nTCP: inuse 3 orphan 0 tw 1 alloc 4 mem 512\nUDP: inuse 1 mem 9\n"


def test_cpu_is_user_and_system_with_children_that_ended() -> None:
    assert cpu_of_stat(STAT) == 300 / os.sysconf("SC_CLK_TCK")


def test_cpu_of_who_is_gone_is_none() -> None:
    assert cpu([2**22 + 1]) == 0.0
    assert cpu([os.getpid()]) > 0.0


def test_the_kernel_holds_tables_and_queues() -> None:
    assert kernel_mib(MEMINFO, SOCKSTAT) == 4 + 512 * os.sysconf("SC_PAGE_SIZE") / 2**20


def test_half_of_the_kernels_memory_is_the_servers() -> None:
    before, after = Weight(10.0, 100.0), Weight(20.0, 140.0)
    told = per_listener(before, after, 1000)
    assert told["process_kb"] == pytest.approx(10.49, abs=0.01)
    assert told["kernel_kb"] == pytest.approx(20.97, abs=0.01)
    assert told["kb"] == pytest.approx(31.46, abs=0.01)


def test_memory_that_others_gave_back_meanwhile_is_no_gain() -> None:
    assert per_listener(Weight(1, 100), Weight(2, 90), 10)["kernel_kb"] == 0
    assert per_listener(Weight(1, 1), Weight(2, 2), 0)["kb"] is None


def test_costs_are_those_between_two_readings() -> None:
    told = rates(Reading(10, 1, 5, 2, 20), Reading(30, 2, 6, 6, 40), 400_000.0)
    assert told["us_per_listener_second"] == 2.5
    assert told["receiver_us_per_listener_second"] == 10.0
    assert (told["server_cores"], told["feed_cores"]) == (0.05, 0.05)
    assert (told["receiver_cores"], told["machine_cores"]) == (0.2, 1.0)
    assert told["measured_s"] == 20


def test_nobody_who_listens_costs_nothing_that_could_be_said() -> None:
    told = rates(Reading(0, 0, 0, 0, 0), Reading(1, 1, 1, 1, 1), 0.0)
    assert told["us_per_listener_second"] is None
