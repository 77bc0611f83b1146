"""What this place is: /about. What the operator says of it, what holds here, and who runs it."""

from __future__ import annotations

from fastapi import FastAPI
from markupsafe import Markup
from starlette.requests import Request
from starlette.responses import Response

from rostra import __version__
from rostra.people import profiles, queries
from rostra.square.text import bio_of
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/about", Rule.ANYONE, show)


async def show(request: Request) -> Response:
    """What this place is"""
    parts = parts_of(request)
    charter = await parts.charter()
    async with parts.database.reading() as connection:
        admins = await queries.administrators(connection)
        shown = await profiles.of_ids(connection, [each.id for each in admins])
    words = Markup(bio_of(charter.description, parts.settings.public_url))  # noqa: S704
    return await page(
        request,
        "about.html",
        me=(await visitor_of(request)).account,
        charter=charter,
        description=words,
        people=[shown[each.id] for each in admins if not shown[each.id].hidden],
        version=__version__,
    )
