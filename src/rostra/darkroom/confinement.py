"""Giving up, for good, whatever opening a picture does not need. Linux; elsewhere only the limits.

Three walls, each of which stands without the others: a network of its own with nothing in it (and
a user that is nobody outside), where the kernel lets us have one; Landlock, by which no file can
be opened any more; and a limit of descriptors that are all in use, so that neither a file nor a
socket can be had, which every kernel knows. No seccomp: what a filter would have to allow changes
with every version of the libraries.
"""

from __future__ import annotations

import ctypes
import os
import resource
import signal
import struct
import sys

MEMORY = 256 * 1024 * 1024
"""Bytes of addresses, libraries included."""

CPU_SECONDS = 8
"""Fewer than seconds on the wall: whoever waited for others is told so."""

WALL_SECONDS = 10
LARGEST_OUTPUT = 24 * 1024 * 1024
GIVEN = 5
"""Descriptors that we were given: source, answer, errors, picture, preview."""

_ALARM_SECONDS = WALL_SECONDS + 2

_CLONE_NEWUSER, _CLONE_NEWNET, _CLONE_NEWIPC = 0x10000000, 0x40000000, 0x08000000
_PR_SET_PDEATHSIG, _PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 1, 4, 38
# Numbers of system calls since Linux 5.1 are the same on all machines.
_CREATE_RULESET, _RESTRICT_SELF = 444, 446
_ASK_VERSION = 1
_FILE_RIGHTS = {1: 13, 2: 14, 3: 15, 4: 15, 5: 16}  # how many, by version
_NETWORK_RIGHTS = 0b11
_NETWORK_SINCE = 4


def begin() -> list[str]:
    """What costs nothing and can be given up before the libraries are loaded: what holds us."""
    os.nice(19)
    # Should whoever started us be gone, nobody would end us at the deadline.
    signal.alarm(_ALARM_SECONDS)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU_SECONDS, CPU_SECONDS + 1))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_FSIZE, (LARGEST_OUTPUT, LARGEST_OUTPUT))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    if sys.platform != "linux":
        return []
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    libc.prctl(_PR_SET_DUMPABLE, 0)
    libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    return ["namespaces"] if _alone(libc) else []


def finish() -> list[str]:
    """Close the last doors, when everything is loaded: what holds us besides."""
    os.closerange(GIVEN, resource.getrlimit(resource.RLIMIT_NOFILE)[0])
    held = []
    if sys.platform == "linux" and _no_files(ctypes.CDLL(None, use_errno=True)):
        held.append("landlock")
    resource.setrlimit(resource.RLIMIT_NOFILE, (GIVEN, GIVEN))
    return [*held, "descriptors"]


def _alone(libc: ctypes.CDLL) -> bool:
    alone = _CLONE_NEWNET | _CLONE_NEWIPC
    # Not even root needs to stay root; but where user namespaces are off, root can do without.
    return any(libc.unshare(each) == 0 for each in (_CLONE_NEWUSER | alone, alone))


def _no_files(libc: ctypes.CDLL) -> bool:
    version = libc.syscall(_CREATE_RULESET, None, 0, _ASK_VERSION)
    if version < 1:
        return False
    rights = (1 << _FILE_RIGHTS.get(version, 16)) - 1
    network = _NETWORK_RIGHTS if version >= _NETWORK_SINCE else None
    wanted = struct.pack("<Q", rights) + (struct.pack("<Q", network) if network else b"")
    rules = libc.syscall(_CREATE_RULESET, wanted, len(wanted), 0)
    if rules < 0:
        return False
    held: bool = libc.syscall(_RESTRICT_SELF, rules, 0) == 0
    os.close(rules)
    return held
