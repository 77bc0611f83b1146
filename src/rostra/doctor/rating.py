"""From rehearsals to the rated capacity: how many are tried, what one costs, what is said. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from rostra.bandwidth import needed_bits
from rostra.doctor.checks import Check, State
from rostra.edge.admission import BYTES_EACH, TLS_COSTS
from rostra.errors import Unavailable
from rostra.machine import Machine
from rostra.rated import LOAD, MEMORY_SHARE, Cost, Rating, Room, capacity

HOLD_S = 10.0
_MIB = 1 << 20
_KEPT_FILES = 256  # of a process of the rehearsal
_EACH_CORE = 8_000  # listeners tried for each core, plain: a tenth of what it will bear
_MOST = 24_000
_A_SECOND = {False: 2_000, True: 500}  # joins, plain and over TLS, for each core
_SHORTEST_RAMP_S = 8.0
_SMALLER = 4
_LEAST_US = 0.5  # below what the kernel's part of a send costs anywhere: it would be noise
_LEAST_BYTES = 4_000  # likewise: a socket alone takes more
_WANTED_MORE = {
    "cores": "More cores would hold more.",
    "memory": "More memory would hold more.",
    "files": "Raise LimitNOFILE= in the systemd unit, or ulimit -n before the start, for more.",
}


@dataclass(frozen=True)
class Trial:
    """One rehearsal to be made."""

    listeners: int
    ramp: float
    hold: float = HOLD_S


@dataclass(frozen=True)
class Run:
    """What one showed. Memory in MiB: `server_mib` of our processes, `both_mib` of the machine.

    Not `held` means that somebody heard silence or did not stay; `limit` says in words that the
    rehearsal itself was the limit.
    """

    listeners: int
    cores: float
    us: float
    server_mib: float | None
    client_mib: float | None
    both_mib: float | None
    held: bool
    limit: str | None


def trials(machine: Machine, files: int, *, tls: bool) -> tuple[Trial, Trial]:
    """A small and a large rehearsal, of which the difference tells; both are over in a minute.

    They stay below what server and rehearsal may hold together on one machine. Both come at the
    same rate, for the class that newcomers are given may go by it.
    """
    cores = max(1.0, machine.cores)
    by_memory = machine.available // (4 * BYTES_EACH * (TLS_COSTS if tls else 1))
    by_cores = _EACH_CORE * cores / (TLS_COSTS if tls else 1)
    large = int(min(_MOST, by_cores, by_memory, max(0, files - _KEPT_FILES)))
    if large < 400:
        raise Unavailable(
            "This machine has too little memory or too few files for a measurement: see the "
            "verdicts above."
        )
    ramp = max(_SHORTEST_RAMP_S, large / (_A_SECOND[tls] * cores))
    return Trial(large // _SMALLER, ramp / _SMALLER), Trial(large, ramp)


def run_of(document: Mapping[str, Any]) -> Run:
    """What the JSON document of a rehearsal shows. Raises Unavailable when it shows no cost."""
    if document["stopped"]:
        raise Unavailable(f"The measurement was cut short: {document['stopped']}")
    server, client = document["server"], document["client"]
    held = int(document["held"])
    if not held or server["cores"] is None or server["us_per_listener_second"] is None:
        raise Unavailable(
            "The rehearsal did not see what the server used: run rostra doctor --measure as the "
            "same user, on Linux, with nothing else going on."
        )
    silent, wrong = document["silence"]["listeners"], document["verified"]["mismatches"]
    return Run(
        listeners=held,
        cores=float(server["cores"]),
        us=float(server["us_per_listener_second"]),
        server_mib=server["rss_mib"],
        client_mib=client["rss_mib"],
        both_mib=document["setup"].get("memory_mib"),
        held=not silent and not wrong and held >= 0.99 * document["asked"],
        limit=document.get("limit"),
    )


def cost(runs: Sequence[Run]) -> Cost:
    """What a further listener costs: the line through the first and the last of `runs`.

    It is not believed where it promises less than half of the average: then the small crowd was
    served more often than the large one.
    """
    small, large = runs[0], runs[-1]
    more = large.listeners - small.listeners
    if more <= 0:
        slope, weight = large.us, None
    else:
        slope = (large.us * large.listeners - small.us * small.listeners) / more
        weight = _bytes(small, large, more)
    return Cost(
        listeners=large.listeners,
        cores=large.cores,
        us_per_listener_second=round(max(_LEAST_US, slope, large.us / 2), 3),
        bytes_per_listener=round(max(_LEAST_BYTES, weight or BYTES_EACH)),
        held=large.held,
    )


def _bytes(small: Run, large: Run, more: int) -> float | None:
    """Of the server alone: what its processes took, and half of what the kernel did for both."""
    growth = [
        None if before is None or after is None else (after - before) * _MIB / more
        for before, after in (
            (small.server_mib, large.server_mib),
            (small.client_mib, large.client_mib),
            (small.both_mib, large.both_mib),
        )
    ]
    server, client, both = growth
    if server is None or client is None or both is None:
        return None
    return server + max(0.0, both - server - client) / 2


def over_tls(plain: Cost) -> Cost:
    """What TLS is taken to cost where that could not be measured."""
    return replace(
        plain,
        us_per_listener_second=plain.us_per_listener_second * TLS_COSTS,
        bytes_per_listener=plain.bytes_per_listener * TLS_COSTS,
        assumed=True,
    )


def verdicts(rating: Rating, room: Room, limits: Iterable[str], *, most: int | None) -> list[Check]:
    """What is said of it: capacity plain and over TLS, then what the network must carry.

    `limits` are the words with which rehearsals said that they were the limit themselves; `most` is
    --max-listeners.
    """
    checks = [_rated(rating, room, tls=tls) for tls in (False, True)]
    found = checks[0].listeners or 1
    checks.append(network(most or found, rating.sound))
    checks += [
        Check("measurement", State.WARN, f"{words[:1].upper()}{words[1:].rstrip('.')}.",
              "The capacity may be larger than said: end other programs and measure again.")
        for words in limits
    ]  # fmt: skip
    return checks


def _rated(rating: Rating, room: Room, *, tls: bool) -> Check:
    spent = rating.cost(tls=tls)
    found = capacity(spent, room)
    name = "capacity, TLS" if tls else "capacity"
    if not spent.held:
        return Check(
            name, State.WARN,
            f"With {spent.listeners:,} listeners some heard silence or could not come in: trust "
            f"this machine with {found.listeners:,}.",
            "End other programs and measure again; rostra rehearse --html shows what happened.",
            found.listeners,
        )  # fmt: skip
    how = "not measured, taken as" if spent.assumed else "measured:"
    seen = (
        f"{found.listeners:,} listeners, limited by {found.limited_by} ({how} "
        f"{spent.us_per_listener_second:.1f} µs of a core for each in a second and "
        f"{spent.bytes_per_listener / 1000:.0f} kB; {LOAD:.0%} of {room.machine.cores:g} cores and "
        f"{MEMORY_SHARE:.0%} of memory are used)."
    )
    return Check(name, State.OK, seen, _WANTED_MORE[found.limited_by], found.listeners)


def network(listeners: int, sound: float) -> Check:
    """What the cable must carry for so many, at `sound` bytes a second for each."""
    bits = needed_bits(listeners, sound)
    need = f"{bits / 1e9:.1f} Gbit/s" if bits >= 1e9 else f"{bits / 1e6:.0f} Mbit/s"
    seen = f"{listeners:,} listeners take {need} on the cable, {sound * 8 / 1000:.0f} kbit/s each."
    advice = "See that the network card, and what the provider grants, is above that."
    return Check("network", State.OK, seen, advice)
