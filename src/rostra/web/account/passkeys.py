"""Passkeys, spoken with by static/square/passkeys.js: signing in, proving again, registering."""

from __future__ import annotations

import json
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import BadInput, NotSignedIn
from rostra.people import passkeys
from rostra.people.authenticators import remove_useless_codes
from rostra.web.account import cookies
from rostra.web.account.entering import let_in
from rostra.web.account.proof import check_keeps_password, check_proven, session_of
from rostra.web.addresses import address_key_of
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.entrance import take
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_SIGN_IN = "sign-in"


def add_doors(app: FastAPI) -> None:
    page_door(app, "POST", "/sign-in/passkey/options", Rule.ANYONE, sign_in_options)
    page_door(app, "POST", "/sign-in/passkey", Rule.ANYONE, sign_in)
    home = "/settings/security"
    page_door(app, "POST", f"{home}/again/options", Rule.SIGNED_IN, again_options)
    page_door(app, "POST", f"{home}/again/passkey", Rule.SIGNED_IN, again)
    page_door(app, "POST", f"{home}/passkeys/options", Rule.SIGNED_IN, registration_options)
    page_door(app, "POST", f"{home}/passkeys", Rule.SIGNED_IN, register)
    page_door(app, "POST", f"{home}/passkeys/remove", Rule.SIGNED_IN, remove)


async def sign_in_options(request: Request) -> Response:
    """What the browser is to ask a passkey"""
    parts, half = parts_of(request), cookies.half_of(request)
    allowed: list[passkeys.Passkey] = []
    if half is not None:
        async with parts.database.reading() as connection:
            allowed = await passkeys.passkeys_of(connection, half)
    purpose = _SIGN_IN if half is None else f"{_SIGN_IN}:{half}"
    return _json(parts.entrance.ceremonies.signing_in(purpose, allowed, parts.now_ms()))


async def sign_in(request: Request) -> Response:
    """Sign in with a passkey"""
    parts, answer, half = parts_of(request), await _answer(request), cookies.half_of(request)
    take(parts.entrance.tries, address_key_of(request), parts.now_ms())
    async with parts.database.reading() as connection:
        key = await passkeys.passkey_of_id(connection, passkeys.credential_id(answer))
    if half is not None and key.account_id != half:
        raise NotSignedIn("This passkey belongs to another account: use one of this account.")
    await _said_so(request, _SIGN_IN if half is None else f"{_SIGN_IN}:{half}", answer, key)
    return _told(await let_in(request, key.account_id))


async def again_options(request: Request) -> Response:
    """What the browser is to ask a passkey, to prove again who is there"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        allowed = await passkeys.passkeys_of(connection, account.id)
    made = parts.entrance.ceremonies.signing_in(f"again:{account.id}", allowed, parts.now_ms())
    return _json(made)


async def again(request: Request) -> Response:
    """Prove again who is there, with a passkey"""
    parts, account, answer = parts_of(request), account_of(request), await _answer(request)
    async with parts.database.reading() as connection:
        key = await passkeys.passkey_of_id(connection, passkeys.credential_id(answer))
    if key.account_id != account.id:
        raise NotSignedIn("This passkey belongs to another account: use one of this account.")
    await _said_so(request, f"again:{account.id}", answer, key)
    response = JSONResponse({})
    cookies.set_proof(response, parts, session_of(request).id)
    return response


async def registration_options(request: Request) -> Response:
    """What the browser is to ask, to make a passkey"""
    parts, account = parts_of(request), account_of(request)
    check_proven(request)
    async with parts.database.reading() as connection:
        present = await passkeys.passkeys_of(connection, account.id)
        title = (await read_charter(connection)).title
    made = parts.entrance.ceremonies.registration(account, title, present, parts.now_ms())
    return _json(made)


async def register(request: Request) -> Response:
    """Keep a new passkey under a name"""
    parts, account = parts_of(request), account_of(request)
    check_proven(request)
    answer = await _answer(request)
    label = answer.get("label")
    made = parts.entrance.ceremonies.registered(account, answer.get("credential"), parts.now_ms())
    async with parts.database.writing() as connection:
        await passkeys.add_passkey(
            connection, account, made, label if isinstance(label, str) else "", parts.now_ms()
        )
    return JSONResponse({"next": "/settings/security"}, 201)


async def remove(request: Request) -> Response:
    """Remove a passkey"""
    parts, account, fields = parts_of(request), account_of(request), await form_of(request)
    check_proven(request)
    async with parts.database.writing() as connection:
        await passkeys.remove_passkey(connection, account.id, fields.get("id", "")[:400])
        await check_keeps_password(connection, account)
        await remove_useless_codes(connection, account.id)
    return RedirectResponse("/settings/security", 303)


async def _said_so(request: Request, purpose: str, answer: object, key: passkeys.Passkey) -> None:
    parts = parts_of(request)
    count = parts.entrance.ceremonies.signed_in(
        purpose, answer, key, parts.now_ms(), alone=purpose == _SIGN_IN
    )
    async with parts.database.writing() as connection:
        await passkeys.used_passkey(connection, key, count, parts.now_ms())


async def _answer(request: Request) -> dict[str, Any]:
    try:
        document = json.loads(await request.body())
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, dict):
        raise BadInput("The body is not JSON: send one JSON object.")
    return document


def _json(text: str) -> Response:
    return Response(text, media_type="application/json")


def _told(response: Response) -> Response:
    """The same answer for a script: where to go as JSON, with the cookies."""
    told = JSONResponse({"next": response.headers["location"]})
    told.raw_headers += [(k, v) for k, v in response.raw_headers if k == b"set-cookie"]
    return told
