"""One-time sign-in links: GET shows a button, POST consumes; signing out.

Previews in chats fetch links, so that GET must change nothing. The page has the header
`Referrer-Policy: no-referrer`, for the link is a secret; under that policy browsers would send
`Origin: null` with the form, so the document itself relaxes it to same-origin by a meta element.
"""

from __future__ import annotations

import re

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import actions
from rostra.people.rules import SESSION_MS
from rostra.web.callers import COOKIE
from rostra.web.door import page_door
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

WANTED = "rostra_wanted"
"""The cookie of a stage page that somebody wanted to see before signing in; only we read it."""

NO_REFERRER = {"Referrer-Policy": "no-referrer"}
_LONGEST_SECRET = 200
_STAGE = re.compile(r"/spaces/[a-z0-9-]{1,64}/stage")
_WANTED_SECONDS = 3600


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/sign-in/{secret}", Rule.ANYONE, show_button)
    page_door(app, "POST", "/sign-in/{secret}", Rule.ANYONE, consume)
    page_door(app, "POST", "/sign-out", Rule.ANYONE, sign_out)


async def show_button(request: Request, secret: str) -> Response:
    """Show the button that signs in"""
    return page(request, "sign_in.html", headers=NO_REFERRER)


async def consume(request: Request, secret: str) -> Response:
    """Use the link up and begin a session"""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        session = await actions.use_link(
            connection, secret[:_LONGEST_SECRET], now_ms=parts.now_ms()
        )
    wanted = request.cookies.get(WANTED, "")
    where = wanted if _STAGE.fullmatch(wanted) else "/"
    response = RedirectResponse(where, 303, NO_REFERRER)
    response.delete_cookie(WANTED, path="/sign-in")
    response.set_cookie(
        COOKIE,
        session,
        max_age=SESSION_MS // 1000,
        httponly=True,
        samesite="lax",
        secure=_is_secure(parts),
    )
    return response


def _is_secure(parts: WebParts) -> bool:
    return parts.settings.public_url.startswith("https:")


def remember_wanted(parts: WebParts, response: Response, path: str) -> None:
    """Whoever signs in within the hour goes on to `path`, a stage page."""
    response.set_cookie(
        WANTED, path, max_age=_WANTED_SECONDS, path="/sign-in",
        httponly=True, samesite="lax", secure=_is_secure(parts),
    )  # fmt: skip


async def sign_out(request: Request) -> Response:
    """End the session"""
    parts, session = parts_of(request), request.cookies.get(COOKIE, "")
    async with parts.database.writing() as connection:
        await actions.end_session(connection, session[:_LONGEST_SECRET])
    response = RedirectResponse("/", 303)
    response.delete_cookie(COOKIE, httponly=True, samesite="lax", secure=_is_secure(parts))
    return response
