"""The application: every door, and what every request passes on its way to one."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.routing import BaseRoute
from starlette.types import ASGIApp

import rostra
from rostra.web import (
    about,
    account,
    admin,
    following,
    ice,
    machines,
    media,
    notices,
    own_filters,
    own_lists,
    pages,
    pictures,
    problems,
    search,
    signin,
    spaces,
    upload_pages,
    whip,
)
from rostra.web.door import RuledRoute, streaming
from rostra.web.mastodon import doors as mastodon_doors
from rostra.web.middleware import Doorway, OneOrigin, WholeBody
from rostra.web.moderation import doors as moderation
from rostra.web.packing import Packing
from rostra.web.parts import WebParts
from rostra.web.square import doors as square_doors
from rostra.web.streaming import sse
from rostra.web.streaming.hub import Hub
from rostra.web.streaming.websocket import Sockets

DOORS = (
    spaces,
    whip,
    ice,
    account,
    signin,
    pages,
    machines,
    pictures,
    search,
    media,
    upload_pages,
    following,
    own_filters,
    own_lists,
    about,
    sse,
    notices,
    moderation,
    admin,
    *square_doors.DOORS,
    *mastodon_doors.DOORS,
)


class Square(FastAPI):
    """FastAPI without its own documentation pages, which load a CDN, inside our doorway."""

    def build_middleware_stack(self) -> ASGIApp:
        parts = self.state.parts
        https = parts.settings.public_url.startswith("https:")
        packing = Packing(super().build_middleware_stack(), https=https)
        doorway = Doorway(packing, parts.tally, https=https)
        return Sockets(doorway, parts, self.state.hub)


def create_app(parts: WebParts) -> FastAPI:
    """The whole square origin, as an ASGI application."""
    app = Square(
        title="Rostra",
        version=rostra.__version__,
        description="Spaces from a program. Authorisation: Bearer token, or a signed invitation.",
        docs_url=None,
        redoc_url=None,
        openapi_url=None,
        redirect_slashes=False,
    )
    app.state.parts = parts
    app.state.hub = Hub(parts)
    app.router.route_class = RuledRoute
    for each in DOORS:
        each.add_doors(app)
    app.router.routes.sort(key=_names_last)
    problems.install(app)
    app.add_middleware(WholeBody, streaming=streaming(app))
    app.add_middleware(OneOrigin, public_url=parts.settings.public_url)
    return app


ASKED_MOST = frozenset(
    {
        "/api/v1/timelines/home", "/api/v1/notifications", "/api/v1/timelines/public",
        "/api/v1/accounts/verify_credentials", "/",
    }
)  # fmt: skip
"""Doors are looked for one after the other, and there are hundreds."""


def _names_last(route: BaseRoute) -> tuple[bool, list[bool]]:
    """`/accounts/search` is found before `/accounts/{id}`, whichever module opened it first."""
    path = str(getattr(route, "path", ""))
    return path not in ASKED_MOST, ["{" in part for part in path.split("/")]
