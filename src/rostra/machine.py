"""Looking at this machine: cores, memory, the kernel's limits, disk, clock. Reads, changes nothing.

Inside a container its own limits count (control groups, version 2 or 1), not the machine's.
"""

from __future__ import annotations

import ctypes
import os
import shutil
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SYSCTLS = (
    "fs.file-max",
    "fs.file-nr",
    "net.core.somaxconn",
    "net.ipv4.ip_local_port_range",
    "net.ipv4.tcp_max_syn_backlog",
    "net.ipv4.tcp_mem",
    "net.ipv4.tcp_syncookies",
    "net.netfilter.nf_conntrack_count",
    "net.netfilter.nf_conntrack_max",
)
_PROC = Path("/proc")
_GROUPS = Path("/sys/fs/cgroup")
_STA_UNSYNC = 0x40  # linux/timex.h
_BOUNDLESS = 1 << 60  # version 1 says "no limit" with a number of this size


@dataclass(frozen=True)
class Machine:
    """What there is of it, and the kernel's limits.

    `cores` that our processes may use, as a container's quota has it; `memory` and `available`
    bytes, for this container if it is one. `sysctls` holds the numbers of each name that the
    kernel has (`net.ipv4.tcp_mem` has three).
    """

    cores: float
    memory: int
    available: int
    processor: str
    sysctls: Mapping[str, tuple[int, ...]]


def look(proc: Path = _PROC, groups: Path = _GROUPS) -> Machine:
    """What there is. `proc` and `groups` are where the kernel tells."""
    sizes = dict(_meminfo(proc))
    whole = sizes.get("MemTotal", 0)
    memory, available = whole, sizes.get("MemAvailable", whole)
    limit = _group_memory(groups)
    if limit is not None and limit[0] < whole:
        memory, available = limit[0], min(available, max(0, limit[0] - limit[1]))
    quota = _group_cores(groups)
    cores = float(len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1)
    return Machine(
        cores=cores if quota is None else min(cores, quota),
        memory=memory,
        available=available,
        processor=_processor(proc),
        sysctls={name: found for name in SYSCTLS if (found := sysctl(name, proc)) is not None},
    )


def sysctl(name: str, proc: Path = _PROC) -> tuple[int, ...] | None:
    """The numbers of a kernel setting; None where this kernel has none of that name."""
    text = _text(proc / "sys" / name.replace(".", "/"))
    try:
        return tuple(map(int, text.split())) or None
    except ValueError:
        return None


def disk_free(folder: Path) -> int:
    """Bytes that may be written where `folder` is or will be."""
    here = folder.absolute()
    while not here.exists() and here != here.parent:
        here = here.parent
    return shutil.disk_usage(here).free


def clock_is_synchronised() -> bool | None:
    """Whether the kernel's clock is kept by NTP or the like; None where that cannot be asked."""
    if sys.platform != "linux":
        return None
    asked = _Timex()  # modes 0: nothing is changed, so anybody may ask
    if ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(asked)) < 0:
        return None
    return not asked.status & _STA_UNSYNC


class _Timex(ctypes.Structure):
    """struct timex as far as we read it (adjtimex(2)), and room for the rest."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("rest", ctypes.c_byte * 256),
    )


def _meminfo(proc: Path) -> list[tuple[str, int]]:
    lines = (line.split() for line in _text(proc / "meminfo").splitlines())
    return [(parts[0].rstrip(":"), int(parts[1]) * 1024) for parts in lines if len(parts) == 3]


def _processor(proc: Path) -> str:
    for line in _text(proc / "cpuinfo").splitlines():
        name, _, value = line.partition(":")
        if name.strip() in ("model name", "Model", "cpu model"):
            return value.strip()
    return os.uname().machine


def _group_memory(groups: Path) -> tuple[int, int] | None:
    """Limit and use in bytes; None where there is no limit."""
    for limit, use in (
        ("memory.max", "memory.current"),
        ("memory/memory.limit_in_bytes", "memory/memory.usage_in_bytes"),
    ):
        numbers = _text(groups / limit).strip(), _text(groups / use).strip()
        if all(number.isdecimal() for number in numbers) and int(numbers[0]) < _BOUNDLESS:
            return int(numbers[0]), int(numbers[1])
    return None


def _group_cores(groups: Path) -> float | None:
    """Cores' worth of time that this container gets; None where that is not limited."""
    quota, _, period = _text(groups / "cpu.max").strip().partition(" ")
    if not quota:
        quota = _text(groups / "cpu" / "cpu.cfs_quota_us").strip()
        period = _text(groups / "cpu" / "cpu.cfs_period_us").strip()
    if quota.isdecimal() and period.isdecimal() and int(period):
        return int(quota) / int(period)
    return None


def _text(path: Path) -> str:
    """What a small file of the kernel says; empty where there is none, or it is not for us."""
    try:
        return path.read_text("ascii", "replace")
    except OSError:
        return ""
