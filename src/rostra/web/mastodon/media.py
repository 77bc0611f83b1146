"""Media of the Mastodon API: docs.joinmastodon.org/methods/media/."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import NotProcessable
from rostra.square import media
from rostra.web.acting import acting
from rostra.web.bodies import receive_form
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_media import media_attachment
from rostra.web.mastodon.parameters import Parameters, parameters
from rostra.web.media import number_of
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.uploads import Sent, take_in

PATIENCE_SECONDS = 3.0
"""For which the second version waits, so that most apps need not ask again."""

_SCOPE = "write:media"
_FILE = {"type": "string", "format": "binary"}
_UPLOAD: dict[str, Any] = {
    "type": "object",
    "required": ["file"],
    "properties": {
        "file": _FILE,
        "thumbnail": _FILE,
        "description": {"type": "string", "maxLength": media.LONGEST_DESCRIPTION},
        "focus": {"type": "string", "description": "x,y from -1 to 1"},
    },
}
_BODY = {"required": True, "content": {"multipart/form-data": {"schema": _UPLOAD}}}
_TAKEN = {200: "What was uploaded.", 202: "It is looked at: ask for it again."}


class Change(Parameters):
    """What may be changed of an upload that is in no post."""

    description: str | None = None
    focus: str | None = None


def add_doors(app: FastAPI) -> None:
    for version, take in (("v1", upload_and_wait), ("v2", upload)):
        api_door(
            app, "POST", f"/api/{version}/media", Rule.SIGNED_IN, take, scope=_SCOPE, body=_BODY,
            answers=_TAKEN, streams=True,
        )  # fmt: skip
    one = "/api/v1/media/{id}"
    api_door(app, "GET", one, Rule.SIGNED_IN, show, scope=_SCOPE)
    api_door(app, "PUT", one, Rule.SIGNED_IN, change, scope=_SCOPE, body=Change)
    api_door(app, "DELETE", one, Rule.SIGNED_IN, remove, scope=_SCOPE)


async def upload(request: Request) -> Response:
    """Upload a picture or a sound; 202 while it is looked at"""
    return await _taken(request, PATIENCE_SECONDS)


async def upload_and_wait(request: Request) -> Response:
    """Upload a picture or a sound, the old way"""
    return await _taken(request, None)


async def show(request: Request, id: str) -> Response:
    """One of your uploads; 206 while it is looked at"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await media.own(connection, account_of(request), number_of(id), parts.now_ms())
    return _answer(parts, found, 206)


async def change(request: Request, id: str) -> Response:
    """Change the description or the focus of an upload that is in no post"""
    wish = await parameters(request, Change)
    focus = None if wish.focus is None else media.checked_focus(wish.focus)
    parts = parts_of(request)
    async with acting(parts) as act:
        changed = await media.describe(
            act, account_of(request), number_of(id), description=wish.description, focus=focus
        )
    return Json(media_attachment(changed, parts.origins))


async def remove(request: Request, id: str) -> Response:
    """Remove an upload that is in no post"""
    async with acting(parts_of(request)) as act:
        try:
            await media.discard(act, account_of(request), number_of(id))
        except media.InAPost as error:
            raise NotProcessable(error.sentence) from None  # as apps know it
    return Json({})


async def _taken(request: Request, patience: float | None) -> Response:
    parts = parts_of(request)

    async def receive(folder: Path) -> Sent:
        form = await receive_form(request, folder, ("file",))
        try:
            spool = form.files.get("file")
            if spool is None:
                raise NotProcessable("Validation failed: file is missing.")
            focus = form.texts.get("focus")
            return Sent(
                spool,
                media.checked_description(form.texts.get("description", "")),
                media.checked_focus(focus) if focus else (0.0, 0.0),
            )
        except BaseException:
            form.close()
            raise

    return _answer(
        parts, await take_in(parts, account_of(request), receive, patience=patience), 202
    )


def _answer(parts: WebParts, found: media.Upload, while_waiting: int) -> Response:
    if found.medium.state == "failed":
        raise NotProcessable(found.problem or "This upload cannot be used: choose another.")
    status = 200 if found.medium.state == "ready" else while_waiting
    return Json(media_attachment(found.medium, parts.origins), status)
