"""Scheduled posts: https://docs.joinmastodon.org/methods/scheduled_statuses/."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.square import scheduling
from rostra.square.scheduling import Scheduled
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Document, Json, moment
from rostra.web.mastodon.callers import moment_of
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.mastodon.parameters import Parameters, parameters
from rostra.web.parts import parts_of
from rostra.web.rules import Rule


class NewTime(Parameters):
    """When instead."""

    scheduled_at: str


def add_doors(app: FastAPI) -> None:
    at, one = "/api/v1/scheduled_statuses", "/api/v1/scheduled_statuses/{id}"
    api_door(app, "GET", at, Rule.SIGNED_IN, every, scope="read:statuses")
    api_door(app, "GET", one, Rule.SIGNED_IN, read, scope="read:statuses")
    api_door(app, "PUT", one, Rule.SIGNED_IN, move, scope="write:statuses", body=NewTime)
    api_door(app, "DELETE", one, Rule.SIGNED_IN, cancel, scope="write:statuses")


async def every(request: Request) -> Json:
    """One's own scheduled posts"""
    span = page_of(request)
    async with parts_of(request).database.reading() as connection:
        found = await scheduling.all_scheduled(connection, account_of(request), span)
    ids = [each.id for each in found]
    return Json([scheduled_status(each) for each in found], headers=link_header(request, ids))


async def read(request: Request, id: str) -> Json:
    """One of them"""
    async with parts_of(request).database.reading() as connection:
        return Json(
            scheduled_status(await scheduling.scheduled(connection, account_of(request), id_of(id)))
        )


async def move(request: Request, id: str) -> Json:
    """Another time for it"""
    due_ms = moment_of((await parameters(request, NewTime)).scheduled_at)
    async with acting(parts_of(request)) as act:
        moved = await scheduling.reschedule(act, account_of(request), id_of(id), due_ms)
    return Json(scheduled_status(moved))


async def cancel(request: Request, id: str) -> Json:
    """It is not to be published"""
    async with acting(parts_of(request)) as act:
        await scheduling.cancel(act, account_of(request), id_of(id))
    return Json({})


def scheduled_status(later: Scheduled) -> Document:
    """https://docs.joinmastodon.org/entities/ScheduledStatus/"""
    wish = later.wish
    poll = wish.poll
    return {
        "id": str(later.id),
        "scheduled_at": moment(later.due_ms),
        "params": {
            "text": wish.text,
            "poll": poll
            and {
                "options": list(poll.options),
                "expires_in": str(poll.seconds),
                "multiple": poll.multiple,
                "hide_totals": poll.hide_totals,
            },
            "media_ids": [str(number) for number in wish.media] or None,
            "sensitive": wish.sensitive,
            "spoiler_text": wish.warning or None,
            "visibility": wish.visibility,
            "language": wish.language or None,
            "in_reply_to_id": None if wish.reply_to is None else str(wish.reply_to),
            "quoted_status_id": None if wish.quote_of is None else str(wish.quote_of),
            "application_id": 0,
            "scheduled_at": None,
            "idempotency": None,
            "with_rate_limit": False,
        },
        "media_attachments": [],
    }
