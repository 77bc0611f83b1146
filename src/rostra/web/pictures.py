"""Drawn pictures at their addresses: /avatars/<handle>.png and /headers/<handle>.png."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import BadInput, NotFound
from rostra.people.rules import checked_handle
from rostra.web import drawn
from rostra.web.door import page_door
from rostra.web.rules import Rule

_FOR_EVER = {"Cache-Control": "public, max-age=31536000, immutable"}


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/avatars/{name}", Rule.ANYONE, avatar)
    page_door(app, "GET", "/headers/{name}", Rule.ANYONE, header)


async def avatar(request: Request, name: str) -> Response:
    """The picture of who chose none"""
    return _picture(await run_in_threadpool(drawn.avatar, _handle(name)))


async def header(request: Request, name: str) -> Response:
    """The header of who chose none"""
    return _picture(await run_in_threadpool(drawn.header, _handle(name)))


def _handle(name: str) -> str:
    """Of whom: whether there is somebody need not be asked, a drawing tells nothing."""
    handle, _, kind = name.rpartition(".")
    try:
        if kind == "png":
            return checked_handle(handle)
    except BadInput:
        pass
    raise NotFound("There is no such picture.")


def _picture(body: bytes) -> Response:
    return Response(body, 200, _FOR_EVER, media_type="image/png")
