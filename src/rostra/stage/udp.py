"""UDP sockets for speakers: on which port, and on which of this machine's addresses the world is.

All stages of a machine share one range of ports; who binds a port has it. A tour of the range
begins anywhere, so that stages do not meet at its start.
"""

from __future__ import annotations

import errno
import random
import socket
from collections.abc import Iterable, Iterator

_BUFFER = (
    256 * 1024
)  # bytes that the kernel keeps of what has come: more than a second of a speaker
_DISCARD = 9  # a port; nothing is sent to it


def bound(address: str, ports: range | None) -> socket.socket:
    """A non-blocking socket on `address`, on one of `ports`, or any if None.

    Raises OSError: EADDRINUSE when none of `ports` is free.
    """
    plain = socket.socket(family_of(address), socket.SOCK_DGRAM)
    try:
        plain.setblocking(False)
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, _BUFFER)
        _bind_any(plain, address, ports)
    except OSError:
        plain.close()
        raise
    return plain


def _bind_any(plain: socket.socket, address: str, ports: range | None) -> None:
    for port in _tour(ports) if ports else (0,):
        try:
            plain.bind((address, port))
        except OSError as reason:
            if reason.errno != errno.EADDRINUSE:
                raise
        else:
            return
    raise OSError(errno.EADDRINUSE, "every port is in use")


def _tour(ports: range) -> Iterator[int]:
    start = random.randrange(len(ports))  # noqa: S311 - nothing to guess: ports are told to anybody
    yield from ports[start:]
    yield from ports[:start]


def family_of(address: str) -> socket.AddressFamily:
    """The family of a numeric address."""
    return socket.AF_INET6 if ":" in address else socket.AF_INET


def behind(public_ip: str, addresses: Iterable[str]) -> list[str]:
    """Those of our `addresses` to which a translator forwards what is sent to `public_ip`.

    It is the one from which we would go out there; all of the same family where no way is known.
    """
    alike = [address for address in addresses if family_of(address) == family_of(public_ip)]
    if public_ip in alike:
        return []  # it is our own: nothing is translated
    with socket.socket(family_of(public_ip), socket.SOCK_DGRAM) as probe:
        try:
            probe.connect((public_ip, _DISCARD))  # sends nothing: it only asks for the way
        except OSError:
            return alike
        out = str(probe.getsockname()[0])
    return [out] if out in alike else alike
