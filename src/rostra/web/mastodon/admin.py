"""Moderating from apps: https://docs.joinmastodon.org/methods/admin/accounts/ and …/reports/.

What is not here (approving sign-ups, deleting accounts, measures, domains) stands on pages or has
no meaning in a place that does not federate.
"""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from rostra.charter.choices import read_charter
from rostra.errors import Conflict, NotProcessable
from rostra.moderation import actions, people, queries, reporting, targets
from rostra.moderation.actions import Measure
from rostra.moderation.queries import Report
from rostra.moderation.rules import Kind
from rostra.moderation.targets import Target
from rostra.people import profiles
from rostra.people.queries import Account
from rostra.people.rules import ROLES, STATES
from rostra.square.act import Act
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_moderation import admin_account, admin_report
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Parameters, Query, Several, parameters, query
from rostra.web.moderation.chores import do_at_once
from rostra.web.moderation.showing import names_of
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule

_READ, _WRITE = "admin:read", "admin:write"
_ACTS = {"none": "warn", "sensitive": "sensitive", "silence": "limit", "suspend": "suspend"}
_STATES = {"active": "active", "pending": "pending", "silenced": "limited"}
_UNDONE = {"unsuspend": "suspend", "unsilence": "limit", "unsensitive": "sensitive"}
_WITHOUT_WORDS = "Done from an app, without words."


class People(Query):
    """Whom to list. `after` is ours: the handle after which the list goes on."""

    username: str = ""
    display_name: str = ""
    status: str = ""
    role: str = ""
    role_ids: Several[str] = ()
    after: str = ""


class Done(Parameters):
    """What to do to an account. `type` is none, sensitive, silence or suspend."""

    type: str
    text: str = ""
    report_id: str = ""


class Listed(Query):
    """Which reports to list."""

    resolved: bool = False
    account_id: str = ""
    target_account_id: str = ""
    max_id: str = ""


def add_doors(app: FastAPI) -> None:
    accounts, reports = "/api/v1/admin/accounts", "/api/v1/admin/reports"
    reading, writing = f"{_READ}:accounts", f"{_WRITE}:accounts"
    for at in (accounts, "/api/v2/admin/accounts"):
        api_door(app, "GET", at, Rule.MODERATES, everybody, scope=reading, query=People)
    one = f"{accounts}/{{account}}"
    api_door(app, "GET", one, Rule.MODERATES, somebody, scope=reading)
    api_door(app, "POST", f"{one}/action", Rule.MODERATES, do, scope=writing, body=Done)
    for name in _UNDONE:
        api_door(app, "POST", f"{one}/{name}", Rule.MODERATES, undo, scope=writing)
    reading, writing = f"{_READ}:reports", f"{_WRITE}:reports"
    api_door(app, "GET", reports, Rule.MODERATES, every_report, scope=reading, query=Listed)
    one = f"{reports}/{{report}}"
    api_door(app, "GET", one, Rule.MODERATES, one_report, scope=reading)
    for name in ("assign_to_self", "unassign", "resolve", "reopen"):
        api_door(app, "POST", f"{one}/{name}", Rule.MODERATES, move, scope=writing)


async def everybody(request: Request) -> Json:
    """Find people"""
    wanted, parts = query(request, People), parts_of(request)
    state = _STATES.get(wanted.status, wanted.status)
    role = wanted.role if wanted.role in ROLES else ""
    if state not in ("", *STATES):
        raise NotProcessable("Validation failed: status is active, pending, silenced or suspended.")
    words = (wanted.username or wanted.display_name)[:80]
    async with parts.database.reading() as connection:
        found = await people.find(
            connection, words=words, state=state, role=role, beyond=wanted.after[:40]
        )
        return Json(
            [await _shown(connection, parts, account_of(request), each.id) for each in found]
        )


async def somebody(request: Request, account: str) -> Json:
    """An account as moderators see it"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        return Json(await _shown(connection, parts, account_of(request), account[:40]))


async def do(request: Request, account: str) -> Json:
    """Warn, mark as sensitive, limit or suspend"""
    wanted, parts = await parameters(request, Done), parts_of(request)
    what = _ACTS.get(wanted.type)
    if what is None:
        raise NotProcessable("Validation failed: type is none, sensitive, silence or suspend.")
    report_id = id_of(wanted.report_id) if wanted.report_id else None
    async with acting(parts) as act:
        target = await targets.an_account_by_id(act.connection, account[:40])
        measure = Measure(what, wanted.text or _WITHOUT_WORDS, report_id=report_id)
        await actions.sanction(act, account_of(request), target, measure)
        if report_id is not None:
            await reporting.settle(act, account_of(request), report_id)
    await do_at_once(parts)
    return Json({})


async def undo(request: Request, account: str) -> Json:
    """Lift a suspension, a limit or a mark"""
    parts, what = parts_of(request), _UNDONE[request.url.path.rpartition("/")[2]]
    async with acting(parts) as act:
        target = await targets.an_account_by_id(act.connection, account[:40])
        await _lift(act, account_of(request), target, what)
        return Json(await _shown(act.connection, parts, account_of(request), target.subject.id))


async def _lift(act: Act, by: Account, target: Target, what: str) -> None:
    record = await queries.record(act.connection, subject_id=target.subject.id, act=what)
    found = [each for each in record if each.in_force and each.kind is Kind.ACCOUNT]
    if not found:
        raise Conflict(f"There is nothing of that kind to lift from @{target.subject.handle}.")
    for each in found:
        await actions.lift(act, by, each.id, _WITHOUT_WORDS)


async def every_report(request: Request) -> Json:
    """Reports, open or settled"""
    wanted, parts, by = query(request, Listed), parts_of(request), account_of(request)
    beyond = id_of(wanted.max_id) if wanted.max_id else None
    which = "resolved" if wanted.resolved else "open"
    async with parts.database.reading() as connection:
        if wanted.target_account_id:
            about = await queries.reports_about(connection, wanted.target_account_id[:40], by)
            found = [each for each in about if each.is_open != wanted.resolved]
        else:
            found = await queries.queue(connection, by, which, beyond=beyond)
        if wanted.account_id:
            found = [each for each in found if each.reporter_id == wanted.account_id]
        return Json(await _reports(connection, parts, found))


async def one_report(request: Request, report: str) -> Json:
    """A report"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await queries.report_by_id(connection, id_of(report), account_of(request))
        return Json((await _reports(connection, parts, [found]))[0])


async def move(request: Request, report: str) -> Json:
    """Take, leave, settle or reopen a report"""
    parts, by, number = parts_of(request), account_of(request), id_of(report)
    wanted = request.url.path.rpartition("/")[2]
    async with acting(parts) as act:
        if wanted == "resolve":
            await reporting.resolve(act, by, number)
        elif wanted == "reopen":
            await reporting.reopen(act, by, number)
        else:
            to = by if wanted == "assign_to_self" else None
            await reporting.assign(act, by, number, to=to)
        found = await queries.report_by_id(act.connection, number, by)
        return Json((await _reports(act.connection, parts, [found]))[0])


async def _shown(
    connection: AsyncConnection, parts: WebParts, by: Account, account_id: str
) -> Document:
    await targets.an_account_by_id(connection, account_id)
    profile = (await profiles.of_ids(connection, [account_id]))[account_id]
    known = await people.addresses(connection, account_id) if by.role == "admin" else None
    return admin_account(profile, parts.origins, known)


async def _reports(
    connection: AsyncConnection, parts: WebParts, found: Sequence[Report]
) -> list[Document]:
    names, charter = await names_of(connection, found), await read_charter(connection)
    return [admin_report(each, names, charter.rules, parts.origins) for each in found]
