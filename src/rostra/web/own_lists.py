"""The pages of one's lists: making, naming and filling them."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import profiles
from rostra.square import lists
from rostra.square.span import Span
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.following import person_of
from rostra.web.forms import form_of
from rostra.web.mastodon.paging import id_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.templates import page

_ALL, _ONE = "/settings/lists", "/settings/lists/{id}"


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    page_door(app, "GET", _ALL, me, show_all)
    page_door(app, "POST", _ALL, me, comes_back(make, show_all))
    page_door(app, "GET", _ONE, me, show)
    page_door(app, "POST", _ONE, me, comes_back(change, show))
    page_door(app, "POST", f"{_ONE}/delete", me, remove)
    page_door(app, "POST", f"{_ONE}/add", me, comes_back(add, show))
    page_door(app, "POST", f"{_ONE}/take-out", me, take_out)


async def show_all(request: Request) -> Response:
    """One's lists, and the form for a new one"""
    me = account_of(request)
    async with parts_of(request).database.reading() as connection:
        found = await lists.lists_of(connection, me)
    return await page(request, "own_lists.html", me=me, lists=found)


async def show(request: Request, id: str) -> Response:
    """A list: what it is called, who is on it"""
    me, number = account_of(request), id_of(id)
    async with parts_of(request).database.reading() as connection:
        found = await lists.list_by_id(connection, me, number)
        members = await lists.members_of(connection, me, number, Span(lists.MOST_MEMBERS))
        people = await profiles.of_ids(connection, (each for _, each in members))
    shown = [people[each] for _, each in members]
    return await page(request, "own_list.html", me=me, list=found, people=shown)


async def make(request: Request) -> Response:
    """Make a list, and go to it"""
    form = await form_of(request)
    async with acting(parts_of(request)) as act:
        made = await lists.make_list(act, account_of(request), form.get("title", ""))
    return _back(made.id)


async def change(request: Request, id: str) -> Response:
    """Change what a list is called and shows"""
    form = await form_of(request)
    async with acting(parts_of(request)) as act:
        changed = await lists.change_list(
            act, account_of(request), id_of(id), title=form.get("title"),
            replies=form.get("replies"), exclusive=form.get("exclusive") == "yes",
        )  # fmt: skip
    return _back(changed.id)


async def remove(request: Request, id: str) -> Response:
    """Remove a list"""
    async with acting(parts_of(request)) as act:
        await lists.remove_list(act, account_of(request), id_of(id))
    return RedirectResponse(_ALL, 303)


async def add(request: Request, id: str) -> Response:
    """Put somebody on a list"""
    form, parts, me = await form_of(request), parts_of(request), account_of(request)
    async with acting(parts) as act:
        circle = await parts.circles.circle(act.connection, me)
        handle = form.get("handle", "").strip().lower()
        person = await person_of(act.connection, handle, circle)
        await lists.add_members(act, me, id_of(id), [person.id])
    return _back(id_of(id))


async def take_out(request: Request, id: str) -> Response:
    """Take somebody off a list"""
    form = await form_of(request)
    async with acting(parts_of(request)) as act:
        member = form.get("person", "")
        await lists.remove_members(act, account_of(request), id_of(id), [member])
    return _back(id_of(id))


def _back(list_id: int) -> Response:
    return RedirectResponse(f"{_ALL}/{list_id}", 303)
