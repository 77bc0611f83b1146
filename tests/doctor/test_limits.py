"""Numbers of the machine in, listeners out; what is too little says how it is raised."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from rostra.doctor import limits
from rostra.doctor.checks import Check, State
from rostra.doctor.facts import Facts
from rostra.machine import Machine
from rostra.rated import Cost, Rating
from rostra.settings import resolve

MACHINE = Machine(
    cores=2, memory=24 << 30, available=23 << 30, processor="AMD EPYC",
    sysctls={"fs.file-max": (2_466_177,)},
)  # fmt: skip
SETTINGS = resolve({}, {})
OVER_TLS = resolve({"tls_cert": "cert.pem", "tls_key": "key.pem"}, {})
FACTS = Facts(
    free_ports=1, addresses=(), asked=(), missing_codecs=(), files=20_000, machine=MACHINE,
    disk=100 << 30, synchronised=True, certificate=None, now=datetime(2026, 11, 22, tzinfo=UTC),
)  # fmt: skip
RATING = Rating(
    "0.1.0", "2026-11-21T18:00:00+00:00", 2, 24 << 30, "AMD EPYC", 3_500.0,
    Cost(16_000, 0.4, 2.0, 5_000), Cost(8_000, 0.5, 5.0, 20_000),
)  # fmt: skip


def with_(**sysctls: tuple[int, ...]) -> Machine:
    """MACHINE whose settings have these values; _ stands for a dot."""
    names = {
        "somaxconn": "net.core.somaxconn", "backlog": "net.ipv4.tcp_max_syn_backlog",
        "cookies": "net.ipv4.tcp_syncookies", "tcp_mem": "net.ipv4.tcp_mem",
        "tracked": "net.netfilter.nf_conntrack_max",
        "in_use": "net.netfilter.nf_conntrack_count",
        "ports": "net.ipv4.ip_local_port_range", "files": "fs.file-max",
    }  # fmt: skip
    found = {**MACHINE.sysctls, **{names[name]: value for name, value in sysctls.items()}}
    return replace(MACHINE, sysctls=found)


def test_what_is_wanted_is_what_was_said_or_what_the_machine_is_trusted_with() -> None:
    assert limits.wanted(SETTINGS.edge, FACTS) == 100_000
    assert limits.wanted(resolve({"max_listeners": 7}, {}).edge, FACTS) == 7
    little = replace(FACTS, machine=replace(MACHINE, memory=1 << 30))
    assert limits.wanted(SETTINGS.edge, little) == 67_108


def test_what_was_measured_here_is_wanted_and_told() -> None:
    facts = replace(FACTS, rating=RATING)
    assert limits.wanted(SETTINGS.edge, facts) == 516_000
    assert limits.wanted(OVER_TLS.edge, facts) == 188_000
    checks = {check.name: check for check in limits.limits(SETTINGS, facts)}
    assert checks["measured"].state is State.OK
    assert checks["measured"].listeners == 516_000
    assert "516,000 listeners, limited by cores" in checks["measured"].seen
    assert "here at 2026-11-21T18:00:00+00:00." in checks["measured"].seen
    assert "516,000 listeners take 26 edge processes" in checks["files"].seen
    assert "at 5 kB each" in checks["memory"].seen


def test_what_is_said_counts_before_what_was_measured() -> None:
    edge, facts = resolve({"max_listeners": 7}, {}).edge, replace(FACTS, rating=RATING)
    told = limits.measured(edge, facts)
    assert limits.wanted(edge, facts) == 7
    assert told is not None and "--max-listeners counts before it" in told.seen


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"rating": replace(RATING, cores=4.0)}, "of another machine"),
        ({"rating": None, "rating_trouble": "The file rated.json is damaged."}, "is damaged"),
    ],
)
def test_a_measurement_that_is_of_no_use_is_a_warning(facts: dict[str, Any], words: str) -> None:
    told = limits.measured(SETTINGS.edge, replace(FACTS, **facts))
    assert told is not None
    assert (told.state, words in told.seen) == (State.WARN, True)
    assert limits.wanted(SETTINGS.edge, replace(FACTS, **facts)) == 100_000
    assert limits.measured(SETTINGS.edge, FACTS) is None


@pytest.mark.parametrize(
    ("limit", "most", "state", "words"),
    [
        (20_000, 100_000, State.OK, "100,000 listeners take 6 edge processes"),
        (1_048_576, 100_000, State.OK, "one edge process"),
        (4_096, 100_000, State.WARN, "LimitNOFILE=1048576"),
        (1_023, 500, State.FAIL, "ulimit -n"),
        (0, 500, State.FAIL, "0 listeners"),
        (20_000, 2_000_000, State.WARN, "1,275,904 listeners in 64 edge processes"),
    ],
)
def test_files_are_edge_processes(limit: int, most: int, state: State, words: str) -> None:
    check = limits.files(limit, MACHINE, most)
    assert check.state is state
    assert words in f"{check.seen} {check.advice}"
    assert check.listeners == max(0, limit - 64) * 64


def test_the_machine_may_have_fewer_files_than_its_processes() -> None:
    check = limits.files(20_000, with_(files=(50_000,)), 100_000)
    assert (check.state, check.listeners) == (State.WARN, 50_000)
    assert "sysctl -w fs.file-max='200000'" in check.advice


def test_memory_is_shared_at_what_each_takes() -> None:
    plain, tls = (limits.memory(MACHINE, 1_000_000, each) for each in (16_000, 32_000))
    assert plain.listeners == 1_543_503
    assert tls.listeners == 771_751
    assert (plain.state, tls.state) == (State.OK, State.WARN)
    assert "--max-listeners 771751" in tls.advice


@pytest.mark.parametrize(
    ("check", "state", "listeners", "words"),
    [
        (limits.accept_queue(with_(somaxconn=(4_096,))), State.OK, None, "4,096 who come"),
        (limits.accept_queue(with_(somaxconn=(128,))), State.WARN, None, "somaxconn='4096'"),
        (limits.syn_queue(with_(backlog=(2_048,), cookies=(1,))), State.OK, None, "20,480 joins"),
        (limits.syn_queue(with_(backlog=(64,), cookies=(0,))), State.WARN, None, "cookies='1'"),
        (limits.tcp_memory(with_(tcp_mem=(1, 2, 575_802)), 100_000), State.OK, 575_802, "2.2 GiB"),
        (limits.tcp_memory(with_(tcp_mem=(1, 2, 9)), 1_000), State.WARN, 9, "'500 750 1000'"),
        (limits.tracked(with_(tracked=(262_144,), in_use=(144,)), 100_000), State.OK, 262_000, ""),
        (limits.tracked(with_(tracked=(9_000,)), 10_000), State.WARN, 9_000, "max='20000'"),
        (limits.rehearsal_ports(with_(ports=(32_768, 60_999))), State.OK, None, "7,058,000"),
        (limits.rehearsal_ports(with_(ports=(60_000, 60_999))), State.WARN, None, "15000 65535"),
    ],
)
def test_each_limit_of_the_kernel(
    check: Check | None, state: State, listeners: int | None, words: str
) -> None:
    assert check is not None
    assert (check.state, check.listeners) == (state, listeners)
    assert words in f"{check.seen} {check.advice}"
    assert bool(check.advice) == (state is not State.OK)
    if check.advice:
        assert "/etc/sysctl.d/60-rostra.conf" in check.advice


def test_what_this_kernel_does_not_have_limits_nothing() -> None:
    bare = replace(MACHINE, sysctls={})
    assert (
        limits.accept_queue(bare) is limits.syn_queue(bare) is limits.rehearsal_ports(bare) is None
    )
    assert limits.tcp_memory(bare, 1) is limits.tracked(bare, 1) is None


@pytest.mark.parametrize(
    ("free", "state", "hours"),
    [(100 << 30, State.OK, "2,444 hours"), (300 << 20, State.WARN, " 7 hours"),
     (10 << 20, State.FAIL, " 0 hours")],
)  # fmt: skip
def test_the_disk_is_told_in_hours_of_recording(free: int, state: State, hours: str) -> None:
    check = limits.disk(SETTINGS, free)
    assert check.state is state
    assert hours in check.seen
