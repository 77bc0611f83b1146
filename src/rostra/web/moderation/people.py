"""People as moderators see them: found by handle, state and role; one with all that is known."""

from __future__ import annotations

from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import BadInput
from rostra.moderation import people as found_people
from rostra.moderation import queries, targets
from rostra.moderation.people import PAGE
from rostra.moderation.rules import may_handle
from rostra.people import profiles
from rostra.people.rules import ROLES, STATES
from rostra.web.callers import account_of
from rostra.web.moderation.showing import names_of, show
from rostra.web.parts import parts_of


async def listing(request: Request) -> Response:
    """Find people"""
    parts, me, asked = parts_of(request), account_of(request), request.query_params
    kept = {name: asked.get(name, "")[:80] for name in ("q", "state", "role")}
    if kept["state"] not in ("", *STATES) or kept["role"] not in ("", *ROLES):
        raise BadInput("There is no such state or role: choose from the lists.")
    async with parts.database.reading() as connection:
        found = await found_people.find(
            connection,
            words=kept["q"],
            state=kept["state"],
            role=kept["role"],
            beyond=asked.get("beyond", "")[:40],
        )
    following = found[-1].handle if len(found) == PAGE else None
    return await show(request, "people", me=me, found=found, asked=kept, following=following)


async def one(request: Request, handle: str) -> Response:
    """Somebody: reports, what was done, and what can be done"""
    parts, me = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        subject = (await targets.an_account(connection, handle[:40])).subject
        profile = (await profiles.of_ids(connection, [subject.id]))[subject.id]
        about = await queries.reports_about(connection, subject.id, me)
        history = await queries.sanctions_of(connection, subject.id)
        acting = sum(each.role == "admin" for each in await queries.staff(connection))
        known = await found_people.addresses(connection, subject.id) if me.role == "admin" else None
        names = await names_of(connection, [*about, *history])
    return await show(
        request, "person", me=me, who=profile, reports=about, history=history, names=names,
        may_act=may_handle(me, subject, acting_administrators=acting), known=known,
    )  # fmt: skip
