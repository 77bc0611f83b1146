"""Ports: can we listen where we were told to?"""

from __future__ import annotations

import errno
import socket

from rostra.errors import Misconfigured


def check_free(host: str, port: int, flag: str) -> None:
    """Raise Misconfigured, naming port and flag, unless `host`:`port` can be listened on."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(
            host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE
        )[0]
    except socket.gaierror:
        raise Misconfigured(f"The host {host!r} is not known: correct --host.") from None
    with socket.socket(family, kind) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(address)
            probe.listen(1)
        except OSError as reason:
            raise Misconfigured(_sentence(host, port, flag, reason)) from None


def _sentence(host: str, port: int, flag: str, reason: OSError) -> str:
    if reason.errno == errno.EADDRINUSE:
        return f"Port {port} on {host} is in use by another program: end it or give another {flag}."
    if reason.errno == errno.EADDRNOTAVAIL:
        return f"This machine has no address {host}: correct --host."
    return (
        f"Port {port} on {host} cannot be listened on ({reason.strerror}): "
        f"give another {flag}, 1024 or above."
    )


def any_free(host: str, wish: int | None = None) -> int:
    """A TCP port that is free on `host` now; `wish` if it is."""
    for port in (wish, 0) if wish else (0,):
        with socket.socket(socket.AF_INET, socket.SOCK_STREAM) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as reason:
                if reason.errno != errno.EADDRINUSE:
                    raise
                continue
            return int(probe.getsockname()[1])
    raise Misconfigured(f"There is no free TCP port on {host}: end a program that holds many.")
