"""A speaker's network and a server's, with translators and a relay between them.

laptop ── home ── internet ── gate ── server ── neighbour
                     │
                   relay

Home and gate translate addresses; gate lets in the ports that it was told of, and nothing else. The
neighbour has IPv6 only.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from rostra.testing.daemons import running
from rostra.testing.decode import decoded
from rostra.testing.meter import read
from rostra.testing.microphone import coded_wav
from rostra.testing.namespaces import Machine, Networks, networks
from rostra.testing.patience import until
from rostra.testing.served import Served, serving
from rostra.wire.timing import RATE

PUBLIC, RELAY, SIX = "203.0.113.2", "198.18.0.2", "fd77::1"
PORTS = "40000-40019"
SHARED = "a secret of the relay and the square"
_HEARD = 6  # seconds of sound to be judged
_TRIES = 3
_READ = "import sys, urllib.request as u; print(u.urlopen(sys.argv[1], timeout=5).read().decode())"
_KEEP = """
import sys, urllib.request
with urllib.request.urlopen(sys.argv[1], timeout=10) as live, open(sys.argv[3], "wb") as kept:
    while kept.tell() < int(sys.argv[2]):
        kept.write(live.read1(4096))
"""
ROSTRA = [sys.executable, "-m", "rostra"]


@dataclass
class World:
    """The networks, with a Space on air in the one behind the gate; `coturn` is the relay's log."""

    made: Networks
    served: Served
    coturn: Path
    folder: Path

    @property
    def laptop(self) -> Machine:
        return self.made.machines["laptop"]

    @property
    def home(self) -> Machine:
        return self.made.machines["home"]

    @property
    def neighbour(self) -> Machine:
        return self.made.machines["neighbour"]

    @property
    def server(self) -> Machine:
        return self.made.machines["server"]

    @property
    def web(self) -> str:
        """The square as the world knows it."""
        return f"http://{PUBLIC}:{self.served.port}"

    def space(self, *words: str) -> str:
        """What `rostra space …` prints."""
        return self.server.run(*ROSTRA, "space", *words, "--data", str(self.served.data))

    def invite(self, name: str) -> tuple[str, str]:
        """A seat for somebody: its token, and the address of its page."""
        made = json.loads(self.space("invite", "coded", "--name", name, "--json"))
        path = made["url"].removeprefix(self.served.web)
        return made["token"], f"{self.web}{path}"

    def speak(self, name: str, machine: Machine, host: str = PUBLIC) -> list[str]:
        """The command by which somebody at `machine` speaks."""
        seat, _ = self.invite(name)
        where = f"http://{host}:{self.served.port}/whip/coded"
        wav = str(self.folder / "coded.wav")
        return machine.command(*ROSTRA, "speak", wav, "--space", where, "--token", seat)

    def names(self) -> set[str]:
        """Who is on stage and can be heard, as the laptop sees it."""
        live = f"http://{PUBLIC}:{self.served.live_port}/live/coded/state.json"
        stage = json.loads(self.laptop.run(sys.executable, "-c", _READ, live)).get("stage", {})
        return {seat["name"] for seat in stage.values() if seat["speaking"]}

    def hears(self, name: str) -> None:
        """Wait until it is true. Raises AssertionError when what is heard is not the programme."""
        until(lambda: name in self.names(), f"{name} to be heard", 40)
        assert any(self.heard_through() for _ in range(_TRIES)), "not heard through"

    def heard_through(self) -> bool:
        """Whether what the laptop hears on the live address is the programme.

        Beside other tests on the same cores a frame may come too late: clean it is on a quiet one.
        """
        kept = self.folder / "kept.mp4"
        live = f"http://{PUBLIC}:{self.served.live_port}/live/coded/opus.mp4"
        enough = str((_HEARD + 1) * 24_000 // 8)
        self.laptop.run(sys.executable, "-c", _KEEP, live, enough, str(kept))
        reading = read(decoded(kept)[RATE:])
        return reading.heard_seconds > _HEARD - 3 and not reading.repeated


@contextmanager
def outside(folder: Path) -> Iterator[World]:
    """All of it until the block ends; `folder` keeps what it leaves. Needs turnserver."""
    coded_wav(folder / "coded.wav", 120)
    with ExitStack() as stack:
        made = stack.enter_context(networks())
        _build(made)
        coturn = folder / "coturn.log"
        stack.enter_context(running(made.machines["relay"].command(*_relay(folder)), coturn))
        until(lambda: coturn.read_text().count("Total General servers"), "the relay")
        server = made.machines["server"]
        flags = ["--host", "::", "--public-ip", PUBLIC, "--udp-ports", PORTS]
        flags += ["--ice-server", f"turn:{RELAY}?transport=tcp", "--turn-secret", SHARED]
        served = stack.enter_context(serving(folder / "data", *flags, within=server.command()))
        served.until_line("ready: ")
        _open_gate(made.machines["gate"], served)
        found = World(made, served, coturn, folder)
        for words in (("create", "Coded", "--slug", "coded"), ("start", "coded")):
            found.space(*words)
        yield found


def _build(made: Networks) -> None:
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


def _open_gate(gate: Machine, served: Served) -> None:
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


def _relay(folder: Path) -> list[str]:
    """coturn as an operator would run it beside Rostra."""
    return [
        "turnserver", "-n", f"--listening-ip={RELAY}", f"--relay-ip={RELAY}",
        "--use-auth-secret", f"--static-auth-secret={SHARED}", "--realm=rostra.test",
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
    """The rules that keep UDP in, with their counters."""
    return home.run("nft", "list", "chain", "ip", "wall", "through")
