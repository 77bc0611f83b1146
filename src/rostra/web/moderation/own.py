"""What moderation has to tell somebody: what was done to them and why; what became of reports."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rostra.charter.choices import read_charter
from rostra.moderation import queries
from rostra.web.callers import account_of
from rostra.web.moderation.showing import names_of, show
from rostra.web.parts import parts_of


async def standing(request: Request) -> Response:
    """What moderators did to the reader's account, why, until when, and whom to ask"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await queries.sanctions_of(connection, me.id)
        charter = await read_charter(connection)
    return await show(request, "standing", me=me, found=found, contact=charter.contact)


async def reports(request: Request) -> Response:
    """The reader's own reports, and whether they were looked at"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await queries.reports_by(connection, me.id)
        names = await names_of(connection, found)
    return await show(request, "own_reports", me=me, reports=found, names=names)
