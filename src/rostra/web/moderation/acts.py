"""Doing something about an account, posts or a Space; taking it back; the record of it all."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput
from rostra.moderation import actions, queries, reporting, targets
from rostra.moderation.actions import Measure
from rostra.moderation.queries import PAGE
from rostra.moderation.rules import DAY_MS, DAYS, MOST_POSTS, Kind
from rostra.moderation.targets import Target
from rostra.people import queries as people
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.forms import fields_of, form_of
from rostra.web.moderation.chores import do_at_once
from rostra.web.moderation.people import one as one_person
from rostra.web.moderation.queue import Number
from rostra.web.moderation.queue import one as one_report
from rostra.web.moderation.showing import names_of, number_of, show
from rostra.web.parts import parts_of
from rostra.web.said import said_of


async def do(request: Request) -> Response:
    """Do what the form says, and settle its report if that is wished"""
    parts, me = parts_of(request), account_of(request)
    pairs = await fields_of(request)
    fields = dict(pairs)
    kind, _, what = fields.get("do", "").partition(":")
    posts = [number_of(value) or 0 for name, value in pairs if name == "post"]
    report_id = number_of(fields.get("report", ""))
    async with acting(parts) as act:
        found = await _targets(act.connection, kind, fields, posts)
        until_ms = _until(fields.get("days", ""), act.now_ms) if kind == Kind.ACCOUNT else None
        measure = Measure(what, fields.get("reason", ""), until_ms, report_id)
        for target in found:
            await actions.sanction(act, me, target, measure)
        if report_id is not None and fields.get("resolve") == "yes":
            await reporting.settle(act, me, report_id)
    await do_at_once(parts)
    return RedirectResponse(_back(report_id, found), 303)


async def again(request: Request) -> Response:
    """The page of the report or the person, where the form was refused"""
    said = said_of(request)
    if said.text("report"):
        return await one_report(request, said.text("report"))
    return await one_person(request, said.text("handle"))


async def lift(request: Request, sanction: Number) -> Response:
    """Take an act back"""
    parts, me = parts_of(request), account_of(request)
    reason = (await form_of(request)).get("reason", "")
    async with acting(parts) as act:
        done = await actions.lift(act, me, number_of(sanction) or 0, reason)
        names = await names_of(act.connection, [done])
    handle = names[done.subject_id or ""].handle
    return RedirectResponse(f"/moderation/people/{handle}", 303)


async def lift_again(request: Request, sanction: Number) -> Response:
    """The page of whom it was done to, where the form was refused"""
    number = number_of(sanction) or 0
    async with parts_of(request).database.reading() as connection:
        found = await queries.sanctions_of_ids(connection, [number])
        names = await names_of(connection, found.values())
    handles = [names[each.subject_id or ""].handle for each in found.values()]
    return await one_person(request, handles[0] if handles else "")


async def record(request: Request) -> Response:
    """Every act of moderation, by who, what, to whom and when"""
    parts, me, asked = parts_of(request), account_of(request), request.query_params
    async with parts.database.reading() as connection:
        by_id, subject_id = [
            await _id_of(connection, asked.get(name, "")) for name in ("by", "subject")
        ]
        found = await queries.record(
            connection,
            by_id=by_id,
            subject_id=subject_id,
            act=asked.get("act") or None,
            since_ms=_day(asked.get("since", "")),
            until_ms=_day(asked.get("until", ""), after=1),
            beyond=number_of(asked.get("beyond", "")),
        )
        names = await names_of(connection, found)
    kept = {name: asked.get(name, "") for name in ("by", "subject", "act", "since", "until")}
    following = found[-1].id if len(found) == PAGE else None
    return await show(
        request, "record", me=me, found=found, names=names, asked=kept, following=following
    )


async def _targets(
    connection: AsyncConnection, kind: str, fields: dict[str, str], posts: Sequence[int]
) -> list[Target]:
    if kind == Kind.ACCOUNT:
        return [await targets.an_account(connection, fields.get("handle", ""))]
    if kind == Kind.SPACE:
        return [await targets.a_space(connection, fields.get("space", ""))]
    if kind != Kind.POST:
        raise BadInput("Choose what is to be done.")
    if not 0 < len(posts) <= MOST_POSTS:
        raise BadInput(f"Choose the posts that it is done to, {MOST_POSTS} at most.")
    return [await targets.a_post(connection, each) for each in dict.fromkeys(posts)]


def _until(days: str, now_ms: int) -> int | None:
    if not days:
        return None
    if days not in {str(each) for each in DAYS}:
        raise BadInput("Choose for how long from the list.")
    return now_ms + int(days) * DAY_MS


def _back(report_id: int | None, found: Sequence[Target]) -> str:
    if report_id is not None:
        return f"/moderation/reports/{report_id}"
    return f"/moderation/people/{found[0].subject.handle}"


async def _id_of(connection: AsyncConnection, handle: str) -> str | None:
    """The account of a handle to filter by; one that there is not has done nothing."""
    if not handle:
        return None
    found = await people.by_handle(connection, handle.strip().removeprefix("@")[:40])
    return found.id if found else ""


def _day(text: str, after: int = 0) -> int | None:
    """The beginning of a day in UTC, or of the one `after` it. Raises BadInput."""
    if not text:
        return None
    try:
        day = date.fromisoformat(text) + timedelta(days=after)
        return int(datetime.combine(day, time(), UTC).timestamp() * 1000)
    except (ValueError, OverflowError):
        raise BadInput("A day must look like 2026-11-21.") from None
