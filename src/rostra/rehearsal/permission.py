"""Whether a server agrees to be rehearsed: loopback always, any other only if it says so itself.

Its address is looked up once; it is asked there, and only there will anybody connect. Redirects
are not followed.
"""

from __future__ import annotations

import hashlib
import http.client
import ipaddress
import json
import socket
import ssl
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlsplit

from rostra.clients.pinned import Pinned
from rostra.errors import BadInput, Unavailable
from rostra.rehearsal.private import Private
from rostra.tls import pinned_context

LOOPBACK = "loopback"
_PORTS = {"http": 80, "https": 443}
_PATIENCE = 5.0
_LARGEST = 1 << 20


@dataclass(frozen=True)
class Place:
    """Where a Space is: the address that was looked up, and what its page's URL says.

    `tls` is by what the server is trusted, and the name that it must have.
    """

    address: str
    port: int
    host: str  # as in the Host header
    slug: str
    tls: tuple[ssl.SSLContext, str] | None = None

    @property
    def loopback(self) -> bool:
        return ipaddress.ip_address(self.address).is_loopback


def find(url: str, pinned: Pinned | None = None) -> Place:
    """The Space whose page is `url`; a server of this machine is known by what is `pinned`.

    Raises BadInput for what is none, or cannot be found.
    """
    wrong = f"{url} is not the page of a Space: it looks like http://127.0.0.1:8001/s/name."
    try:
        parts = urlsplit(url)
        port, names = parts.port, [name for name in parts.path.split("/") if name]
    except ValueError:
        raise BadInput(wrong) from None
    if parts.scheme not in _PORTS or not parts.hostname or len(names) != 2 or names[0] != "s":
        raise BadInput(wrong)
    port = port or _PORTS[parts.scheme]
    try:
        found = socket.getaddrinfo(parts.hostname, port, type=socket.SOCK_STREAM)
    except OSError:
        raise BadInput(f"The host {parts.hostname} is not known: look at the address.") from None
    tls = None
    if parts.scheme == "https":
        tls = _context(f"https://{parts.netloc}", pinned), parts.hostname
    return Place(str(found[0][4][0]), port, parts.netloc, names[1], tls)


def _context(origin: str, pinned: Pinned | None) -> ssl.SSLContext:
    if pinned is not None and origin in pinned.origins:
        context = pinned_context(pinned.certificate)
    else:
        context = ssl.create_default_context()
    context.sslsocket_class = Private
    return context


def word(place: Place, token: str | None) -> str:
    """What each request says of itself in `Rostra-Rehearsal`."""
    return LOOPBACK if place.loopback and not token else token or ""


def check(place: Place, token: str | None, listeners: int) -> None:
    """Raises BadInput unless the server at `place` agrees to so many listeners, just now."""
    if place.loopback:
        return
    if not token:
        raise BadInput(
            f"{place.host} is not this machine: it must be served with --rehearsal-token T, and "
            "the same token be given here."
        )
    said = _allowed(place)
    if said.get("token_sha256") != hashlib.sha256(token.encode()).hexdigest():
        raise BadInput(f"{place.host} does not know this token: give the one it is served with.")
    most = said.get("listeners")
    if not isinstance(most, int) or listeners > most:
        raise BadInput(f"{place.host} agrees to {most} listeners at most: ask for no more.")
    if not _is_ahead(said.get("expires")):
        raise BadInput(f"The rehearsal token of {place.host} has expired: serve it anew with one.")


def _allowed(place: Place) -> dict[str, Any]:
    status, body = get(place, "/rehearsal.json")
    try:
        said = json.loads(body) if status == 200 else None
    except ValueError:
        said = None
    if not isinstance(said, dict):
        raise BadInput(
            f"{place.host} does not agree to a rehearsal: serve it with --rehearsal-token."
        )
    return said


def _is_ahead(text: object) -> bool:
    try:
        moment = datetime.fromisoformat(str(text))
    except ValueError:
        return False
    return moment.tzinfo is not None and moment > datetime.now(UTC)


def get(place: Place, target: str) -> tuple[int, bytes]:
    """Status and body of one request. Raises Unavailable where no answer comes."""
    connection = http.client.HTTPConnection(place.address, place.port, timeout=_PATIENCE)
    try:
        if place.tls is not None:
            context, name = place.tls
            connection.connect()
            connection.sock = context.wrap_socket(connection.sock, server_hostname=name)
        connection.request("GET", target, headers={"Host": place.host, "Connection": "close"})
        answer = connection.getresponse()
        return answer.status, answer.read(_LARGEST)
    except ssl.SSLError as reason:
        raise Unavailable(f"TLS with {place.host} failed: {reason.reason or reason}.") from None
    except (OSError, http.client.HTTPException):
        raise Unavailable(f"Nothing answers at {place.host}: is the server running?") from None
    finally:
        connection.close()
