"""How TLS begins on the connections of one edge: a step whenever there is something to be read.

Whoever has not shaken hands is within the ten seconds for its first head, which began when it was
accepted: silent and trickling ones end there. Until its first byte a connection costs no TLS state.
"""

from __future__ import annotations

import select
import socket
import ssl
from collections.abc import Callable

from rostra.edge.connection import Connection
from rostra.edge.secured import Secured
from rostra.edge.sockets import READ, Sockets
from rostra.tls import HANDSHAKE

A_TURN = 32
Refuse = Callable[[Connection, str, str], None]


class Handshakes:
    """Those that wait for their next step in this turn. `refuse` answers who speaks plain HTTP."""

    def __init__(self, sockets: Sockets, context: ssl.SSLContext, refuse: Refuse) -> None:
        self._sockets, self._context, self._refuse = sockets, context, refuse
        self._waiting: list[Connection] = []

    def wait(self, connection: Connection) -> None:
        """Epoll says that it can go on."""
        self._waiting.append(connection)

    def waiting(self, most: int) -> list[Connection]:
        """Whose turn it is; the others are forgotten until epoll names them again."""
        chosen = self._waiting[:most]
        self._waiting.clear()
        return chosen

    def step(self, connection: Connection) -> None:
        """Go on as far as its bytes allow."""
        sockets = self._sockets
        try:
            if not isinstance(connection.sock, Secured) and not self._begun(connection):
                return
            assert isinstance(connection.sock, Secured)
            connection.sock.do_handshake()
        except ssl.SSLWantReadError:
            sockets.set_mask(connection, READ)
        except ssl.SSLWantWriteError:
            sockets.set_mask(connection, select.EPOLLOUT)
        except OSError:  # OpenSSL has told the other side why
            sockets.counts.slot.add("bad_requests_total")
            sockets.drop(connection)
        else:
            connection.shakes_hands = False
            sockets.set_mask(connection, READ)
            slot = sockets.counts.slot
            slot.add("handshakes_total")
            slot.add("resumed_total", bool(connection.sock.session_reused))

    def _begun(self, connection: Connection) -> bool:
        """Whether its first byte has come and is one of TLS; it has its TLS state then."""
        try:
            first = connection.sock.recv(1, socket.MSG_PEEK)
        except BlockingIOError:
            return False
        if not first:
            self._sockets.drop(connection)
            return False
        if first[0] != HANDSHAKE:
            connection.shakes_hands = False
            self._refuse(
                connection, "https_only", "Only HTTPS is spoken here: begin the address with https."
            )
            return False
        return self._wrapped(connection)

    def _wrapped(self, connection: Connection) -> bool:
        try:
            connection.sock = self._context.wrap_socket(
                connection.sock, server_side=True, do_handshake_on_connect=False
            )
        except (OSError, ValueError):  # it went away just now, and its descriptor with it
            self._sockets.closed(connection)
            return False
        return True
