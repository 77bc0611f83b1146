"""Who is here, and what they may do: /admin/people."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import actions
from rostra.people.directory import MOST, find
from rostra.people.rules import ROLES
from rostra.people.signup import waiting
from rostra.web.account.proof import check_proven
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

HERE = "/admin/people"


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HERE, Rule.ADMINISTERS, show)
    page_door(app, "POST", f"{HERE}/role", Rule.ADMINISTERS, set_role)


async def show(request: Request) -> Response:
    """Search for people, by a piece of their name"""
    parts, asked = parts_of(request), request.query_params
    words, after = asked.get("q", ""), asked.get("after", "")
    async with parts.database.reading() as connection:
        found = await find(connection, words, after)
        wait = len(await waiting(connection))
    return await page(
        request,
        "admin/people.html",
        me=account_of(request),
        found=found,
        words=words[:80],
        waiting=wait,
        roles=ROLES,
        further=found[-1].handle if len(found) == MOST else "",
    )


async def set_role(request: Request) -> Response:
    """Change what somebody may do"""
    check_proven(request)
    typed = await form_of(request)
    async with parts_of(request).database.writing() as connection:
        account = await actions.set_role(connection, typed.get("handle", ""), typed.get("role", ""))
    return RedirectResponse(f"{HERE}?q={account.handle}", 303)
