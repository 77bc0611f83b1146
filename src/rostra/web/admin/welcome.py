"""The administrator's first visit, in three steps, each to be put off and found again: /welcome."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import REGISTRATIONS, STEPS, read_charter
from rostra.errors import BadInput, Conflict
from rostra.people import editing
from rostra.people.authenticators import standing_of
from rostra.web.account import letters
from rostra.web.admin.charter import as_typed, change, wanted_of
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import form_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page, told

HERE = "/welcome"
OF_STEP = {
    "name": ("title", "summary", "description", "contact", "rules", "languages"),
    "people": ("registrations", "invitation_days", "new_people_may_host"),
    "safety": (),
}


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", HERE, Rule.ADMINISTERS, show)
    page_door(app, "POST", HERE, Rule.ADMINISTERS, save)
    page_door(app, "POST", f"{HERE}/letter", Rule.ADMINISTERS, letter)


async def show(request: Request) -> Response:
    """The step that is asked for, else the first that was not done"""
    charter = await parts_of(request).charter()
    left = [step for step in STEPS if step not in charter.welcomed]
    step = request.query_params.get("step", "")
    if step not in STEPS:
        step = left[0] if left else ""
    return await _page(request, step, as_typed(charter))


async def save(request: Request) -> Response:
    """Do a step, or put it off, and go on to the next"""
    parts, typed = parts_of(request), await form_of(request)
    step = typed.get("step", "")
    if step not in STEPS:
        raise BadInput("There is no such step: go back to /welcome.")
    wanted = {} if typed.get("later") else wanted_of(typed, OF_STEP[step])
    async with parts.database.reading() as connection:
        before = await read_charter(connection)
    wanted["welcomed"] = [each for each in STEPS if each in {*before.welcomed, step}]
    try:
        await change(request, wanted)
    except BadInput as reason:
        return await _page(request, step, as_typed(before) | typed, problem=told(request, reason))
    return RedirectResponse(HERE, 303)


async def letter(request: Request) -> Response:
    """Send the administrator a letter, to see whether letters arrive"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        own = await editing.own(connection, account.id)
    if parts.settings.smtp is None or own.email is None:
        raise Conflict("Set a mail server, and your own address under settings, first.")
    details = {
        "purpose": "test", "account": account.id, "email": own.email, "language": own.language,
    }  # fmt: skip
    await letters.send(parts, details, parts.now_ms())
    return RedirectResponse(f"{HERE}?step=people&sent=yes", 303)


async def _page(
    request: Request, step: str, typed: dict[str, str], *, problem: str = ""
) -> Response:
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        standing = await standing_of(connection, account.id)
        own = await editing.own(connection, account.id)
    charter = await parts.charter()
    return await page(
        request,
        "admin/welcome.html",
        status=400 if problem else 200,
        me=account,
        step=step,
        steps=STEPS,
        done=charter.welcomed,
        typed=typed | {"languages": typed["languages"].replace("\n", ", ")},
        registrations=REGISTRATIONS,
        standing=standing,
        smtp=parts.settings.smtp is not None,
        email=own.email,
        problem=problem,
        sent=request.query_params.get("sent") == "yes",
    )
