"""Signing up, and confirming an address."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from rostra.charter.choices import Charter, read_charter
from rostra.moderation.queries import staff
from rostra.people import mail_links
from rostra.people.password_rules import SHORTEST_ALONE, checked_password
from rostra.people.queries import Account
from rostra.people.signup import Newcomer, checked_newcomer, sign_up
from rostra.square.notices import notify
from rostra.web.account.entering import let_in
from rostra.web.acting import acting
from rostra.web.addresses import address_key_of
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.entrance import take
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.said import said_of
from rostra.web.templates import language_of, page

_OF_NEWCOMERS = ("handle", "name", "email", "plea", "code")
NO_REFERRER = {"Referrer-Policy": "no-referrer"}


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/sign-up", Rule.ANYONE, show)
    page_door(app, "POST", "/sign-up", Rule.ANYONE, comes_back(join, show))
    page_door(app, "GET", "/confirm/{secret}", Rule.ANYONE, show_confirm)
    page_door(app, "POST", "/confirm/{secret}", Rule.ANYONE, confirm)


async def show(request: Request) -> Response:
    """The page to sign up"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
    return await page(
        request,
        "account/sign_up.html",
        me=(await visitor_of(request)).account,
        code=said_of(request).text("code", request.query_params.get("code", "")[:32]),
        charter=charter,
        shortest=SHORTEST_ALONE,
        by_mail=parts.settings.smtp is not None,
    )


async def join(request: Request) -> Response:
    """Sign up, and sign in"""
    account = await joined(request, await form_of(request))
    if account.state == "pending":
        return await page(request, "account/waiting.html")
    return await let_in(request, account.id)


async def joined(request: Request, fields: dict[str, str]) -> Account:
    """Sign up with what was said. Raises as `checked_newcomer`, `checked_password`, `sign_up`."""
    parts, now_ms = parts_of(request), parts_of(request).now_ms()
    take(parts.entrance.sign_ups, address_key_of(request), now_ms)
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
    language = language_of(request)
    wish = checked_newcomer(charter, Newcomer(**{k: fields.get(k, "") for k in _OF_NEWCOMERS},
                                              language=language))  # fmt: skip
    password = checked_password(
        fields.get("password", ""), shortest=SHORTEST_ALONE, about=_about(wish, charter)
    )
    hashed = await parts.entrance.hashing.hash(password)
    async with acting(parts) as act:
        account = await sign_up(act.connection, charter, wish, hashed, now_ms)
        if account.state == "pending":
            for each in await staff(act.connection):
                await notify(act, each.id, "admin.sign_up", from_id=account.id)
        if wish.email and parts.settings.smtp is not None:
            await mail_links.send_later(
                act.connection, "confirm", account.id, wish.email, language=language, now_ms=now_ms
            )
    parts.chores_added.set()
    return account


def _about(wish: Newcomer, charter: Charter) -> tuple[str, ...]:
    return (wish.handle, *wish.name.split(), charter.title, wish.email.partition("@")[0])


async def show_confirm(request: Request, secret: str) -> Response:
    """Show the button that confirms an address"""
    return await _confirm_page(request, done=False)


async def confirm(request: Request, secret: str) -> Response:
    """Confirm the address"""
    parts, now_ms = parts_of(request), parts_of(request).now_ms()
    async with parts.database.writing() as connection:
        link = await mail_links.use_up(connection, secret, "confirm", now_ms)
        await mail_links.confirm_email(connection, link, now_ms)
    return await _confirm_page(request, done=True)


async def _confirm_page(request: Request, *, done: bool) -> Response:
    me = (await visitor_of(request)).account
    return await page(request, "account/confirm.html", headers=NO_REFERRER, me=me, done=done)
