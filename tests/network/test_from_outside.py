"""A speaker in another network: through address translation on both sides, and by a relay.

laptop ── home ── internet ── gate ── server ── neighbour
                     │
                   relay

Home and gate translate addresses; gate lets in the ports that it was told of, and nothing else. The
neighbour has IPv6 only.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from rostra.testing.decode import decoded
from rostra.testing.meter import read
from rostra.testing.microphone import coded_wav
from rostra.testing.namespaces import Machine, Networks, networks, running, why_not
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.wire.timing import RATE

pytestmark = pytest.mark.process

PUBLIC, RELAY, SIX = "203.0.113.2", "198.18.0.2", "fd77::1"
PORTS = "40000-40019"
SECRET = "a secret of the relay and the square"
HEARD = 6  # seconds of sound to be judged
TRIES = 3
READ = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
KEEP = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=10) as live, open(sys.argv[3], "wb") as kept:
    while kept.tell() < int(sys.argv[2]):
        kept.write(live.read1(4096))
"""
ROSTRA = [sys.executable, "-m", "rostra"]


@dataclass
class World:
    """The networks, with a Space on air in the one behind the gate."""

    laptop: Machine
    home: Machine
    neighbour: Machine
    server: Machine
    served: Served
    coturn: Path
    folder: Path

    def space(self, *words: str) -> str:
        return self.server.run(*ROSTRA, "space", *words, "--data", str(self.served.data))

    def speak(self, name: str, machine: Machine, host: str = PUBLIC) -> list[str]:
        """The command by which somebody at `machine` speaks."""
        seat = json.loads(self.space("invite", "coded", "--name", name, "--json"))["token"]
        where = f"http://{host}:{self.served.port}/whip/coded"
        wav = str(self.folder / "coded.wav")
        return machine.command(*ROSTRA, "speak", wav, "--space", where, "--token", seat)

    def names(self) -> set[str]:
        """Who is on stage and can be heard, as the laptop sees it."""
        live = f"http://{PUBLIC}:{self.served.live_port}/live/coded/state.json"
        stage = json.loads(self.laptop.run(sys.executable, "-c", READ, live)).get("stage", {})
        return {seat["name"] for seat in stage.values() if seat["speaking"]}

    def heard_through(self) -> bool:
        """Whether what the laptop hears on the live address is the programme.

        Beside other tests on the same cores a frame may come too late: clean it is on a quiet one.
        """
        kept = self.folder / "kept.mp4"
        live = f"http://{PUBLIC}:{self.served.live_port}/live/coded/opus.mp4"
        enough = str((HEARD + 1) * 24_000 // 8)
        self.laptop.run(sys.executable, "-c", KEEP, live, enough, str(kept))
        reading = read(decoded(kept)[RATE:])
        return reading.heard_seconds > HEARD - 3 and not reading.repeated


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    if reason := why_not("turnserver"):
        pytest.skip(reason)
    folder = tmp_path_factory.mktemp("network")
    coded_wav(folder / "coded.wav", 120)
    with ExitStack() as stack:
        made = stack.enter_context(networks())
        build(made)
        coturn = folder / "coturn.log"
        stack.enter_context(running(made.machines["relay"].command(*relay(folder)), coturn))
        until(lambda: coturn.read_text().count("Total General servers"), "the relay")
        server = made.machines["server"]
        flags = ["--host", "::", "--public-ip", PUBLIC, "--udp-ports", PORTS]
        flags += ["--ice-server", f"turn:{RELAY}?transport=tcp", "--turn-secret", SECRET]
        served = stack.enter_context(serving(folder / "data", *flags, within=server.command()))
        served.until_line("ready: ")
        open_gate(made.machines["gate"], served)
        there = [made.machines[name] for name in ("laptop", "home", "neighbour", "server")]
        found = World(*there, served, coturn, folder)
        for words in (("create", "Coded", "--slug", "coded"), ("start", "coded")):
            found.space(*words)
        yield found


def build(made: Networks) -> None:
    """The machines and their wires; both translators are at work."""
    for name in ("laptop", "home", "internet", "relay", "gate", "neighbour", "server"):
        made.add(name)
    made.wire("laptop", "10.77.0.2/24", "home", "10.77.0.1/24")
    made.wire("home", "198.51.100.2/30", "internet", "198.51.100.1/30")
    made.wire("relay", f"{RELAY}/30", "internet", "198.18.0.1/30")
    made.wire("gate", f"{PUBLIC}/30", "internet", "203.0.113.1/30")
    made.wire("server", "10.88.0.2/24", "gate", "10.88.0.1/24")
    made.wire("neighbour", "fd77::2/64", "server", f"{SIX}/64")
    ways = {
        "laptop": "10.77.0.1",
        "home": "198.51.100.1",
        "relay": "198.18.0.1",
        "gate": "203.0.113.1",
        "server": "10.88.0.1",
    }
    for name, via in ways.items():
        made.machines[name].route("default", via)
    for name in ("home", "internet", "gate"):
        made.machines[name].forward()
    made.machines["home"].rules(
        "table ip nat { chain outwards { type nat hook postrouting priority 100;"
        ' oifname "internet" masquerade; }; }\n'
        "table ip wall { chain through { type filter hook forward priority 0; }; }"
    )


def open_gate(gate: Machine, served: Served) -> None:
    """One to one: what comes for the public address is the server's, if it is for its ports."""
    gate.rules(
        "table ip nat {\n"
        " chain inwards { type nat hook prerouting priority -100;"
        f' iifname "internet" ip daddr {PUBLIC} dnat to 10.88.0.2; }}\n'
        " chain outwards { type nat hook postrouting priority 100;"
        f' oifname "internet" snat to {PUBLIC}; }}\n'
        "}\n"
        "table ip wall { chain through { type filter hook forward priority 0; policy drop;\n"
        " ct state established accept\n"
        ' iifname "server" accept\n'
        f" udp dport {PORTS} accept\n"
        f" tcp dport {{ {served.port}, {served.live_port} }} accept\n"
        "}\n}\n"
    )


def relay(folder: Path) -> list[str]:
    """coturn as an operator would run it beside Rostra."""
    return [
        "turnserver", "-n", f"--listening-ip={RELAY}", f"--relay-ip={RELAY}",
        "--use-auth-secret", f"--static-auth-secret={SECRET}", "--realm=rostra.test",
        "--verbose", "--no-cli", "--no-tls", "--no-dtls", "--min-port=49160", "--max-port=49199",
        "--log-file=stdout", f"--pidfile={folder}/coturn.pid", f"--userdb={folder}/turndb",
    ]  # fmt: skip


@contextmanager
def walled(home: Machine) -> Iterator[None]:
    """No UDP leaves home until the block ends."""
    home.rules("add rule ip wall through meta l4proto udp counter drop")
    try:
        yield
    finally:
        home.run("nft", "flush", "chain", "ip", "wall", "through")


def wall(home: Machine) -> str:
    return home.run("nft", "list", "chain", "ip", "wall", "through")


def is_heard(world: World, name: str) -> None:
    until(lambda: name in world.names(), f"{name} to be heard", 40)
    assert any(world.heard_through() for _ in range(TRIES)), "not heard through"


def test_a_speaker_behind_two_translators_is_heard(world: World) -> None:
    log = world.folder / "ana.log"
    with running(world.speak("Ana", world.laptop), log):
        is_heard(world, "Ana")
    assert log.read_text().splitlines()[0] == "On stage."
    assert "ALLOCATE processed" not in world.coturn.read_text()


def test_a_speaker_with_ipv6_only_is_heard(world: World) -> None:
    with running(world.speak("Cleo", world.neighbour, f"[{SIX}]"), world.folder / "cleo.log"):
        is_heard(world, "Cleo")


def test_a_speaker_whose_network_lets_no_udp_out_is_heard_by_the_relay(world: World) -> None:
    log = world.folder / "ben.log"
    with walled(world.home), running(world.speak("Ben", world.laptop), log):
        is_heard(world, "Ben")
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
    flags = [*servers, "--turn-secret", SECRET, "--public-url", f"http://{PUBLIC}"]
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
