"""Proving again who is there: with the password, or with a passkey (passkeys.py)."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import Conflict, RostraError
from rostra.people.authenticators import standing_of
from rostra.web.account import cookies
from rostra.web.account.entering import check_password
from rostra.web.account.proof import AGAIN, session_of
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.problems import form_page, wants_page
from rostra.web.rules import Rule


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", AGAIN, Rule.SIGNED_IN, show)
    page_door(app, "POST", AGAIN, Rule.SIGNED_IN, prove)


async def show(request: Request) -> Response:
    """Ask again who is there"""
    return await _page(request)


async def prove(request: Request) -> Response:
    """Prove it with the password"""
    parts, account, session = parts_of(request), account_of(request), session_of(request)
    fields = await form_of(request)
    async with parts.database.reading() as connection:
        standing = await standing_of(connection, account.id)
    try:
        if standing.password:
            await check_password(request, account.handle, fields.get("password", ""))
        elif standing.passkeys or not session.is_fresh(parts.now_ms()):
            raise Conflict(
                "Use your passkey; or, if you have none, sign in anew with a one-time link."
            )
    except RostraError as error:
        if not wants_page(request):
            raise
        return await _page(request, error)
    response = RedirectResponse(_then(fields.get("then", "")), 303)
    cookies.set_proof(response, parts, session.id)
    return response


async def _page(request: Request, error: RostraError | None = None) -> Response:
    account = account_of(request)
    async with parts_of(request).database.reading() as connection:
        standing = await standing_of(connection, account.id)
    return await form_page(
        request,
        "account/again.html",
        error,
        me=account,
        standing=standing,
        then=request.query_params.get("then", "")[:20],
    )


def _then(name: str) -> str:
    return f"/settings/{name}" if name in {"data", "sessions"} else "/settings/security"
