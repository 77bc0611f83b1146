"""Where one is signed in: sessions, applications and tokens, each with the button that ends it."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import access, actions, sessions
from rostra.web.account.proof import check_proven, session_of
from rostra.web.acting import access_changed
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.templates import page

HOME = "/settings/sessions"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HOME, Rule.SIGNED_IN, show)
    page_door(app, "POST", f"{HOME}/end", Rule.SIGNED_IN, end)
    page_door(app, "POST", f"{HOME}/end-others", Rule.SIGNED_IN, end_others)
    page_door(app, "POST", f"{HOME}/tokens", Rule.SIGNED_IN, comes_back(make_token, show))
    page_door(app, "POST", f"{HOME}/tokens/revoke", Rule.SIGNED_IN, revoke)


async def show(request: Request) -> Response:
    """Where one is signed in"""
    return await _page(request)


async def end(request: Request) -> Response:
    """End one session"""
    fields, account = await form_of(request), account_of(request)
    async with parts_of(request).database.writing() as connection:
        await sessions.end_one(connection, account.id, fields.get("id", "")[:64])
    await access_changed(parts_of(request), account.id)
    return RedirectResponse(HOME, 303)


async def end_others(request: Request) -> Response:
    """End all sessions but this one"""
    account, session = account_of(request), session_of(request)
    async with parts_of(request).database.writing() as connection:
        await sessions.end_others(connection, account.id, session.id)
    await access_changed(parts_of(request), account.id)
    return RedirectResponse(HOME, 303)


async def make_token(request: Request) -> Response:
    """Make a token for a program, and show it once"""
    check_proven(request)
    parts, fields, account = parts_of(request), await form_of(request), account_of(request)
    async with parts.database.writing() as connection:
        token = await actions.make_token(
            connection, account.handle, now_ms=parts.now_ms(), label=fields.get("label", "")
        )
    return await _page(request, token)


async def revoke(request: Request) -> Response:
    """Revoke a token, or all that an application was given"""
    fields, account = await form_of(request), account_of(request)
    async with parts_of(request).database.writing() as connection:
        await access.revoke(connection, account.id, fields.get("id", "")[:64])
    await access_changed(parts_of(request), account.id)
    return RedirectResponse(HOME, 303)


async def _page(request: Request, token: str = "") -> Response:
    parts, account, session = parts_of(request), account_of(request), session_of(request)
    async with parts.database.reading() as connection:
        found = await sessions.sessions_of(connection, account.id, parts.now_ms())
        given = await access.access_of(connection, account.id)
    return await page(
        request,
        "account/sessions.html",
        me=account,
        sessions=found,
        present=session.id,
        access=given,
        token=token,
    )
