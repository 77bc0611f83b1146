"""A child process: what it is, starting it, whether it lives, ending it.

Every child is told by the kernel when the supervisor dies (Linux), and holds the data folder's lock
as long as it lives: a new supervisor cannot start beside the remains of an old one.
"""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

_PR_SET_PDEATHSIG = 1
_UNKNOWN = 255


@dataclass(frozen=True)
class Recipe:
    """How to start one child. `title` is its name in `ps` and in the log, `nice` its priority.

    It inherits the descriptors `inherits`.
    """

    title: str
    command: Sequence[str]
    nice: int = 0
    executable: str | None = None
    environ: Mapping[str, str] = field(default_factory=dict)
    inherits: Sequence[int] = ()


class Child:
    """One running process."""

    def __init__(self, recipe: Recipe, keep_open: Sequence[int] = ()) -> None:
        """Start it; it inherits the descriptors in `keep_open` too. Raises OSError if it cannot."""
        die_with_us = dying_with_us()

        def before_exec() -> None:
            die_with_us()
            # A part that renews its certificate says so itself; no other dies of being told to.
            signal.signal(signal.SIGHUP, signal.SIG_IGN)
            if recipe.nice:
                os.nice(recipe.nice)

        self.process = subprocess.Popen(  # noqa: S603 - our own command
            recipe.command,
            executable=recipe.executable,
            env={**os.environ, **recipe.environ},
            stdin=subprocess.DEVNULL,
            stdout=sys.stderr,
            pass_fds=(*keep_open, *recipe.inherits),
            # A terminal's Ctrl-C is for the supervisor alone, which ends its children in order.
            start_new_session=True,
            preexec_fn=before_exec,  # noqa: PLW1509 - the supervisor has no threads
        )
        self.pid = self.process.pid

    def exit_code(self) -> int | None:
        """None while it lives; below zero the signal that ended it."""
        return self.process.poll()

    def send(self, number: signal.Signals) -> None:
        """Send a signal, which a child that is already gone does not need."""
        self.process.send_signal(number)


class Adopted:
    """A child that this process started when it was still of another version."""

    def __init__(self, pid: int) -> None:
        self.pid = pid
        self._code: int | None = None

    def exit_code(self) -> int | None:
        """None while it lives; below zero the signal that ended it."""
        if self._code is None:
            try:
                pid, status = os.waitpid(self.pid, os.WNOHANG)
            except ChildProcessError:  # it is no child of ours any more
                self._code = _UNKNOWN
            else:
                self._code = os.waitstatus_to_exitcode(status) if pid else None
        return self._code

    def send(self, number: signal.Signals) -> None:
        """Send a signal, which a child that is already gone does not need."""
        if self.exit_code() is None:
            os.kill(self.pid, number)


def dying_with_us() -> Callable[[], None]:
    """What a forked child of this process calls so that it is told to end when we die (Linux)."""
    parent, prctl = os.getpid(), _prctl()

    def call() -> None:
        if prctl is not None:
            prctl(_PR_SET_PDEATHSIG, signal.SIGTERM)
            if os.getppid() != parent:
                os._exit(1)

    return call


def end(process: subprocess.Popen[bytes], seconds: float) -> None:
    """SIGTERM, and after so many seconds SIGKILL. One that is over already is only reaped."""
    process.terminate()
    try:
        process.wait(seconds)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _prctl() -> ctypes._NamedFuncPointer | None:
    """Linux's prctl, looked up before the fork because nothing may be loaded after it."""
    return ctypes.CDLL(None).prctl if sys.platform == "linux" else None
