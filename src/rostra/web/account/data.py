"""One's own data: a copy to take away, and deleting the account."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse

from rostra.errors import NotFound
from rostra.people import exports, leaving
from rostra.rooms import leaving as space_leaving
from rostra.web.account import cookies
from rostra.web.account.proof import check_proven
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

HOME = "/settings/data"
_PIECE = 256 * 1024


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HOME, Rule.SIGNED_IN, show)
    page_door(app, "POST", f"{HOME}/export", Rule.SIGNED_IN, export)
    page_door(app, "GET", f"{HOME}/{{secret}}.zip", Rule.SIGNED_IN, fetch)
    page_door(app, "POST", f"{HOME}/leave", Rule.SIGNED_IN, leave)


async def show(request: Request) -> Response:
    """What one can do with one's data"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await exports.exports_of(connection, account.id)
    return await page(request, "account/data.html", me=account, exports=found)


async def export(request: Request) -> Response:
    """Have a copy of one's data made"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.writing() as connection:
        await exports.ask_for_export(connection, account, parts.now_ms())
    parts.chores_added.set()
    return RedirectResponse(HOME, 303)


async def fetch(request: Request, secret: str) -> Response:
    """Fetch the copy"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await exports.export_to_fetch(connection, account, secret, parts.now_ms())
    path = parts.places.exports / str(found.file)
    if not await asyncio.to_thread(path.is_file):
        raise NotFound("There is no such copy of your data: ask for a new one.")
    size = (await asyncio.to_thread(path.stat)).st_size
    headers = {
        "Content-Length": str(size),
        "Content-Disposition": f'attachment; filename="{account.handle}.zip"',
    }
    return StreamingResponse(_pieces(path), headers=headers, media_type="application/zip")


async def _pieces(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while piece := await asyncio.to_thread(file.read, _PIECE):
            yield piece
    finally:
        await asyncio.to_thread(file.close)


async def leave(request: Request) -> Response:
    """Delete the account, in fourteen days"""
    parts, account = parts_of(request), account_of(request)
    check_proven(request, anew=True)
    async with parts.database.writing() as connection:
        due_ms = await leaving.leave(connection, account, parts.now_ms())
        await space_leaving.end_later(connection, account, parts.now_ms())
    parts.chores_added.set()
    response = await page(request, "account/left.html", due_ms=due_ms)
    cookies.forget_session(response, parts)
    return response
