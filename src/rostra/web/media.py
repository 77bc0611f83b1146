"""Pictures and sounds: giving them to browsers, and taking them from programs.

A file is served with the type that its ending has had since we made it, may do nothing in a browser
but be shown, and never changes. One range at most is given; several, or one that cannot be read,
are answered as if none had been asked for (RFC 9110, section 14.2).
"""

from __future__ import annotations

import re
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any
from urllib.parse import unquote_to_bytes

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse, Response, StreamingResponse

from rostra.darkroom.answer import TYPES
from rostra.errors import BadInput, NotFound
from rostra.square import media
from rostra.square.posts import Medium
from rostra.store.objects import ObjectStore
from rostra.web.acting import acting
from rostra.web.bodies import receive_file
from rostra.web.callers import account_of
from rostra.web.door import door, page_door
from rostra.web.mastodon.paging import id_of
from rostra.web.parts import Origins, parts_of
from rostra.web.rules import Rule
from rostra.web.uploads import Portrait, Sent, take_in, take_portrait

_NAME = re.compile(r"[0-9a-f]{32}\.([a-z0-9]{3,4})")
_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_PIECE = 128 * 1024
_HEADERS = {
    "Cache-Control": "public, max-age=31536000, immutable",
    "X-Content-Type-Options": "nosniff",
    "Content-Security-Policy": "default-src 'none'; sandbox",
    "Accept-Ranges": "bytes",
}
_BODY = {"requestBody": {"required": True, "content": {"application/octet-stream": {}}}}


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET HEAD", "/media/{name}", Rule.ANYONE, serve)
    door(
        app, "POST", "/api/media", Rule.SIGNED_IN, upload, scope="write:media", streams=True,
        status_code=201, openapi_extra=_BODY,
    )  # fmt: skip
    one = "/api/media/{id}"
    door(app, "PATCH", one, Rule.SIGNED_IN, change, scope="write:media")
    door(app, "DELETE", one, Rule.SIGNED_IN, remove, scope="write:media", status_code=204)
    for which, take in (("avatar", take_avatar), ("header", take_header)):
        door(
            app, "POST", f"/api/profile/{which}", Rule.SIGNED_IN, take, scope="write:accounts",
            streams=True, openapi_extra=_BODY,
        )  # fmt: skip
        door(
            app, "DELETE", f"/api/profile/{which}", Rule.SIGNED_IN, remove_portrait,
            scope="write:accounts", status_code=204,
        )  # fmt: skip


async def serve(request: Request, name: str) -> Response:
    """A picture or a sound, whole or one range of it"""
    fits = _NAME.fullmatch(name)
    if fits is None or fits[1] not in TYPES:
        raise NotFound("There is no file at this address.")
    objects, tag = parts_of(request).objects, f'"{name}"'
    size = await objects.size(name)
    headers = {**_HEADERS, "ETag": tag}
    if tag in request.headers.get("if-none-match", "")[:1000]:
        return Response(status_code=304, headers=headers)
    start, stop = 0, size
    status = 200
    if request.headers.get("if-range", tag) == tag:
        asked = range_of(request.headers.get("range", ""), size)
        if asked is not None:
            start, stop = asked
            if start >= stop:
                headers["Content-Range"] = f"bytes */{size}"
                return Response(status_code=416, headers=headers)
            headers["Content-Range"] = f"bytes {start}-{stop - 1}/{size}"
            status = 206
    headers["Content-Length"] = str(stop - start)
    if request.method == "HEAD":
        return Response(status_code=status, headers=headers, media_type=TYPES[fits[1]])
    pieces = _pieces(objects, name, start, stop)
    return StreamingResponse(pieces, status, headers, TYPES[fits[1]])


def range_of(header: str, size: int) -> tuple[int, int] | None:
    """Where the one range that is asked for begins and ends; None if there is none to be read.

    Empty, that is an end not behind its beginning, when it cannot be satisfied.
    """
    found = _RANGE.fullmatch(header) if len(header) <= 64 else None
    if found is None or not (found[1] or found[2]):
        return None
    if not found[1]:
        return max(0, size - int(found[2])), size
    first, last = int(found[1]), int(found[2] or size)
    if found[2] and last < first:
        return None  # no range at all, says RFC 9110
    return first, min(size, last + 1)


async def upload(request: Request) -> JSONResponse:
    """Send a picture or a sound as the body; Rostra-Description is its alternative text"""
    parts = parts_of(request)

    async def receive(folder: Path) -> Sent:
        said = media.checked_description(_description(request))
        return Sent(await receive_file(request, folder), said)

    made = await take_in(parts, account_of(request), receive)
    return JSONResponse(document(made.medium, parts.origins), 201)


class Change(BaseModel):
    """What may be changed of an upload that is in no post."""

    model_config = ConfigDict(extra="forbid")

    description: str | None = None
    focus: tuple[float, float] | None = None


async def change(request: Request, id: str, wish: Change) -> JSONResponse:
    """Change the alternative text of an upload, or what of it must be seen (focus)"""
    parts = parts_of(request)
    focus = None if wish.focus is None else media.checked_focus("{},{}".format(*wish.focus))
    async with acting(parts) as act:
        changed = await media.describe(
            act, account_of(request), number_of(id), description=wish.description, focus=focus
        )
    return JSONResponse(document(changed, parts.origins))


async def remove(request: Request, id: str) -> Response:
    """Remove an upload that is in no post"""
    async with acting(parts_of(request)) as act:
        await media.discard(act, account_of(request), number_of(id))
    return Response(status_code=204)


async def take_avatar(request: Request) -> JSONResponse:
    """Send your picture as the body; it becomes 400 by 400 pixels"""
    return await _portrait(request, "avatar")


async def take_header(request: Request) -> JSONResponse:
    """Send the picture above your profile as the body; it becomes 1500 by 500 pixels"""
    return await _portrait(request, "header")


async def remove_portrait(request: Request) -> Response:
    """Be shown without it"""
    which = request.url.path.rpartition("/")[2]
    async with acting(parts_of(request)) as act:
        await media.set_portrait(act, account_of(request), which, None)
    return Response(status_code=204)


def document(medium: Medium, origins: Origins) -> dict[str, Any]:
    """An upload as our own API shows it."""
    return {
        "id": str(medium.id),
        "kind": medium.kind,
        "url": address(medium.file, origins),
        "preview": address(medium.preview, origins),
        "type": medium.type,
        "description": medium.description,
        "blurhash": medium.blurhash or None,
        **{name: medium.measures.get(name) for name in ("width", "height", "seconds")},
    }


def address(name: str | None, origins: Origins) -> str | None:
    """Where the file of that name is."""
    return f"{origins.public_url}/media/{name}" if name else None


async def _portrait(request: Request, which: Portrait) -> JSONResponse:
    parts = parts_of(request)

    async def receive(folder: Path) -> Sent:
        return Sent(await receive_file(request, folder))

    name = await take_portrait(parts, account_of(request), which, receive)
    return JSONResponse({"url": address(name, parts.origins)})


def _description(request: Request) -> str:
    """From the header, percent-encoded as headers hold no more, or from the query."""
    header = request.headers.get("rostra-description")
    if header is None:
        return request.query_params.get("description", "")
    try:
        return unquote_to_bytes(header).decode("utf-8")
    except UnicodeDecodeError:
        raise BadInput(
            "The header Rostra-Description cannot be read: percent-encode it as UTF-8."
        ) from None


def number_of(text: str) -> int:
    """The id in an address. Raises NotFound."""
    number = id_of(text)
    if number == 0:
        raise media.no_such_medium()
    return number


async def _pieces(objects: ObjectStore, name: str, start: int, stop: int) -> AsyncIterator[bytes]:
    while start < stop:
        piece = await objects.read(name, start, min(_PIECE, stop - start))
        if not piece:
            return
        start += len(piece)
        yield piece
