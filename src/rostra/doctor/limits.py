"""How many listeners each thing allows: files, memory, the kernel's queues and tables. Pure.

Each verdict says what is, to how many listeners that limits, and how it is raised. It is a warning
where it is less than `wanted`: --max-listeners, else what was measured here and kept, else what
cores and memory are trusted with.
"""

from __future__ import annotations

import math

from rostra.doctor.checks import Check, State
from rostra.doctor.facts import Facts
from rostra.edge.admission import BYTES_EACH, EACH_CORE, KEPT_FILES, TLS_COSTS
from rostra.machine import Machine
from rostra.rated import Capacity, Cost, Room, capacity
from rostra.settings import EdgeSettings, NodeSettings

MOST_EDGES = 64
"""Edge processes of one machine: the board has a slot for each."""

FEWEST_FILES = 1_024
_FEWEST_EDGE_FILES = 20_000  # below this a crowd takes more processes than there need be
_PLENTY_FILES = 1_048_576  # fs.nr_open as kernels have it
_PAGE = 4_096
_UNREAD = 4_096  # bytes of a listener's sound that lie in the kernel on average, as measured
_ACCEPTS = 4_096  # connections that may wait for an edge, as the edges ask for
_ROUND_TRIP = 0.1  # seconds within which somebody far away finishes a connection
_FEWEST_PORTS = 16_384
_LOOPBACKS = 250  # addresses 127.0.0.2 to 127.0.0.251, from which a rehearsal connects
_AAC_EXCESS = 4 / 3  # FFmpeg's encoder takes more than it is asked to, for speech
_AROUND_SOUND = 600  # bytes a second: heads of fragments, state of the room
_HOUR = 3_600
_RESERVED_HOURS = 12


def wanted(edge: EdgeSettings, facts: Facts) -> int:
    """Listeners for whom there should be room."""
    if edge.max_listeners is not None:
        return edge.max_listeners
    found = _measured(edge, facts)
    if found is not None:
        return found.listeners
    machine, each = facts.machine, TLS_COSTS if edge.tls else 1
    return max(1, min(machine.memory // BYTES_EACH, int(EACH_CORE * machine.cores)) // each)


def _cost(edge: EdgeSettings, facts: Facts) -> Cost | None:
    """What is kept of a measurement of this machine, if there was one."""
    if facts.rating is None or not facts.rating.is_of(facts.machine):
        return None
    return facts.rating.cost(tls=edge.tls is not None)


def _measured(edge: EdgeSettings, facts: Facts) -> Capacity | None:
    cost = _cost(edge, facts)
    room = Room(facts.machine, facts.files, MOST_EDGES)
    return None if cost is None else capacity(cost, room)


def _bytes_each(edge: EdgeSettings, facts: Facts) -> float:
    """Of memory; as estimated until it is measured."""
    cost = _cost(edge, facts)
    estimate = BYTES_EACH * (TLS_COSTS if edge.tls else 1)
    return estimate if cost is None else cost.bytes_per_listener


def measured(edge: EdgeSettings, facts: Facts) -> Check | None:
    """What rostra serve makes of what was kept; None where nothing was."""
    if facts.rating_trouble:
        return Check("measured", State.WARN, facts.rating_trouble)
    if facts.rating is None:
        return None
    found, when = _measured(edge, facts), facts.rating.measured
    if found is None:
        seen = f"What was measured at {when} is of another machine, and is not used here."
        return Check("measured", State.WARN, seen, "Measure with rostra doctor --measure --keep.")
    counts = "" if edge.max_listeners is None else ", but --max-listeners counts before it"
    seen = f"{found.listeners:,} listeners, limited by {found.limited_by}, by what was measured "
    return Check("measured", State.OK, f"{seen}here at {when}{counts}.", listeners=found.listeners)


def limits(settings: NodeSettings, facts: Facts) -> list[Check]:
    """The verdicts, what listeners meet first coming first."""
    edge, machine = settings.edge, facts.machine
    most = wanted(edge, facts)
    checks = [
        measured(edge, facts),
        files(facts.files, machine, most),
        memory(machine, most, _bytes_each(edge, facts)),
        accept_queue(machine),
        syn_queue(machine),
        tcp_memory(machine, most),
        tracked(machine, most),
        rehearsal_ports(machine),
        disk(settings, facts.disk),
    ]
    return [check for check in checks if check is not None]


def files(limit: int, machine: Machine, most: int) -> Check:
    """Every listener is an open file of an edge."""
    room = max(0, limit - KEPT_FILES)
    system = machine.sysctls.get("fs.file-max", (0,))[0]
    all_edges = room * MOST_EDGES
    if system and system < min(most, all_edges):
        return Check(
            "files", State.WARN, f"All processes together may open {system:,} files.",
            _raise("fs.file-max", 2 * most), system,
        )  # fmt: skip
    edges = math.ceil(most / room) if room else 0
    processes = "one edge process" if edges == 1 else f"{edges} edge processes"
    seen = f"A process may open {limit:,} files: {most:,} listeners take {processes}."
    if limit < FEWEST_FILES or edges > MOST_EDGES:
        seen = (
            f"A process may open {limit:,} files: that is {all_edges:,} listeners in {MOST_EDGES} "
            "edge processes, which is the most."
        )
    state = State.OK
    if limit < FEWEST_FILES:
        state = State.FAIL
    elif edges > MOST_EDGES or limit < _FEWEST_EDGE_FILES:
        state = State.WARN
    raised = (
        f"Raise it with LimitNOFILE={_PLENTY_FILES} in the systemd unit, or "
        f"ulimit -n {_PLENTY_FILES} before the start."
    )
    return Check("files", state, seen, "" if state is State.OK else raised, all_edges)


def memory(machine: Machine, most: int, each: float) -> Check:
    """What is free now, at so many bytes for `each` listener."""
    room = int(machine.available / each)
    seen = (
        f"{_gib(machine.available)} of {_gib(machine.memory)} of memory are free: {room:,} "
        f"listeners at {each / 1000:.3g} kB each."
    )
    if room >= most:
        return Check("memory", State.OK, seen, listeners=room)
    advice = f"End other programs, add memory, or hold fewer with --max-listeners {max(1, room)}."
    return Check("memory", State.WARN, seen, advice, room)


def accept_queue(machine: Machine) -> Check | None:
    """Who has connected waits here until an edge takes them."""
    found = machine.sysctls.get("net.core.somaxconn")
    if found is None:
        return None
    seen = f"{found[0]:,} who come at the same moment may wait for an edge."
    if found[0] >= _ACCEPTS:
        return Check("accept queue", State.OK, seen)
    seen += " Whoever finds it full tries again a second later."
    return Check("accept queue", State.WARN, seen, _raise("net.core.somaxconn", _ACCEPTS))


def syn_queue(machine: Machine) -> Check | None:
    """Who begins to connect from far away is remembered here for a round trip."""
    found = machine.sysctls.get("net.ipv4.tcp_max_syn_backlog")
    if found is None:
        return None
    cookies = machine.sysctls.get("net.ipv4.tcp_syncookies", (0,))[0]
    seen = (
        f"{found[0]:,} may be connecting at once: {int(found[0] / _ROUND_TRIP):,} joins a second "
        f"from {_ROUND_TRIP * 1000:.0f} ms away"
    )
    if cookies:
        return Check("syn queue", State.OK, f"{seen}; more are let in by SYN cookies.")
    advice = _raise("net.ipv4.tcp_syncookies", 1)
    return Check("syn queue", State.WARN, f"{seen}, and no more: SYN cookies are off.", advice)


def tcp_memory(machine: Machine, most: int) -> Check | None:
    """All sound that is on its way to somebody lies in the kernel."""
    found = machine.sysctls.get("net.ipv4.tcp_mem")
    if found is None or len(found) != 3:
        return None
    pages = found[2]
    room = pages * _PAGE // _UNREAD
    seen = f"The kernel keeps at most {_gib(pages * _PAGE)} of unread sound: {room:,} listeners."
    if room >= most:
        return Check("tcp memory", State.OK, seen, listeners=room)
    high = math.ceil(most * _UNREAD / _PAGE)
    advice = _raise("net.ipv4.tcp_mem", f"{high // 2} {high * 3 // 4} {high}")
    return Check("tcp memory", State.WARN, seen, advice, room)


def tracked(machine: Machine, most: int) -> Check | None:
    """A firewall that tracks connections has a table, and whom it cannot note it drops."""
    found = machine.sysctls.get("net.netfilter.nf_conntrack_max")
    if found is None:
        return None
    used = machine.sysctls.get("net.netfilter.nf_conntrack_count", (0,))[0]
    room = max(0, found[0] - used)
    seen = f"The firewall tracks {found[0]:,} connections at most: room for {room:,} listeners."
    if room >= most:
        return Check("conntrack", State.OK, seen, listeners=room)
    advice = _raise("net.netfilter.nf_conntrack_max", 2 * most)
    return Check("conntrack", State.WARN, seen, advice, room)


def rehearsal_ports(machine: Machine) -> Check | None:
    """A rehearsal, or a proxy on this machine, takes a port for each listener."""
    found = machine.sysctls.get("net.ipv4.ip_local_port_range")
    if found is None or len(found) != 2:
        return None
    ports = max(0, found[1] - found[0] + 1)
    seen = (
        f"{ports:,} ports for connections out: a rehearsal on this machine holds "
        f"{ports * _LOOPBACKS:,} listeners, a proxy on it {ports:,}."
    )
    if ports >= _FEWEST_PORTS:
        return Check("ports", State.OK, seen)
    advice = _raise("net.ipv4.ip_local_port_range", "15000 65535")
    return Check("ports", State.WARN, seen, advice)


def disk(settings: NodeSettings, free: int) -> Check:
    """Every second on air is kept in both renditions."""
    stage = settings.stage
    each_second = stage.opus_bitrate / 8 + stage.aac_bitrate / 8 * _AAC_EXCESS + 2 * _AROUND_SOUND
    hours = free / (each_second * _HOUR)
    seen = f"{_gib(free)} are free at {settings.data}: {int(hours):,} hours of recording."
    advice = f"Free some, or keep the data elsewhere with --data; {_RESERVED_HOURS} hours are set "
    advice += "aside for each Space that opens."
    if hours >= _RESERVED_HOURS:
        return Check("disk", State.OK, seen)
    return Check("disk", State.WARN if hours >= 1 else State.FAIL, seen, advice)


def _raise(name: str, value: int | str) -> str:
    return (
        f"Raise it: sysctl -w {name}='{value}', and for the next start {name} = {value} in "
        "/etc/sysctl.d/60-rostra.conf."
    )


def _gib(size: int) -> str:
    return f"{size / 2**30:.1f} GiB"
