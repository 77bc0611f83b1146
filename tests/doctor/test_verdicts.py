"""Facts and settings in, verdicts out."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from rostra.doctor.checks import State
from rostra.doctor.facts import Asked, Certificate, Facts, Trouble
from rostra.doctor.verdicts import certificate, ice_server, judged
from rostra.ice_servers import IceServer
from rostra.machine import Machine
from rostra.settings import resolve

STUN, TURN = IceServer("stun:a.example"), IceServer("turn:b.example?transport=tcp", "u", "p")
NOW = datetime(2026, 11, 21, 18, tzinfo=UTC)
LIMITS = ["files", "memory", "accept queue", "syn queue", "tcp memory", "ports", "disk"]
FINE = Facts(
    free_ports=200,
    addresses=("93.184.216.34", "fd00::2"),
    asked=(Asked(STUN, "93.184.216.34", "", 0.02), Asked(TURN, "93.184.216.34", "198.51.100.9", 1)),
    missing_codecs=(),
    files=1_048_576,
    machine=Machine(
        cores=2, memory=24 << 30, available=23 << 30, processor="AMD EPYC",
        sysctls={
            "fs.file-max": (2_466_177,), "net.core.somaxconn": (4_096,),
            "net.ipv4.tcp_max_syn_backlog": (2_048,), "net.ipv4.tcp_syncookies": (1,),
            "net.ipv4.tcp_mem": (287_901, 383_868, 575_802),
            "net.ipv4.ip_local_port_range": (32_768, 60_999),
        },
    ),
    disk=100 << 30,
    synchronised=True,
    certificate=None,
    now=NOW,
)  # fmt: skip
OUTWARD = {"public_url": "https://rostra.example.org", "udp_ports": "40000-40199"}
HOME = replace(FINE, addresses=("192.168.1.5",), asked=())


def states(flags: dict[str, Any], facts: Facts) -> dict[str, State]:
    return {check.name: check.state for check in judged(resolve(flags, {}), facts)}


def test_a_public_machine_with_https_ports_and_servers_is_fine() -> None:
    checks = judged(resolve(OUTWARD, {}), FINE)
    assert {check.state for check in checks} == {State.OK}
    assert [check.name for check in checks] == [
        "https", "address", "udp ports", STUN.url, TURN.url, "codecs", "clock", *LIMITS,
    ]  # fmt: skip


def test_a_laptop_that_serves_itself_fails_at_nothing() -> None:
    found = states({}, replace(HOME, free_ports=1))
    assert found == {
        "https": State.OK, "address": State.WARN, "udp ports": State.OK, "turn": State.SKIPPED,
        "codecs": State.OK, "clock": State.OK, **dict.fromkeys(LIMITS, State.OK),
    }  # fmt: skip


@pytest.mark.parametrize(
    ("url", "state"),
    [
        ("https://rostra.example.org", State.OK),
        ("http://localhost:8000", State.OK),
        ("http://rostra.localhost", State.OK),
        ("http://[::1]:8000", State.OK),
        ("http://192.168.1.5", State.FAIL),
        ("http://rostra.example.org", State.FAIL),
    ],
)
def test_microphones_need_https_or_this_machine(url: str, state: State) -> None:
    assert states({**OUTWARD, "public_url": url}, FINE)["https"] is state


@pytest.mark.parametrize(
    ("flags", "facts", "state", "words"),
    [
        ({}, FINE, State.OK, "93.184.216.34"),
        ({}, HOME, State.FAIL, "give it with --public-ip"),
        ({}, replace(HOME, addresses=()), State.FAIL, "only loopback"),
        ({}, replace(HOME, asked=FINE.asked), State.WARN, "--public-ip 93.184.216.34"),
        ({}, replace(HOME, addresses=("2606:2800::1",)), State.WARN, "IPv6 only"),
        ({"public_url": "https://rostra.lan"}, HOME, State.WARN, "forward it here"),
        ({"public_url": "https://192.168.1.5"}, HOME, State.WARN, "forward it here"),
        ({"public_ip": "93.184.216.34"}, HOME, State.OK, "is forwarded"),
        ({"public_ip": "93.184.216.34"}, replace(HOME, asked=FINE.asked), State.OK, "forwarded"),
        ({"public_ip": "93.184.216.35"}, FINE, State.WARN, "sees this machine as 93.184.216.34"),
        ({"public_ip": "10.0.0.1"}, HOME, State.WARN, "is not a public one"),
        ({"public_ip": "2606:2800::1"}, HOME, State.FAIL, "no address of that family"),
    ],
)
def test_the_address_is_public_or_translated_and_plausible(
    flags: dict[str, str], facts: Facts, state: State, words: str
) -> None:
    found = judged(resolve({**OUTWARD, **flags}, {}), facts)[1]
    assert (found.name, found.state) == ("address", state)
    assert words in f"{found.seen} {found.advice}"


@pytest.mark.parametrize(
    ("flags", "free", "state"),
    [
        ({"udp_ports": "40000-40199"}, 200, State.OK),
        ({"udp_ports": "40000-40199"}, 13, State.OK),
        ({"udp_ports": "40000-40199"}, 12, State.WARN),
        ({"udp_ports": "40000-40199"}, 0, State.FAIL),
        ({"udp_ports": "40000-40004"}, 5, State.WARN),
        ({"udp_ports": None}, 1, State.WARN),
        ({"udp_ports": None}, 0, State.FAIL),
        ({"udp_ports": None, "public_url": "http://127.0.0.1:8000"}, 1, State.OK),
    ],
)
def test_microphones_need_ports_that_a_firewall_can_know(
    flags: dict[str, Any], free: int, state: State
) -> None:
    found = states({**OUTWARD, **flags}, replace(FINE, free_ports=free))
    assert found["udp ports"] is state


@pytest.mark.parametrize("trouble", [t for t in Trouble if t is not Trouble.UNTRIED])
@pytest.mark.parametrize("server", [STUN, TURN])
def test_a_server_in_trouble_fails_with_what_to_do(server: IceServer, trouble: Trouble) -> None:
    found = ice_server(Asked(server, trouble=trouble))
    assert (found.name, found.state) == (server.url, State.FAIL)
    assert found.advice.endswith(".")
    assert "password" not in found.seen


def test_what_is_not_asked_is_skipped() -> None:
    assert ice_server(Asked(STUN, trouble=Trouble.UNTRIED)).state is State.SKIPPED


def test_a_clock_that_nothing_keeps_right_is_a_warning() -> None:
    assert states(OUTWARD, replace(FINE, synchronised=False))["clock"] is State.WARN
    assert states(OUTWARD, replace(FINE, synchronised=None))["clock"] is State.SKIPPED


LATER = NOW + timedelta(days=60)


@pytest.mark.parametrize(
    ("found", "outward", "state", "words"),
    [
        (Certificate(ends=LATER, refusals={"a.org": None}), True, State.OK, "until 2027-01-20"),
        (Certificate(ends=NOW + timedelta(days=3), refusals={"a.org": None}), True, State.WARN,
         "3 days more"),
        (Certificate(ends=NOW - timedelta(days=3), refusals={"a.org": (10, "expired")}), True,
         State.FAIL, "expired on 2026-11-18"),
        (Certificate(ends=LATER, refusals={"a.org": None, "b.org": (62, "hostname mismatch")}),
         False, State.FAIL, "names include b.org"),
        (Certificate(ends=LATER, refusals={"a.org": (20, "unable to get local issuer")}), True,
         State.FAIL, "fullchain.pem"),
        (Certificate(ends=LATER, refusals={"rostra.lan": (18, "self-signed certificate")}), False,
         State.WARN, "self-signed"),
        (Certificate(trouble="The TLS key k has a password: give one without."), True, State.FAIL,
         "Give one without."),
    ],
)  # fmt: skip
def test_a_certificate_is_judged_as_browsers_do(
    found: Certificate, outward: bool, state: State, words: str
) -> None:
    check = certificate(found, NOW, outward=outward)
    assert (check.name, check.state) == ("certificate", state)
    assert words in f"{check.seen} {check.advice}"
    assert check.seen.endswith(".")


def test_a_missing_codec_is_told_in_its_own_words() -> None:
    facts = replace(FINE, missing_codecs=("The AAC encoder is missing.",))
    found = next(check for check in judged(resolve(OUTWARD, {}), facts) if check.name == "codecs")
    assert (found.state, found.seen) == (State.FAIL, "The AAC encoder is missing.")


def test_every_verdict_is_a_sentence_and_what_is_wrong_has_an_advice() -> None:
    worst = replace(
        HOME, free_ports=0, files=9, missing_codecs=("It is missing.",), disk=0,
        synchronised=False, certificate=Certificate(trouble="It is none: make one."),
        asked=tuple(Asked(STUN, trouble=trouble) for trouble in Trouble),
    )  # fmt: skip
    for flags in ({}, OUTWARD, {**OUTWARD, "public_ip": "10.0.0.1"}):
        for check in judged(resolve(flags, {}), worst):
            assert check.seen.endswith(".")
            assert "\n" not in check.seen + check.advice
            assert bool(check.advice) or check.state in (State.OK, State.SKIPPED)
