"""Do pages, sound and bus answer? Short blocking probes, for the moments before the ready line."""

from __future__ import annotations

import json
import socket
from pathlib import Path
from urllib.parse import urlsplit

_PATIENCE = 0.2


def pages_answer(host: str, port: int, certificate: Path | None = None) -> bool:
    """Whether the HTTP server on this machine at `port` says 200 to /healthz.

    With a `certificate` it must be an HTTPS server, with exactly this one.
    """
    request = f"GET /healthz HTTP/1.1\r\nHost: {host}:{port}\r\nConnection: close\r\n\r\n"
    answer = _ask(reachable(host), port, request.encode(), certificate=certificate)
    return answer.startswith(b"HTTP/1.1 200")


def bus_answers(file: Path) -> bool:
    """Whether the bus of bus.json lets us in and answers a ping."""
    try:
        where = json.loads(file.read_bytes())
    except FileNotFoundError:
        return False
    options = {"auth_token": where["token"], "verbose": False, "pedantic": False}
    request = f"CONNECT {json.dumps(options)}\r\nPING\r\n"
    url = urlsplit(where["url"])
    return b"PONG" in _ask(str(url.hostname), int(url.port or 0), request.encode(), until=b"PONG")


def reachable(host: str) -> str:
    """Where a server that listens on `host` is reached from this machine."""
    return {"0.0.0.0": "127.0.0.1", "::": "::1"}.get(host, host)  # noqa: S104 - compared


def _connection(host: str, port: int, certificate: Path | None) -> socket.socket:
    """A connection, over TLS if there is a certificate. Raises OSError."""
    connection = socket.create_connection((host, port), timeout=_PATIENCE)
    if certificate is None:
        return connection
    from rostra.tls import pinned_context  # noqa: PLC0415 - the supervisor stays small without

    return pinned_context(certificate).wrap_socket(connection)


def _ask(
    host: str,
    port: int,
    request: bytes,
    until: bytes = b"\r\n",
    certificate: Path | None = None,
) -> bytes:
    """The answer as far as `until`, or what came in time; empty if nobody is there."""
    answer = b""
    try:
        with _connection(host, port, certificate) as connection:
            connection.sendall(request)
            while until not in answer and len(answer) < 65536:
                piece = connection.recv(4096)
                if not piece:
                    break
                answer += piece
    except OSError:
        return answer
    return answer
