"""Who wants in: those who wait for approval, and invitations to sign up. Moderators let in whoever
waits; who is invited, and how whoever waits can be reached, is the administrators' matter."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import BadInput
from rostra.people import editing, mail_links, signup
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.templates import page

HOME = "/settings/newcomers"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HOME, Rule.MODERATES, show)
    page_door(app, "POST", f"{HOME}/approve", Rule.MODERATES, approve)
    page_door(app, "POST", f"{HOME}/refuse", Rule.MODERATES, refuse)
    page_door(app, "POST", f"{HOME}/invite", Rule.ADMINISTERS, comes_back(invite, show))
    page_door(app, "POST", f"{HOME}/withdraw", Rule.ADMINISTERS, withdraw)


async def show(request: Request) -> Response:
    """Who waits, and which invitations there are"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        waiting = await signup.waiting(connection)
        codes = await signup.invites(connection, parts.now_ms())
        charter = await read_charter(connection)
    return await page(
        request,
        "account/newcomers.html",
        me=account_of(request),
        waiting=waiting,
        codes=codes,
        charter=charter,
        public_url=parts.settings.public_url,
    )


async def approve(request: Request) -> Response:
    """Let somebody in who waits"""
    parts, fields = parts_of(request), await form_of(request)
    async with parts.database.writing() as connection:
        account = await signup.approve(connection, fields.get("handle", ""))
        own = await editing.own(connection, account.id)
        if own.email is not None and parts.settings.smtp is not None:
            await mail_links.send_later(
                connection,
                "welcome",
                account.id,
                own.email,
                language=own.language,
                now_ms=parts.now_ms(),
            )
    parts.chores_added.set()
    return RedirectResponse(HOME, 303)


async def refuse(request: Request) -> Response:
    """Refuse somebody who waits"""
    fields = await form_of(request)
    async with parts_of(request).database.writing() as connection:
        await signup.refuse(connection, fields.get("handle", ""))
    return RedirectResponse(HOME, 303)


async def invite(request: Request) -> Response:
    """Make an invitation to sign up"""
    parts, fields = parts_of(request), await form_of(request)
    async with parts.database.writing() as connection:
        await signup.make_invite(
            connection,
            account_of(request),
            uses=_number(fields, "uses"),
            days=_number(fields, "days"),
            now_ms=parts.now_ms(),
        )
    return RedirectResponse(HOME, 303)


async def withdraw(request: Request) -> Response:
    """Withdraw an invitation"""
    fields = await form_of(request)
    async with parts_of(request).database.writing() as connection:
        await signup.withdraw_invite(connection, fields.get("code", ""))
    return RedirectResponse(HOME, 303)


def _number(fields: dict[str, str], name: str) -> int:
    text = fields.get(name, "")
    if not (text.isascii() and text.isdecimal() and len(text) <= 6):
        raise BadInput("How many people and how many days are whole numbers: correct them.")
    return int(text)
