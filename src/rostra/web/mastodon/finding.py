"""How the server and its people are found: nodeinfo, WebFinger, host-meta.

https://nodeinfo.diaspora.software, RFC 7033, RFC 6415. There is no federation yet: what is said
here is true, and enough for apps and directories.
"""

from __future__ import annotations

from urllib.parse import urlsplit

from fastapi import FastAPI
from pydantic import ConfigDict
from starlette.requests import Request
from starlette.responses import Response

import rostra
from rostra.charter.choices import read_charter
from rostra.errors import BadInput, NotFound
from rostra.people import profiles
from rostra.people.rules import SEEN, checked_handle
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.instance import domain_of
from rostra.web.mastodon.parameters import Query, query
from rostra.web.parts import Origins, parts_of
from rostra.web.rules import Rule

_SCHEMA = "http://nodeinfo.diaspora.software/ns/schema/"
_CACHED = {"Cache-Control": "max-age=300"}
_LONGEST = 500
_JRD, _XRD = "application/jrd+json", "application/xrd+xml"


class Resource(Query):
    """Of whom something is asked."""

    model_config = ConfigDict(json_schema_extra={"required": ["resource"]})

    resource: str = ""


def add_doors(app: FastAPI) -> None:
    api_door(app, "GET", "/.well-known/nodeinfo", Rule.ANYONE, places)
    api_door(app, "GET", "/nodeinfo/2.0", Rule.ANYONE, older)
    api_door(app, "GET", "/nodeinfo/2.1", Rule.ANYONE, newer)
    api_door(
        app, "GET", "/.well-known/webfinger", Rule.ANYONE, webfinger, query=Resource, brings=_JRD
    )
    api_door(app, "GET", "/.well-known/host-meta", Rule.ANYONE, host_meta, brings=_XRD)


async def places(request: Request) -> Json:
    """Where the server describes itself"""
    origin = parts_of(request).settings.public_url
    links = [
        {"rel": f"{_SCHEMA}{version}", "href": f"{origin}/nodeinfo/{version}"}
        for version in ("2.0", "2.1")
    ]
    return Json({"links": links}, headers=_CACHED)


async def older(request: Request) -> Json:
    """The server, by nodeinfo 2.0"""
    return Json(await _nodeinfo(request, "2.0"), headers=_CACHED)


async def newer(request: Request) -> Json:
    """The server, by nodeinfo 2.1"""
    return Json(await _nodeinfo(request, "2.1"), headers=_CACHED)


async def webfinger(request: Request) -> Json:
    """Somebody by acct:handle@host, or by the address of the profile"""
    parts, wanted = parts_of(request), query(request, Resource).resource
    handle = _handle_in(wanted, parts.origins)
    async with parts.database.reading() as connection:
        profile = await profiles.by_handle(connection, handle)
    if profile is None or profile.state not in SEEN:
        raise _nobody()
    shown = account(profile, parts.origins)
    found = {
        "subject": f"acct:{handle}@{domain_of(parts.origins)}",
        "aliases": [shown["url"]],
        "links": [
            {"rel": "http://webfinger.net/rel/profile-page", "type": "text/html",
             "href": shown["url"]},
            {"rel": "http://webfinger.net/rel/avatar", "href": shown["avatar"]},
        ],
    }  # fmt: skip
    answer = Json(found, headers=_CACHED)
    answer.headers["Content-Type"] = _JRD
    return answer


async def host_meta(request: Request) -> Response:
    """Where WebFinger is"""
    origin = parts_of(request).settings.public_url
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<XRD xmlns="http://docs.oasis-open.org/ns/xri/xrd-1.0">\n'
        f'  <Link rel="lrdd" template="{origin}/.well-known/webfinger?resource={{uri}}"/>\n'
        "</XRD>\n"
    )
    return Response(body, 200, _CACHED, media_type=_XRD)


async def _nodeinfo(request: Request, version: str) -> Document:
    parts = parts_of(request)
    numbers = await parts.census.numbers(parts.database, parts.now_ms())
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
    return {
        "version": version,
        "software": {"name": "rostra", "version": rostra.__version__},
        "protocols": [],
        "services": {"inbound": [], "outbound": []},
        "usage": {
            "users": {
                "total": numbers.people,
                "activeMonth": numbers.active_month,
                "activeHalfyear": numbers.active_half_year,
            },
            "localPosts": numbers.posts,
        },
        "openRegistrations": charter.registrations == "open",
        "metadata": {"nodeName": charter.title, "nodeDescription": charter.description},
    }


def _handle_in(resource: str, origins: Origins) -> str:
    """The handle that `resource` names. Raises BadInput for none, NotFound for one elsewhere."""
    if not resource or len(resource) > _LONGEST:
        raise BadInput("Say whom you look for: resource=acct:handle@host.")
    page = f"{origins.public_url}/@"
    if resource.startswith(page):
        handle = resource.removeprefix(page)
    else:
        handle, _, host = resource.removeprefix("acct:").removeprefix("@").partition("@")
        known = {domain_of(origins), urlsplit(origins.public_url).hostname}
        if host.lower() not in known:
            raise _nobody()
    try:
        return checked_handle(handle.lower())
    except BadInput:
        raise _nobody() from None


def _nobody() -> NotFound:
    return NotFound("There is nobody of that name here.")
