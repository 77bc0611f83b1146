"""What is not posted yet: drafts, and posts for later."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.square import drafts, scheduling
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.mastodon.paging import id_of, page_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.square.sheets import local, moment_ms
from rostra.web.square.showing import square_page

_DRAFTS, _LATER = "/drafts", "/scheduled"


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    page_door(app, "GET", _DRAFTS, me, all_drafts)
    page_door(app, "POST", f"{_DRAFTS}/{{id}}/delete", me, drop)
    page_door(app, "GET", _LATER, me, all_scheduled)
    page_door(app, "POST", f"{_LATER}/{{id}}", me, comes_back(move, again))
    page_door(app, "POST", f"{_LATER}/{{id}}/cancel", me, cancel)
    page_door(app, "POST", f"{_LATER}/{{id}}/edit", me, edit)


async def all_drafts(request: Request) -> Response:
    """One's drafts"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await drafts.all_drafts(connection, me)
    return await square_page(request, "square/drafts.html", me, [], drafts=found)


async def drop(request: Request, id: str) -> Response:
    """Forget a draft"""
    async with acting(parts_of(request)) as act:
        await drafts.drop_draft(act, account_of(request), id_of(id))
    return RedirectResponse(_DRAFTS, 303)


async def all_scheduled(request: Request) -> Response:
    """One's posts for later, the next one first"""
    parts, me, span = parts_of(request), account_of(request), page_of(request, 40)
    async with parts.database.reading() as connection:
        found = await scheduling.all_scheduled(connection, me, span)
    return await square_page(
        request, "square/scheduled.html", me, [],
        waiting=sorted(found, key=lambda each: each.due_ms), local=local,
        older=min(each.id for each in found) if len(found) == span.limit else None,
    )  # fmt: skip


async def again(request: Request, id: str) -> Response:
    """The same page, where another time for one was refused"""
    return await all_scheduled(request)


async def move(request: Request, id: str) -> Response:
    """Another time for one"""
    form = await form_of(request)
    due_ms = moment_ms(form.get("due", ""))
    async with acting(parts_of(request)) as act:
        await scheduling.reschedule(act, account_of(request), id_of(id), due_ms)
    return RedirectResponse(_LATER, 303)


async def cancel(request: Request, id: str) -> Response:
    """It is not to be posted"""
    async with acting(parts_of(request)) as act:
        await scheduling.cancel(act, account_of(request), id_of(id))
    return RedirectResponse(_LATER, 303)


async def edit(request: Request, id: str) -> Response:
    """Make it a draft again, and go there to change it"""
    me = account_of(request)
    async with acting(parts_of(request)) as act:
        waiting = await scheduling.scheduled(act.connection, me, id_of(id))
        await scheduling.cancel(act, me, waiting.id)
        kept = await drafts.keep_draft(act, me, waiting.wish)
    return RedirectResponse(f"/compose?draft={kept.id}", 303)
