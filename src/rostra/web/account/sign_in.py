"""Signing in with a password; the way to all other ways."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import RostraError
from rostra.web.account.entering import check_password, go_on
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.problems import form_page, wants_page
from rostra.web.rules import Rule


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/sign-in", Rule.ANYONE, show)
    page_door(app, "POST", "/sign-in", Rule.ANYONE, sign_in)


async def show(request: Request) -> Response:
    """The page to sign in"""
    if (await visitor_of(request)).account is not None:
        return RedirectResponse("/", 303)
    return await _page(request)


async def sign_in(request: Request) -> Response:
    """Sign in with handle and password"""
    fields = await form_of(request)
    try:
        account = await check_password(request, fields.get("who", ""), fields.get("password", ""))
    except RostraError as error:
        if not wants_page(request):
            raise
        return await _page(request, error, fields.get("who", "")[:260])
    return await go_on(request, account)


async def _page(request: Request, error: RostraError | None = None, who: str = "") -> Response:
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
    return await form_page(
        request,
        "account/sign_in.html",
        error,
        who=who,
        open=charter.registrations != "closed",
        by_mail=parts.settings.smtp is not None,
    )
