"""A speaker in another network: through address translation on both sides, and by a relay."""

from __future__ import annotations

import json
import re
import subprocess
from collections.abc import Iterator

import pytest

from rostra.testing.daemons import running
from rostra.testing.namespaces import Machine, networks, why_not
from rostra.testing.outside import (
    PORTS,
    PUBLIC,
    RELAY,
    ROSTRA,
    SHARED,
    SIX,
    World,
    outside,
    wall,
    walled,
)

pytestmark = pytest.mark.process


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if reason := why_not("turnserver"):
        pytest.skip(reason)
    with outside(tmp_path_factory.mktemp("network")) as found:
        yield found


def test_a_speaker_behind_two_translators_is_heard(world: World) -> None:
    log = world.folder / "ana.log"
    with running(world.speak("Ana", world.laptop), log):
        world.hears("Ana")
    assert log.read_text().splitlines()[0] == "On stage."
    assert "ALLOCATE processed" not in world.coturn.read_text()


def test_a_speaker_with_ipv6_only_is_heard(world: World) -> None:
    with running(world.speak("Cleo", world.neighbour, f"[{SIX}]"), world.folder / "cleo.log"):
        world.hears("Cleo")


def test_a_speaker_whose_network_lets_no_udp_out_is_heard_by_the_relay(world: World) -> None:
    log = world.folder / "ben.log"
    with walled(world.home), running(world.speak("Ben", world.laptop), log):
        world.hears("Ben")
        assert int(re.findall(r"counter packets (\d+)", wall(world.home))[0]) > 0
    assert re.search(r"ALLOCATE processed, success", world.coturn.read_text())
    assert "no sound connection" in log.read_text()


def doctor(machine: Machine, *flags: str) -> dict[str, dict[str, str]]:
    """The verdicts by name."""
    said = machine.run("sh", "-c", '"$@" || test $? = 1', "sh", *ROSTRA, "doctor", "--json", *flags)
    return {check["name"]: check for check in json.loads(said)["checks"]}


def test_the_doctor_sees_what_the_network_lets_through(world: World) -> None:
    stun, tcp, udp = f"stun:{RELAY}", f"turn:{RELAY}?transport=tcp", f"turn:{RELAY}"
    servers = [f"--ice-server={server}" for server in (stun, tcp, udp)]
    flags = [*servers, "--turn-secret", SHARED, "--public-url", f"http://{PUBLIC}"]
    found = doctor(world.server, *flags, "--public-ip", PUBLIC, "--udp-ports", PORTS)
    assert [found[name]["state"] for name in (stun, tcp, udp)] == ["ok"] * 3
    assert f"sees us as {PUBLIC}" in found[stun]["seen"]
    assert f"relays from {RELAY}" in found[tcp]["seen"]
    assert found["udp ports"]["state"] == "ok"
    assert f"--public-ip {PUBLIC}" in doctor(world.server, *flags)["address"]["advice"]
    wrong = doctor(world.server, *servers, "--turn-secret", "another")
    assert [wrong[name]["state"] for name in (stun, tcp, udp)] == ["ok", "fail", "fail"]
    assert "refuses the credentials" in wrong[tcp]["seen"]
    with walled(world.home):
        behind = doctor(world.laptop, *flags)
    assert [behind[name]["state"] for name in (stun, tcp, udp)] == ["fail", "ok", "fail"]
    assert "does not answer" in behind[stun]["seen"]


def test_nothing_stays_behind() -> None:
    if reason := why_not():
        pytest.skip(reason)
    with pytest.raises(ZeroDivisionError), networks() as made:
        made.add("one")
        made.add("two")
        made.wire("one", "10.1.2.3/24", "two", "10.1.2.4/24")
        name = made.machines["one"].name
        raise ZeroDivisionError
    listed = subprocess.run(["ip", "netns", "list"], check=True, capture_output=True, text=True)
    assert name not in listed.stdout
