"""What the kernel tells of its memory for sockets; the rules about it are in admission.py."""

from __future__ import annotations

from pathlib import Path

from rostra.edge.admission import Memory, socket_memory

_SOCKSTAT = Path("/proc/net/sockstat")
_TCP_MEM = Path("/proc/sys/net/ipv4/tcp_mem")


def tcp_memory() -> Memory | None:
    """Of all TCP sockets of this machine; None where the system does not tell."""
    try:
        return socket_memory(_SOCKSTAT.read_text("ascii"), _TCP_MEM.read_text("ascii"))
    except (OSError, ValueError):
        return None
