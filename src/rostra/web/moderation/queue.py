"""The queue of reports, and one report with its evidence and the history of whom it is about."""

from __future__ import annotations

from typing import Annotated

from fastapi import Path as InPath
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import BadInput
from rostra.moderation import queries, reporting
from rostra.moderation.queries import PAGE
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.forms import form_of
from rostra.web.moderation.showing import names_of, number_of, show
from rostra.web.parts import parts_of

LISTS = ("open", "mine", "resolved")
Number = Annotated[str, InPath(max_length=40)]
"""An id in an address."""


async def listing(request: Request) -> Response:
    """Reports: open, one's own, settled"""
    parts, me = parts_of(request), account_of(request)
    which = request.query_params.get("list", "open")
    if which not in LISTS:
        raise BadInput("There are the lists open, mine and resolved.")
    beyond = number_of(request.query_params.get("beyond", ""))
    async with parts.database.reading() as connection:
        found = await queries.queue(connection, me, which, beyond=beyond)
        counts = await queries.counts(connection, me)
        names = await names_of(connection, found)
    following = found[-1].id if len(found) == PAGE else None
    return await show(
        request, "queue", me=me, which=which, reports=found, counts=counts, names=names,
        following=following,
    )  # fmt: skip


async def one(request: Request, report: Number) -> Response:
    """A report"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await queries.report_by_id(connection, number_of(report) or 0, me)
        history, others = [], []
        if found.account_id is not None:
            history = await queries.sanctions_of(connection, found.account_id)
            others = await queries.reports_about(connection, found.account_id, me)
        names = await names_of(connection, [found, *history, *others])
        charter = await read_charter(connection)
    return await show(
        request, "report", me=me, report=found, history=history, names=names, rules=charter.rules,
        others=[each for each in others if each.id != found.id],
    )  # fmt: skip


async def move(request: Request, report: Number) -> Response:
    """Take, leave, settle or reopen a report"""
    parts, me = parts_of(request), account_of(request)
    wanted, number = (await form_of(request)).get("move", ""), number_of(report) or 0
    async with acting(parts) as act:
        if wanted in {"take", "leave"}:
            await reporting.assign(act, me, number, to=me if wanted == "take" else None)
        elif wanted == "resolve":
            await reporting.resolve(act, me, number)
        elif wanted == "reopen":
            await reporting.reopen(act, me, number)
        else:
            raise BadInput("A report can be taken, left, settled and opened again.")
    return RedirectResponse(f"/moderation/reports/{number}", 303)
