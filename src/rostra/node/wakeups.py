"""Signals as a readable descriptor: a dead child or a stop ends the wait at once."""

from __future__ import annotations

import os
import select
import signal

HELD = {signal.SIGTERM, signal.SIGINT, signal.SIGHUP, signal.SIGCHLD}


class Wakeups:
    """Between its beginning and its end signals end a `wait`; those held back come then."""

    def __init__(self) -> None:
        self.stop = False
        self._renew = False
        self._had_terminal = _has_terminal()
        self._read, self._write = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)
        self._poll = select.poll()
        self._poll.register(self._read, select.POLLIN)

    def __enter__(self) -> None:
        signal.set_wakeup_fd(self._write, warn_on_full_buffer=False)
        signal.signal(signal.SIGCHLD, lambda *_: None)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, self._on_stop)
        signal.signal(signal.SIGHUP, self._on_hang_up)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, HELD)

    def __exit__(self, *_: object) -> None:
        signal.set_wakeup_fd(-1)
        os.close(self._read)
        os.close(self._write)

    def wait(self, seconds: float) -> None:
        if self._poll.poll(max(1, round(seconds * 1000))):
            os.read(self._read, 4096)

    def told_to_renew(self) -> bool:
        """Whether a SIGHUP came since the last time this was asked."""
        told, self._renew = self._renew, False
        return told

    def _on_stop(self, *_: object) -> None:
        self.stop = True

    def _on_hang_up(self, *_: object) -> None:
        if self._had_terminal and not _has_terminal():
            self.stop = True
        else:
            self._renew = True


def _has_terminal() -> bool:
    """Whether this process has a controlling terminal that somebody still sits at."""
    try:
        os.close(os.open("/dev/tty", os.O_RDONLY | os.O_NOCTTY))
    except OSError:
        return False
    return True
