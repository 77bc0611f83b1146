"""From which address a request comes: one rule for the square and the edges."""

from __future__ import annotations

from starlette.requests import Request

from rostra.edge.asker import who_asks
from rostra.web.parts import parts_of
from rostra.web.quota import address_key


def address_of(request: Request) -> str:
    """The address, as a trusted proxy says it; empty where there is none (a socket of a test)."""
    peer = request.client.host if request.client else ""
    said = ",".join(request.headers.getlist("x-forwarded-for")) or None
    return who_asks(peer, said, parts_of(request).settings.trusted_proxies) if peer else ""


def address_key_of(request: Request) -> str:
    """Under which the address is counted: IPv6 by its /64."""
    return address_key(address_of(request))
