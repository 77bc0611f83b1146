"""What a server's processes, and the kernel for them, take: CPU and memory from /proc."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from rostra.rehearsal import usage

_PROC = Path("/proc")
_TICK = os.sysconf("SC_CLK_TCK")
_PAGE = os.sysconf("SC_PAGE_SIZE")
_MIB = 1 << 20

Pids = Callable[[], Sequence[int]]


def cpu_of_stat(stat: str) -> float:
    """Seconds of CPU in a line of /proc/<pid>/stat: user and system, with children that ended."""
    fields = stat.rsplit(")", 1)[1].split()
    return sum(map(int, fields[11:15])) / _TICK


def cpu(pids: Iterable[int]) -> float:
    """Seconds of CPU of these processes, their own and of children of theirs that ended."""
    total = 0.0
    for pid in pids:
        try:
            total += cpu_of_stat((_PROC / str(pid) / "stat").read_text())
        except OSError:
            continue
    return total


def busy() -> float:
    """Seconds of CPU that this whole machine has spent, interrupts among them."""
    line = (_PROC / "stat").read_text().splitlines()[0].split()
    user, nice, system, _, _, irq, softirq = map(int, line[1:8])
    return (user + nice + system + irq + softirq) / _TICK


def family(root: int) -> list[usage.Process]:
    """`root` and all that it started and that is still there."""
    return usage.family(root, usage.processes())


def kernel_mib(meminfo: str, sockstat: str) -> float:
    """MiB that the kernel holds in its tables and for what lies in TCP's queues, of all sockets."""
    slab = next(int(line.split()[1]) for line in meminfo.splitlines() if line.startswith("Slab:"))
    tcp = next(line.split() for line in sockstat.splitlines() if line.startswith("TCP:"))
    pages = int(tcp[tcp.index("mem") + 1])
    return (slab * 1024 + pages * _PAGE) / _MIB


@dataclass(frozen=True)
class Reading:
    """At a moment (s): seconds of CPU of those who serve, feed and listen, and of the machine."""

    moment: float
    serving: float
    feeding: float
    listening: float
    machine: float


@dataclass(frozen=True)
class Weight:
    """MiB: of the processes that serve (what is shared counted once), and of the kernel."""

    serving: float
    kernel: float


def weigh(pids: Iterable[int]) -> Weight:
    meminfo = (_PROC / "meminfo").read_text()
    sockstat = (_PROC / "net" / "sockstat").read_text()
    return Weight(usage.memory(pids), kernel_mib(meminfo, sockstat))


def per_listener(before: Weight, after: Weight, listeners: int) -> dict[str, float | None]:
    """kB of a listener. Both ends of each connection are here, so half of the kernel's counts."""
    if not listeners:
        return {"process_kb": None, "kernel_kb": None, "kb": None}
    process = (after.serving - before.serving) * _MIB / 1000 / listeners
    kernel = max(0.0, after.kernel - before.kernel) * _MIB / 1000 / 2 / listeners
    each = {"process_kb": process, "kernel_kb": kernel, "kb": process + kernel}
    return {name: round(value, 2) for name, value in each.items()}


def rates(before: Reading, after: Reading, listener_seconds: float) -> dict[str, float | None]:
    """Cores in use between both readings; µs of server and receiver for a listener's second."""
    seconds = max(after.moment - before.moment, 1e-6)
    used = {
        name: getattr(after, name) - getattr(before, name)
        for name in ("serving", "feeding", "listening", "machine")
    }
    each = {
        "us_per_listener_second": "serving",
        "receiver_us_per_listener_second": "listening",
    }
    told: dict[str, float | None] = {
        name: round(used[of] * 1e6 / listener_seconds, 3) if listener_seconds else None
        for name, of in each.items()
    }
    return told | {
        "server_cores": round(used["serving"] / seconds, 4),
        "feed_cores": round(used["feeding"] / seconds, 4),
        "receiver_cores": round(used["listening"] / seconds, 4),
        "machine_cores": round(used["machine"] / seconds, 4),
        "measured_s": round(seconds, 1),
    }
