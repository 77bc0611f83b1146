"""One-time sign-in links: GET shows a button, POST consumes; signing out.

Previews in chats fetch links, so that GET must change nothing. The page has the header
`Referrer-Policy: no-referrer`, for the link is a secret; under that policy browsers would send
`Origin: null` with the form, so the document itself relaxes it to same-origin by a meta element.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import actions, sessions
from rostra.web.account import cookies
from rostra.web.account.entering import device_asking, welcome
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

NO_REFERRER = {"Referrer-Policy": "no-referrer"}
_LONGEST_SECRET = 200


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/sign-in/{secret}", Rule.ANYONE, show_button)
    page_door(app, "POST", "/sign-in/{secret}", Rule.ANYONE, consume)
    page_door(app, "POST", "/sign-out", Rule.ANYONE, sign_out)


async def show_button(request: Request, secret: str) -> Response:
    """Show the button that signs in"""
    return await page(
        request, "sign_in.html", me=(await visitor_of(request)).account, headers=NO_REFERRER
    )


async def consume(request: Request, secret: str) -> Response:
    """Use the link up and begin a session"""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        used = await actions.use_link(
            connection, secret[:_LONGEST_SECRET], now_ms=parts.now_ms(),
            device=device_asking(request),
        )  # fmt: skip
        await sessions.end_session(connection, cookies.session_of(request))
    response = await welcome(request, used.account_id, used.session)
    response.headers.update(NO_REFERRER)
    return response


async def sign_out(request: Request) -> Response:
    """End the session"""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        await sessions.end_session(connection, cookies.session_of(request))
    response = RedirectResponse("/", 303)
    cookies.forget_session(response, parts)
    return response
