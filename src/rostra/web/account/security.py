"""How one signs in: password, authenticator app, recovery codes, passkeys."""

from __future__ import annotations

from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import Conflict, RostraError
from rostra.people import authenticators, passkeys, sessions
from rostra.people.password_rules import SHORTEST_ALONE, SHORTEST_WITH_SECOND, checked_password
from rostra.people.passwords import set_password
from rostra.people.queries import Account
from rostra.web.account.proof import check_keeps_password, check_proven, session_of
from rostra.web.acting import access_changed
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.problems import form_page, wants_page
from rostra.web.rules import Rule
from rostra.wire.qr import qr_code

HOME = "/settings/security"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HOME, Rule.SIGNED_IN, show)
    page_door(app, "POST", f"{HOME}/password", Rule.SIGNED_IN, change_password)
    page_door(app, "POST", f"{HOME}/app", Rule.SIGNED_IN, begin_app)
    page_door(app, "POST", f"{HOME}/app/confirm", Rule.SIGNED_IN, confirm_app)
    page_door(app, "POST", f"{HOME}/app/remove", Rule.SIGNED_IN, remove_app)
    page_door(app, "POST", f"{HOME}/codes", Rule.SIGNED_IN, new_codes)


async def shortest_for(connection: AsyncConnection, account: Account) -> int:
    """How long a password of that account must be."""
    standing = await authenticators.standing_of(connection, account.id)
    return SHORTEST_WITH_SECOND if standing.second_factor else SHORTEST_ALONE


async def about(connection: AsyncConnection, account: Account) -> tuple[str, ...]:
    """The words that a password of that account must not be made of."""
    title = (await read_charter(connection)).title
    return (account.handle, *account.name.split(), title)


async def show(request: Request) -> Response:
    """How one signs in"""
    return await _page(request)


async def change_password(request: Request) -> Response:
    """Set or change the password, and end all other sessions"""
    parts, account, session = parts_of(request), account_of(request), session_of(request)
    check_proven(request)
    fields = await form_of(request)
    async with parts.database.reading() as connection:
        shortest, words = await shortest_for(connection, account), await about(connection, account)
    try:
        password = checked_password(fields.get("password", ""), shortest=shortest, about=words)
        hashed = await parts.entrance.hashing.hash(password)
    except RostraError as error:
        if not wants_page(request):
            raise
        return await _page(request, error=error)
    async with parts.database.writing() as connection:
        await set_password(connection, account.id, hashed, parts.now_ms(), length=len(password))
        await sessions.end_others(connection, account.id, session.id)
    await access_changed(parts, account.id)
    return RedirectResponse(HOME, 303)


async def begin_app(request: Request) -> Response:
    """Show the secret for an authenticator app"""
    check_proven(request)
    return await _page(request, app=await _app(request))


async def confirm_app(request: Request) -> Response:
    """Take the first code of the app, and show the recovery codes"""
    parts, account = parts_of(request), account_of(request)
    check_proven(request)
    fields = await form_of(request)
    try:
        async with parts.database.writing() as connection:
            await authenticators.confirm(
                connection, account.id, fields.get("code", ""), parts.now_ms()
            )
            codes = await authenticators.new_recovery_codes(connection, account.id)
    except RostraError as error:
        if not wants_page(request) or isinstance(error, Conflict):
            raise
        return await _page(request, error=error, app=await _app(request))
    return await _page(request, codes=codes)


async def remove_app(request: Request) -> Response:
    """Remove the authenticator app"""
    parts, account = parts_of(request), account_of(request)
    check_proven(request)
    async with parts.database.writing() as connection:
        await authenticators.remove(connection, account.id)
        await check_keeps_password(connection, account)
        await authenticators.remove_useless_codes(connection, account.id)
    return RedirectResponse(HOME, 303)


async def new_codes(request: Request) -> Response:
    """Make new recovery codes, and show them once"""
    parts, account = parts_of(request), account_of(request)
    check_proven(request)
    async with parts.database.writing() as connection:
        standing = await authenticators.standing_of(connection, account.id)
        if not standing.second_factor:
            raise Conflict(
                "Recovery codes stand for an app or a passkey: set up one of them first."
            )
        codes = await authenticators.new_recovery_codes(connection, account.id)
    return await _page(request, codes=codes)


async def _app(request: Request) -> dict[str, Any]:
    parts, account = parts_of(request), account_of(request)
    async with parts.database.writing() as connection:
        secret = await authenticators.begin(connection, account.id)
        title = (await read_charter(connection)).title
    code = qr_code(authenticators.address_of(secret, account.handle, title))
    spaced = " ".join(secret[at : at + 4] for at in range(0, len(secret), 4))
    return {"secret": spaced, "qr": code}


async def _page(
    request: Request,
    *,
    error: RostraError | None = None,
    app: dict[str, Any] | None = None,
    codes: list[str] | None = None,
) -> Response:
    parts, account, session = parts_of(request), account_of(request), session_of(request)
    async with parts.database.reading() as connection:
        standing = await authenticators.standing_of(connection, account.id)
        keys = await passkeys.passkeys_of(connection, account.id)
        shortest = await shortest_for(connection, account)
    return await form_page(
        request,
        "account/security.html",
        error,
        me=account,
        standing=standing,
        keys=keys,
        shortest=shortest,
        app=app,
        codes=codes or [],
        unfinished=session.unfinished and not standing.second_factor,
    )
