"""The listening socket of the sound, and how a zygote inherits it.

The supervisor opens it and gives it to every zygote, so what waits in its queue is lost neither
when a zygote dies nor when edges of a new version take over. Nothing here is heavy: the supervisor
loads it too.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from collections.abc import MutableMapping
from dataclasses import dataclass

from rostra.clock import Clock
from rostra.errors import Misconfigured

LISTENER, READY = "ROSTRA_EDGES_LISTENER", "ROSTRA_EDGES_READY"
_BACKLOG = 4096
_SEND_BUFFER = 64 * 1024
_USER_TIMEOUT_MS = 20_000
_PATIENCE_NS = 2_000_000_000  # for a predecessor's children to leave the address


@dataclass(frozen=True)
class Inherited:
    """Descriptors that a zygote was started with.

    `listener` is the listening socket. To `ready` one byte is written as soon as its edges accept.
    """

    listener: int | None = None
    ready: int | None = None

    @classmethod
    def taken_from(cls, environ: MutableMapping[str, str]) -> Inherited:
        """What the environment names, which then names it no more."""
        found = [environ.pop(name, None) for name in (LISTENER, READY)]
        for number in found:
            if number is not None:
                os.set_inheritable(int(number), False)
        listener, ready = (None if number is None else int(number) for number in found)
        return cls(listener, ready)

    def socket(self) -> socket.socket | None:
        """The listening socket with the options of this version, if it was inherited."""
        if self.listener is None:
            return None
        return _with_options(socket.socket(fileno=self.listener))


def listen(host: str, port: int, clock: Clock) -> socket.socket:
    """The listening socket; what it accepts has its options. Raises Misconfigured."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    listener = _with_options(socket.socket(family, socket.SOCK_STREAM))
    deadline = clock.boot_ns() + _PATIENCE_NS
    while True:
        try:
            listener.bind((host, port))
            listener.listen(_BACKLOG)
        except OSError as reason:
            if clock.boot_ns() > deadline:
                listener.close()
                raise Misconfigured(
                    f"The sound cannot be served at {host} port {port} ({reason.strerror}): "
                    "choose another with --host or --live-port."
                ) from None
            signal.sigtimedwait([], 0.05)
        else:
            return listener


def _with_options(listener: socket.socket) -> socket.socket:
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF, _SEND_BUFFER)
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    if sys.platform == "linux":
        listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT, _USER_TIMEOUT_MS)
    listener.setblocking(False)
    return listener
