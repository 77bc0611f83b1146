"""The operator's choices as a form: /admin/charter."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import (
    CHOICES,
    REGISTRATIONS,
    VISIBILITIES,
    Charter,
    choose,
    last_changes,
    read_charter,
)
from rostra.errors import BadInput
from rostra.people.queries import by_id
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page, told

HERE = "/admin/charter"
SWITCHES = ("new_people_may_host",)
SHOWN = tuple(choice.name for choice in CHOICES if choice.name != "welcomed")


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HERE, Rule.ADMINISTERS, show)
    page_door(app, "POST", HERE, Rule.ADMINISTERS, save)


async def show(request: Request) -> Response:
    """The choices"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        charter = await read_charter(connection)
        changes = await last_changes(connection)
        newest = max(changes.values(), key=lambda each: each.changed_ms, default=None)
        who = newest.changed_by if newest else None
        by = await by_id(connection, who) if who else None
    return await _form(request, as_typed(charter), by=by.handle if by else "")


async def save(request: Request) -> Response:
    """Change the choices"""
    typed = await form_of(request)
    try:
        await change(request, wanted_of(typed, SHOWN))
    except BadInput as reason:
        return await _form(request, as_typed(Charter()) | typed, problem=told(request, reason))
    return RedirectResponse(f"{HERE}?saved=yes", 303)


async def change(request: Request, wanted: Mapping[str, object]) -> Charter:
    """Make the changes in the name of whoever asks. Raises BadInput."""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        after = await choose(connection, wanted, by=account_of(request).id, now_ms=parts.now_ms())
    parts.kept_charter.forget()
    await parts.charter()  # the next page has its title
    return after


def wanted_of(typed: Mapping[str, str], names: tuple[str, ...]) -> dict[str, object]:
    """What the form asks for: a box that is not ticked is not sent, and means no."""
    wanted: dict[str, object] = {name: typed[name] for name in names if name in typed}
    if typed:
        wanted |= {name: typed.get(name, "no") for name in SWITCHES if name in names}
    return wanted


def as_typed(charter: Charter) -> dict[str, str]:
    """The choices as the fields of a form hold them."""
    return {choice.name: _text(getattr(charter, choice.name)) for choice in CHOICES}


def _text(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "\n".join(value)
    return str(value)


async def _form(
    request: Request, typed: dict[str, str], *, problem: str = "", by: str = ""
) -> Response:
    return await page(
        request,
        "admin/charter.html",
        status=400 if problem else 200,
        me=account_of(request),
        typed=typed | {"languages": typed["languages"].replace("\n", ", ")},
        registrations=REGISTRATIONS,
        visibilities=VISIBILITIES,
        problem=problem,
        by=by,
        saved=request.query_params.get("saved") == "yes",
    )
