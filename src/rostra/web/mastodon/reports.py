"""Reporting from apps: https://docs.joinmastodon.org/methods/reports/."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.moderation import reporting
from rostra.moderation.reporting import Complaint
from rostra.people import profiles
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_moderation import report
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Parameters, Several, parameters
from rostra.web.parts import parts_of
from rostra.web.rules import Rule


class Wanted(Parameters):
    """What is reported; `forward` is for places that federate and does nothing here."""

    account_id: str
    status_ids: Several[str] = ()
    comment: str = ""
    category: str = ""
    rule_ids: Several[str] = ()
    forward: bool = False


def add_doors(app: FastAPI) -> None:
    at = "/api/v1/reports"
    api_door(app, "POST", at, Rule.SIGNED_IN, make, scope="write:reports", body=Wanted)


async def make(request: Request) -> Json:
    """Report an account, with posts of it as evidence"""
    wanted, parts = await parameters(request, Wanted), parts_of(request)
    # Apps name rules without a category, which then can only be one.
    category = wanted.category or ("violation" if wanted.rule_ids else "")
    complaint = Complaint(category, wanted.comment, _rules(wanted), _posts(wanted))
    async with acting(parts) as act:
        made = await reporting.report_account(
            act, account_of(request), wanted.account_id[:40], complaint
        )
        people = await profiles.of_ids(act.connection, [wanted.account_id])
    return Json(report(made, account(people[wanted.account_id], parts.origins)))


def _rules(wanted: Wanted) -> tuple[int, ...]:
    if len(wanted.rule_ids) > 100:
        raise NotProcessable("Validation failed: there are too many rule_ids.")
    return tuple(id_of(each) for each in wanted.rule_ids)


def _posts(wanted: Wanted) -> tuple[int, ...]:
    return tuple(id_of(each) for each in wanted.status_ids)
