"""A forgotten password: a letter with a link where e-mail is set up, words where it is not."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import NotFound, RostraError
from rostra.people import authenticators, editing, mail_links, queries, sessions
from rostra.people.password_rules import checked_password
from rostra.people.passwords import set_password
from rostra.people.queries import Account
from rostra.web.account.entering import go_on
from rostra.web.account.security import about, shortest_for
from rostra.web.account.sign_up import NO_REFERRER
from rostra.web.acting import access_changed
from rostra.web.addresses import address_key_of
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.entrance import take
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.problems import form_page, wants_page
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.templates import language_of, page


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/forgotten", Rule.ANYONE, show)
    page_door(app, "POST", "/forgotten", Rule.ANYONE, comes_back(send, show))
    page_door(app, "GET", "/reset/{secret}", Rule.ANYONE, show_reset)
    page_door(app, "POST", "/reset/{secret}", Rule.ANYONE, reset)


async def show(request: Request) -> Response:
    """What to do about a forgotten password"""
    return await _page(request, sent=False)


async def send(request: Request) -> Response:
    """Send a letter, if there is somebody to send it to; which is not said"""
    parts, now_ms, fields = parts_of(request), parts_of(request).now_ms(), await form_of(request)
    if parts.settings.smtp is None:
        raise NotFound("No letters are sent from here: ask an administrator for a sign-in link.")
    take(parts.entrance.letters, address_key_of(request), now_ms)
    who = fields.get("who", "").strip()[:260]
    async with parts.database.reading() as connection:
        account, email = None, None
        if "@" in who.removeprefix("@"):
            box, _, domain = who.rpartition("@")
            account = await queries.by_email(connection, f"{box}@{domain.lower()}")
        else:
            account = await queries.by_handle(connection, who.removeprefix("@").lower())
        if account is not None:
            own = await editing.own(connection, account.id)
            email = own.email if own.email_confirmed_ms is not None else None
    if account is not None and email is not None:
        take(parts.entrance.letters, account.id, now_ms)
        language = language_of(request)
        async with parts.database.writing() as connection:
            await mail_links.send_later(
                connection, "reset", account.id, email, language=language, now_ms=now_ms
            )
        parts.chores_added.set()
    return await _page(request, sent=True)


async def _page(request: Request, *, sent: bool) -> Response:
    by_mail = parts_of(request).settings.smtp is not None
    return await page(
        request,
        "account/forgotten.html",
        me=(await visitor_of(request)).account,
        sent=sent,
        by_mail=by_mail,
    )


async def show_reset(request: Request, secret: str) -> Response:
    """Ask for a new password"""
    return await _reset_page(request, secret)


async def reset(request: Request, secret: str) -> Response:
    """Set the new password, end all sessions, and go on to sign in"""
    parts, now_ms, fields = parts_of(request), parts_of(request).now_ms(), await form_of(request)
    account = await _whose(request, secret)
    try:
        async with parts.database.reading() as connection:
            shortest, words = (
                await shortest_for(connection, account),
                await about(connection, account),
            )
        password = checked_password(fields.get("password", ""), shortest=shortest, about=words)
        hashed = await parts.entrance.hashing.hash(password)
    except RostraError as error:
        if not wants_page(request):
            raise
        return await _reset_page(request, secret, error)
    async with parts.database.writing() as connection:
        await mail_links.use_up(connection, secret, "reset", now_ms)
        await set_password(connection, account.id, hashed, now_ms, length=len(password))
        await sessions.end_others(connection, account.id, None)
    await access_changed(parts, account.id)
    return await go_on(request, account)


async def _whose(request: Request, secret: str) -> Account:
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        link = await mail_links.look_up(connection, secret, "reset", parts.now_ms())
        account = await queries.by_id(connection, link.account_id)
    if account is None:
        raise NotFound("This account was deleted.")
    return account


async def _reset_page(request: Request, secret: str, error: RostraError | None = None) -> Response:
    account = await _whose(request, secret)
    async with parts_of(request).database.reading() as connection:
        standing = await authenticators.standing_of(connection, account.id)
        shortest = await shortest_for(connection, account)
    return await form_page(
        request,
        "account/reset.html",
        error,
        headers=NO_REFERRER,
        me=(await visitor_of(request)).account,
        handle=account.handle,
        shortest=shortest,
        second=standing.second_factor,
    )
