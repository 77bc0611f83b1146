"""The second step of signing in: a code of the app, a recovery code, or a passkey."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import RostraError
from rostra.people.authenticators import standing_of
from rostra.web.account import cookies
from rostra.web.account.entering import check_code, let_in
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.problems import form_page, wants_page
from rostra.web.rules import Rule


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/sign-in/second", Rule.ANYONE, show)
    page_door(app, "POST", "/sign-in/second", Rule.ANYONE, check)


async def show(request: Request) -> Response:
    """Ask for the second factor"""
    account_id = cookies.half_of(request)
    if account_id is None:
        return RedirectResponse("/sign-in", 303)
    return await _page(request, account_id)


async def check(request: Request) -> Response:
    """Take the code, and sign in"""
    account_id, fields = cookies.half_of(request), await form_of(request)
    if account_id is None:
        return RedirectResponse("/sign-in", 303)
    try:
        await check_code(request, account_id, fields.get("code", ""))
    except RostraError as error:
        if not wants_page(request):
            raise
        return await _page(request, account_id, error)
    return await let_in(request, account_id)


async def _page(request: Request, account_id: str, error: RostraError | None = None) -> Response:
    async with parts_of(request).database.reading() as connection:
        standing = await standing_of(connection, account_id)
    return await form_page(
        request,
        "account/second_factor.html",
        error,
        standing=standing,
    )
