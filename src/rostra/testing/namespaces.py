"""Networks for tests: namespaces of the kernel, joined by wires, with rules of nftables.

Needs root, `ip` and `nft`. Whatever happens in the test, nothing of it stays behind.
"""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

_SECONDS = 10
_FORWARDING = "/proc/sys/net/ipv4/ip_forward"


def why_not(*commands: str) -> str | None:
    """Why there can be no namespaces with `commands` here, in a sentence; None if there can."""
    missing = [command for command in ("ip", "nft", *commands) if shutil.which(command) is None]
    if os.geteuid() != 0:
        return "Network namespaces need root."
    if missing:
        return f"Tests of networks need {' and '.join(missing)}: make debian installs them."
    try:
        with networks() as made:
            made.add("try").rules(
                "table ip nat { chain c { type nat hook postrouting priority 0; }; }"
            )
    except OSError as error:
        return f"This machine permits no network namespaces: {error}"
    return None


@dataclass
class Machine:
    """One namespace: a machine with addresses of its own."""

    name: str

    def command(self, *words: str) -> list[str]:
        """`words` as a command that runs there; its process id is that of the command itself."""
        return ["ip", "netns", "exec", self.name, *words]

    def run(self, *words: str, text: str = "") -> str:
        """What `words` print there. Raises OSError with what they complain of."""
        return _run(*self.command(*words), text=text)

    def route(self, to: str, via: str) -> None:
        """Send what is for `to` by way of `via`."""
        _run("ip", "-n", self.name, "route", "add", to, "via", via)

    def forward(self) -> None:
        """Be a router."""
        self.run("tee", _FORWARDING, text="1")

    def rules(self, text: str) -> None:
        """Add rules of nftables."""
        self.run("nft", "-f", "-", text=text)


@dataclass
class Networks:
    """The machines of one test."""

    machines: dict[str, Machine] = field(default_factory=dict)

    def add(self, name: str) -> Machine:
        """One more machine, with a loopback only."""
        machine = Machine(f"rostra-{os.getpid()}-{name}")
        _run("ip", "netns", "add", machine.name)
        self.machines[name] = machine
        _run("ip", "-n", machine.name, "link", "set", "lo", "up")
        return machine

    def wire(self, one: str, address: str, other: str, others: str) -> None:
        """Join two machines by a wire; each end has an address such as 10.1.2.3/24.

        The ends are called as the machine at the far end.
        """
        here, there = self.machines[one].name, self.machines[other].name
        add = ("ip", "-n", here, "link", "add", other, "type", "veth", "peer", one, "netns", there)
        _run(*add)
        for name, end, end_address in ((here, other, address), (there, one, others)):
            # An address of IPv6 is usable at once: nobody else has it here.
            nodad = ("nodad",) if ":" in end_address else ()
            _run("ip", "-n", name, "address", "add", end_address, "dev", end, *nodad)
            _run("ip", "-n", name, "link", "set", end, "up")

    def close(self) -> None:
        """Take all away; wires go with their ends."""
        for machine in self.machines.values():
            _run("ip", "netns", "delete", machine.name)
        self.machines.clear()


@contextmanager
def networks() -> Iterator[Networks]:
    """Networks until the block ends."""
    made = Networks()
    try:
        yield made
    finally:
        made.close()


def _run(*words: str, text: str = "") -> str:
    done = subprocess.run(  # noqa: S603
        words, input=text.encode(), capture_output=True, check=False, timeout=_SECONDS
    )
    if done.returncode != 0:
        raise OSError(f"{' '.join(words)}: {done.stderr.decode().strip()}")
    return done.stdout.decode()
