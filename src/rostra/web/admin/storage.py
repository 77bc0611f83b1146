"""What takes room, and giving it back: /admin/storage."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra import machine
from rostra.ids import checked_slug
from rostra.programme.manifest import read
from rostra.rooms.recordings import forget_recording, largest
from rostra.rooms.rules import no_such_space
from rostra.web.admin.figures import hours_of_recording, in_words
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

HERE = "/admin/storage"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HERE, Rule.ADMINISTERS, show)
    page_door(app, "GET", f"{HERE}/remove", Rule.ADMINISTERS, ask)
    page_door(app, "POST", f"{HERE}/remove", Rule.ADMINISTERS, remove)


async def show(request: Request) -> Response:
    """What takes how much room"""
    parts = parts_of(request)
    sizes = await request.app.state.disk.sizes(parts)
    free = machine.disk_free(parts.places.root)
    return await page(
        request,
        "admin/storage.html",
        me=account_of(request),
        storage={kind: in_words(size) for kind, size in sizes.items()},
        free=in_words(free),
        hours=hours_of_recording(free),
        recordings=[(each, in_words(each.bytes)) for each in await largest(parts.places)],
    )


async def ask(request: Request) -> Response:
    """Ask whether a recording is really to be removed"""
    parts = parts_of(request)
    slug = checked_slug(request.query_params.get("slug", ""))
    found = read(parts.places.manifest(slug))
    if found is None:
        raise no_such_space()
    return await page(request, "admin/remove.html", me=account_of(request), space=found)


async def remove(request: Request) -> Response:
    """Remove the recording of a Space that is over"""
    typed = await form_of(request)
    await forget_recording(parts_of(request).places, checked_slug(typed.get("slug", "")))
    request.app.state.disk.forget()
    return RedirectResponse(HERE, 303)
