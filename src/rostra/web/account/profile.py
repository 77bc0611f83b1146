"""What others see of one, and how one wants things to be."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import editing, mail_links, profiles
from rostra.people.editing import MOST_FIELDS, Change
from rostra.square.letting_in import let_in_later
from rostra.web.account.proof import check_proven
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.templates import language_of, page

HOME = "/settings/profile"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/settings", Rule.SIGNED_IN, home)
    page_door(app, "GET", HOME, Rule.SIGNED_IN, show)
    page_door(app, "POST", HOME, Rule.SIGNED_IN, comes_back(change, show))
    page_door(app, "POST", f"{HOME}/email", Rule.SIGNED_IN, comes_back(change_email, show))


async def home(request: Request) -> Response:
    """The first page of the settings"""
    return RedirectResponse(HOME, 303)


async def show(request: Request) -> Response:
    """The form of the profile"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        own = await editing.own(connection, account.id)
        profile = (await profiles.of_ids(connection, [account.id]))[account.id]
    fields = [*profile.fields, *((("", ""),) * MOST_FIELDS)][:MOST_FIELDS]
    return await page(
        request,
        "account/profile.html",
        me=account,
        profile=profile,
        fields=fields,
        pictures={
            "avatar": (profile.avatar, f"/avatars/{profile.handle}.png"),
            "header": (profile.header, f"/headers/{profile.handle}.png"),
        },
        own=own,
        by_mail=parts.settings.smtp is not None,
    )


async def change(request: Request) -> Response:
    """Change the profile and the preferences"""
    fields, account = await form_of(request), account_of(request)
    wish = Change(
        name=fields.get("name"),
        bio=fields.get("bio"),
        fields=[
            (fields.get(f"field_name_{n}", "")[:600], fields.get(f"field_value_{n}", "")[:600])
            for n in range(MOST_FIELDS)
        ],
        locked="locked" in fields,
        bot="bot" in fields,
        hidden="hidden" in fields,
        language=fields.get("language"),
        default_visibility=fields.get("default_visibility"),
        default_sensitive="default_sensitive" in fields,
    )
    async with acting(parts_of(request)) as act:
        await editing.change_profile(act.connection, account, wish)
        if not wish.locked:
            await let_in_later(act, account.id)
    return RedirectResponse(HOME, 303)


async def change_email(request: Request) -> Response:
    """Change the e-mail address; a letter asks to confirm it"""
    check_proven(request)
    parts, now_ms = parts_of(request), parts_of(request).now_ms()
    fields, account = await form_of(request), account_of(request)
    async with parts.database.writing() as connection:
        email = await editing.set_email(connection, account, fields.get("email", "")[:300])
        present = await editing.own(connection, account.id)
        unconfirmed = email is not None and present.email_confirmed_ms is None
        if email is not None and unconfirmed and parts.settings.smtp is not None:
            language = language_of(request)
            await mail_links.send_later(
                connection, "confirm", account.id, email, language=language, now_ms=now_ms
            )
    parts.chores_added.set()
    return RedirectResponse(HOME, 303)
