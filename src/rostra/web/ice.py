"""STUN and TURN servers for those who may speak: JSON for our page, Link headers for WHIP.

Credentials are for nobody else. Those that are lent outlast the longest event we prepare for, and
a page asks anew before every connection.
"""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from rostra.ice_servers import IceServer, lent
from rostra.rooms import actions
from rostra.web.callers import known_caller
from rostra.web.door import door
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Caller, Rule
from rostra.web.stage_line import who

LENT_SECONDS = 12 * 3600


def add_doors(app: FastAPI) -> None:
    door(app, "GET", "/api/spaces/{slug}/ice-servers", Rule.HAS_SEAT, ice_servers)


async def ice_servers(request: Request, slug: str) -> dict[str, Any]:
    """The STUN and TURN servers for a connection to the stage, as browsers' iceServers"""
    parts, caller = parts_of(request), known_caller(request)
    parts.limits.signals.take(caller.key, parts.clock.boot_ns())
    await actions.read_manifest(parts.places, slug)
    return {"ice_servers": [_for_browsers(server) for server in servers_for(parts, caller)]}


def servers_for(parts: WebParts, caller: Caller) -> tuple[IceServer, ...]:
    """The servers with credentials for `caller`, who has a seat."""
    settings = parts.settings
    expires = int(parts.now()) + LENT_SECONDS
    return lent(settings.ice_servers, settings.turn_secret, who(caller)["id"], expires)


def _for_browsers(server: IceServer) -> dict[str, Any]:
    """An RTCIceServer of WebRTC's RTCConfiguration."""
    if not server.username:
        return {"urls": [server.url]}
    return {"urls": [server.url], "username": server.username, "credential": server.credential}
