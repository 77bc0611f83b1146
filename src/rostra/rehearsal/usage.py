"""CPU and memory of processes, as /proc tells them; which of them are the server's."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

_PROC = Path("/proc")
_LISTENS = "0A"
_MIB = 1 << 20
_TICK = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Process:
    """One, at a moment: its parent, the seconds of CPU it has used, the name it shows."""

    pid: int
    parent: int
    cpu: float
    title: str


def processes() -> dict[int, Process]:
    """Every process of this machine that we may look at."""
    found = {}
    for entry in _PROC.iterdir():
        if entry.name.isdecimal() and (one := _process(entry)) is not None:
            found[one.pid] = one
    return found


def _process(entry: Path) -> Process | None:
    try:
        stat = (entry / "stat").read_text()
        words = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode("utf-8", "replace")
    except OSError:
        return None
    fields = stat.rsplit(")", 1)[1].split()
    cpu = (int(fields[11]) + int(fields[12])) / _TICK
    return Process(int(entry.name), int(fields[1]), cpu, words.strip())


def memory(pids: Iterable[int]) -> float:
    """MiB that these processes hold; what they share is counted once (PSS)."""
    total = 0
    for pid in pids:
        try:
            lines = (_PROC / str(pid) / "smaps_rollup").read_text().splitlines()
        except OSError:
            continue
        total += sum(int(line.split()[1]) for line in lines if line.startswith("Pss:"))
    return total * 1024 / _MIB


def available() -> float:
    """MiB of this machine's memory that are free for use."""
    for line in (_PROC / "meminfo").read_text().splitlines():
        if line.startswith("MemAvailable:"):
            return int(line.split()[1]) * 1024 / _MIB
    return 0.0


def server_root(port: int) -> int | None:
    """The process above all that serve TCP `port` on this machine, if they are ours to look at."""
    sockets = _listening(port)
    known = processes()
    for one in known.values():
        if one.title.startswith("rostra edge") and _holds(one.pid, sockets):
            return _top(one, known).pid
    return None


def family(root: int, known: Mapping[int, Process]) -> list[Process]:
    """`root` and all that it started."""
    children: dict[int, list[int]] = {}
    for one in known.values():
        children.setdefault(one.parent, []).append(one.pid)
    found, rest = [], [root]
    while rest:
        pid = rest.pop()
        if pid in known:
            found.append(known[pid])
            rest += children.get(pid, [])
    return found


def _top(one: Process, known: Mapping[int, Process]) -> Process:
    while (parent := known.get(one.parent)) is not None and _is_rostra(parent.title):
        one = parent
    return one


def _is_rostra(title: str) -> bool:
    words = title.split()
    if words[:1] == ["rostra"]:
        return True
    return "serve" in words and any(Path(word).name == "rostra" for word in words[:4])


def _listening(port: int) -> set[str]:
    """The inodes of the sockets that listen on `port`."""
    found = set()
    for name in ("tcp", "tcp6"):
        try:
            lines = (_PROC / "net" / name).open()
        except OSError:
            continue
        with lines:
            for line in lines:
                words = line.split()
                if words[3] == _LISTENS and words[1].endswith(f":{port:04X}"):
                    found.add(words[9])
    return found


def _holds(pid: int, sockets: set[str]) -> bool:
    wanted = {f"socket:[{inode}]" for inode in sockets}
    try:
        for entry in (_PROC / str(pid) / "fd").iterdir():
            if str(entry.readlink()) in wanted:
                return True
    except OSError:
        return False
    return False
