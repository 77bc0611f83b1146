"""Sending files without a script: a page that takes one at a time, shows what was sent, and lets
its description be written. What was sent is offered by the form for a post (`media_ids`)."""

from __future__ import annotations

from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput, NotProcessable, RostraError
from rostra.square import media
from rostra.web.acting import acting
from rostra.web.bodies import Form, receive_form
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.media import document, number_of
from rostra.web.parts import parts_of
from rostra.web.problems import wants_page
from rostra.web.refused import again
from rostra.web.rules import Rule
from rostra.web.templates import page
from rostra.web.uploads import Portrait, Sent, take_in, take_portrait

_HERE = "/uploads"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", _HERE, Rule.SIGNED_IN, show)
    page_door(app, "POST", _HERE, Rule.SIGNED_IN, send, streams=True)
    page_door(app, "POST", f"{_HERE}/avatar", Rule.SIGNED_IN, send_avatar, streams=True)
    page_door(app, "POST", f"{_HERE}/header", Rule.SIGNED_IN, send_header, streams=True)
    page_door(app, "POST", f"{_HERE}/{{id}}/description", Rule.SIGNED_IN, describe)
    page_door(app, "POST", f"{_HERE}/{{id}}/remove", Rule.SIGNED_IN, remove)


async def show(request: Request) -> Response:
    """What you sent and is in no post yet"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await media.loose(connection, account)
    shown = [document(each, parts.origins) for each in found]
    return await page(request, "uploads.html", me=account, uploads=shown)


async def send(request: Request) -> Response:
    """Take the file of the form"""
    form = Form()

    async def receive(folder: Path) -> Sent:
        await receive_form(request, folder, ("file",), form)
        try:
            said = media.checked_description(form.texts.get("description", ""))
            return Sent(form.files["file"], said)
        except (KeyError, BadInput) as error:
            form.close()
            raise _no_file() if isinstance(error, KeyError) else error from None

    try:
        await take_in(parts_of(request), account_of(request), receive)
    except RostraError as error:
        return await _shown_again(request, error, form)
    return RedirectResponse(_HERE, 303)


async def send_avatar(request: Request) -> Response:
    """Take your picture from the form, or `remove` it"""
    return await _portrait(request, "avatar")


async def send_header(request: Request) -> Response:
    """Take the picture above your profile from the form, or `remove` it"""
    return await _portrait(request, "header")


async def describe(request: Request, id: str) -> Response:
    """Keep what is said of one"""
    form = await receive_form(request, parts_of(request).places.incoming, ())
    try:
        async with acting(parts_of(request)) as act:
            said = form.texts.get("description", "")
            await media.describe(act, account_of(request), number_of(id), description=said)
    except RostraError as error:
        return await _shown_again(request, error, form)
    return RedirectResponse(_HERE, 303)


async def remove(request: Request, id: str) -> Response:
    """Remove one"""
    async with acting(parts_of(request)) as act:
        await media.discard(act, account_of(request), number_of(id))
    return RedirectResponse(_HERE, 303)


async def _portrait(request: Request, which: Portrait) -> Response:
    parts, account = parts_of(request), account_of(request)

    async def receive(folder: Path) -> Sent:
        form = await receive_form(request, folder, ("file",))
        if "file" in form.files:
            return Sent(form.files["file"])
        raise _Removed if form.texts.get("remove") == "yes" else _no_file()

    try:
        await take_portrait(parts, account, which, receive)
    except _Removed:
        async with acting(parts) as act:
            await media.set_portrait(act, account, which, None)
    return RedirectResponse(f"/@{account.handle}", 303)


async def _shown_again(request: Request, error: RostraError, form: Form) -> Response:
    """What was written of a file is not lost with it."""
    if not wants_page(request):
        raise error
    return await again(request, error, list(form.texts.items()), show)


class _Removed(Exception):
    """The form said that there is to be no picture."""


def _no_file() -> NotProcessable:
    return NotProcessable("No file was chosen: choose a picture or a sound first.")
