"""The pages of one's word filters."""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput
from rostra.square import filters
from rostra.square.filtering import ACTIONS, CONTEXTS, Filter
from rostra.square.filters import KeywordWish, Lasting, Wish
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.mastodon.paging import id_of
from rostra.web.parts import parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.templates import page

_ALL, _ONE = "/settings/filters", "/settings/filters/{id}"
_DAY_S = 24 * 3600
LASTING = {"day": Lasting(_DAY_S), "week": Lasting(7 * _DAY_S), "ever": Lasting(None)}
_NEW = Filter(0, "", ("home", "public"), "warn")


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    page_door(app, "GET", _ALL, me, show_all)
    page_door(app, "POST", _ALL, me, comes_back(make, show_all))
    page_door(app, "GET", _ONE, me, show)
    page_door(app, "POST", _ONE, me, comes_back(change, show))
    page_door(app, "POST", f"{_ONE}/delete", me, remove)


async def show_all(request: Request) -> Response:
    """One's filters, and the form for a new one"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = (await filters.filters_of(connection, me.id)).filters
    return await page(
        request, "own_filters.html", me=me, filters=found, one=_NEW, now_ms=parts.now_ms(),
        contexts=CONTEXTS, actions=ACTIONS,
    )  # fmt: skip


async def show(request: Request, id: str) -> Response:
    """A filter, to change it"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await filters.filter_by_id(connection, me, id_of(id))
    return await page(
        request, "own_filters.html", me=me, filters=None, one=found, now_ms=parts.now_ms(),
        contexts=CONTEXTS, actions=ACTIONS,
    )  # fmt: skip


async def make(request: Request) -> Response:
    """Make a filter"""
    form = await form_of(request)
    async with acting(parts_of(request)) as act:
        await filters.make_filter(act, account_of(request), _wish(form), _keywords(form, _NEW))
    return RedirectResponse(_ALL, 303)


async def change(request: Request, id: str) -> Response:
    """Change a filter"""
    form, me = await form_of(request), account_of(request)
    async with acting(parts_of(request)) as act:
        now = await filters.filter_by_id(act.connection, me, id_of(id))
        await filters.change_filter(act, me, now.id, _wish(form), _keywords(form, now))
    return RedirectResponse(_ALL, 303)


async def remove(request: Request, id: str) -> Response:
    """Remove a filter"""
    async with acting(parts_of(request)) as act:
        await filters.remove_filter(act, account_of(request), id_of(id))
    return RedirectResponse(_ALL, 303)


def _wish(form: Mapping[str, str]) -> Wish:
    contexts = tuple(name for name in CONTEXTS if form.get(f"in_{name}") == "yes")
    lasting = form.get("lasting", "")
    if lasting and lasting not in LASTING:
        raise BadInput("Choose for how long: a day, a week, or until you remove the filter.")
    # Nothing chosen leaves the end as it is.
    return Wish(form.get("title", ""), contexts, form.get("action", ""), LASTING.get(lasting))


def _keywords(form: Mapping[str, str], now: Filter) -> list[KeywordWish]:
    """From one word or phrase on each line to what changes."""
    lines = (" ".join(line.split()) for line in form.get("words", "").splitlines())
    wanted = dict.fromkeys(line for line in lines if line)
    whole = form.get("whole") == "yes"
    wishes = [
        KeywordWish(id=each.id, whole=whole, gone=each.text not in wanted) for each in now.keywords
    ]
    there = {each.text for each in now.keywords}
    return wishes + [KeywordWish(line, whole) for line in wanted if line not in there]
