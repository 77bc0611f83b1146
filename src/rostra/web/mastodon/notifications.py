"""Notices by the Mastodon API: docs.joinmastodon.org/methods/notifications/, and grouped ones."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from rostra.errors import NotFound, NotProcessable
from rostra.people import profiles
from rostra.square import notice_filters, noticed
from rostra.square.noticed import Notice, Wanted, group_key, no_such_notice
from rostra.square.notices import KINDS
from rostra.square.span import Span
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon import entities_notices as entities
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.noticing import surroundings
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.mastodon.parameters import Query, Several, query
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_AT, _V2 = "/api/v1/notifications", "/api/v2/notifications"
_READ, _WRITE = "read:notifications", "write:notifications"
_MOST_COUNTED = 100
_GROUP_OF = 200
"""Notices that are looked through for those of one group."""


class Wishes(Query):
    """Which notices."""

    types: Several[str] = ()
    exclude_types: Several[str] = ()
    account_id: str | None = None


class GroupedWishes(Wishes):
    """How they are put together."""

    grouped_types: Several[str] = ()
    expand_accounts: str = "full"
    include_filtered: bool = False


def add_doors(app: FastAPI) -> None:
    mine = Rule.SIGNED_IN
    api_door(app, "GET", _AT, mine, listed, scope=_READ, query=Wishes)
    api_door(app, "POST", f"{_AT}/clear", mine, clear, scope=_WRITE)
    api_door(app, "GET", f"{_AT}/unread_count", mine, unread, scope=_READ, query=Wishes)
    api_door(app, "GET", f"{_AT}/requests", mine, requests, scope=_READ)
    api_door(app, "GET", f"{_AT}/requests/merged", mine, merged, scope=_READ)
    api_door(app, "GET", f"{_AT}/requests/{{id}}", mine, no_request, scope=_READ)
    for what in ("accept", "dismiss"):
        api_door(app, "POST", f"{_AT}/requests/{what}", mine, settle, scope=_WRITE)
        api_door(app, "POST", f"{_AT}/requests/{{id}}/{what}", mine, no_request, scope=_WRITE)
    api_door(app, "GET", f"{_AT}/{{id}}", mine, one, scope=_READ)
    api_door(app, "POST", f"{_AT}/{{id}}/dismiss", mine, dismiss, scope=_WRITE)
    for at in (f"{_V2}/policy", f"{_AT}/policy"):
        api_door(app, "GET", at, mine, policy, scope=_READ)
        for method in ("PUT", "PATCH"):
            api_door(app, method, at, mine, policy, scope=_WRITE)
    api_door(app, "GET", _V2, mine, grouped, scope=_READ, query=GroupedWishes)
    api_door(app, "GET", f"{_V2}/unread_count", mine, unread, scope=_READ, query=Wishes)
    api_door(app, "GET", f"{_V2}/{{group_key}}", mine, group, scope=_READ)
    api_door(app, "POST", f"{_V2}/{{group_key}}/dismiss", mine, dismiss_group, scope=_WRITE)
    api_door(app, "GET", f"{_V2}/{{group_key}}/accounts", mine, people_of_group, scope=_READ)
    for method, push in (
        ("GET", no_push), ("DELETE", no_push), ("POST", push_is_not_there),
        ("PUT", push_is_not_there),
    ):  # fmt: skip
        api_door(app, method, "/api/v1/push/subscription", mine, push, scope="push")


async def listed(request: Request) -> Json:
    """One's notices, newest first"""
    parts, viewer, span = parts_of(request), account_of(request), page_of(request, 40, 80)
    wanted = _wanted(query(request, Wishes))
    filters = await parts.circles.filters(parts.database, viewer)
    async with parts.database.reading() as connection:
        found = await noticed.listed(connection, viewer.id, span, parts.now_ms(), wanted)
        around = await surroundings(parts, connection, found, viewer, filters)
    shown = [entities.notification(notice, around) for notice in found]
    there = [document for document in shown if document is not None]
    return Json(there, headers=link_header(request, [notice.id for notice in found]))


async def one(request: Request, id: str) -> Json:
    """One of one's notices"""
    parts, viewer = parts_of(request), account_of(request)
    filters = await parts.circles.filters(parts.database, viewer)
    async with parts.database.reading() as connection:
        found = await noticed.notice_by_id(connection, viewer.id, id_of(id), parts.now_ms())
        around = await surroundings(parts, connection, [found], viewer, filters)
    document = entities.notification(found, around)
    if document is None:
        raise no_such_notice()
    return Json(document)


async def unread(request: Request) -> Json:
    """How many are new since the marker"""
    parts, viewer = parts_of(request), account_of(request)
    wanted = _wanted(query(request, Wishes))
    filters = await parts.circles.filters(parts.database, viewer)
    most = min(page_of(request, _MOST_COUNTED, noticed.MOST_COUNTED).limit, noticed.MOST_COUNTED)
    async with parts.database.reading() as connection:
        number = await notice_filters.unread(
            connection, viewer.id, filters, most, parts.now_ms(), wanted=wanted
        )
    return Json({"count": number})


async def clear(request: Request) -> Json:
    """Show none of those that are there"""
    async with acting(parts_of(request)) as act:
        await noticed.clear(act, account_of(request).id)
    return Json({})


async def dismiss(request: Request, id: str) -> Json:
    """Put one away"""
    async with acting(parts_of(request)) as act:
        await noticed.dismiss(act, account_of(request).id, id_of(id))
    return Json({})


async def grouped(request: Request) -> Json:
    """One's notices, those that belong together as one"""
    parts, viewer, span = parts_of(request), account_of(request), page_of(request, 40, 80)
    wishes = query(request, GroupedWishes)
    filters = await parts.circles.filters(parts.database, viewer)
    async with parts.database.reading() as connection:
        found = await noticed.listed(connection, viewer.id, span, parts.now_ms(), _wanted(wishes))
        around = await surroundings(parts, connection, found, viewer, filters)
    headers = link_header(request, [notice.id for notice in found])
    return Json(entities.grouped(found, around, wishes.grouped_types), headers=headers)


async def group(request: Request, group_key: str) -> Json:
    """One group of notices"""
    parts, viewer = parts_of(request), account_of(request)
    filters = await parts.circles.filters(parts.database, viewer)
    async with parts.database.reading() as connection:
        found = await _group(connection, viewer.id, group_key, parts.now_ms())
        around = await surroundings(parts, connection, found, viewer, filters)
    return Json(entities.grouped(found, around))


async def dismiss_group(request: Request, group_key: str) -> Json:
    """Put a group away"""
    parts, viewer = parts_of(request), account_of(request)
    async with acting(parts) as act:
        found = await _group(act.connection, viewer.id, group_key, act.now_ms)
        await noticed.dismiss_all(act, viewer.id, [notice.id for notice in found])
    return Json({})


async def people_of_group(request: Request, group_key: str) -> Json:
    """Who is in a group"""
    parts, viewer = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await _group(connection, viewer.id, group_key, parts.now_ms())
        ids = list(dict.fromkeys(each.from_id for each in found if each.from_id is not None))
        people = await profiles.of_ids(connection, ids)
    shown = [entities.person(people[each], parts.origins) for each in ids if each in people]
    return Json(shown)


async def policy(request: Request) -> Json:
    """Whose notices are held back: nobody's"""
    return Json(entities.policy())


async def requests(request: Request) -> Json:
    """Notices that are held back: none"""
    return Json([])


async def merged(request: Request) -> Json:
    """Whether what was let through is among the notices"""
    return Json({"merged": True})


async def settle(request: Request) -> Json:
    """Let through or put away what is held back: nothing is"""
    return Json({})


async def no_request(request: Request, id: str) -> Json:
    """One that is held back: there is none"""
    raise NotFound("Nothing is held back for you here: all notices are in the list.")


async def no_push(request: Request) -> Json:
    """One's push subscription: there is none"""
    raise NotFound("There is no push subscription: this server does not push yet.")


async def push_is_not_there(request: Request) -> Json:
    """Ask for pushes, which do not come yet"""
    raise NotProcessable("This server does not push yet: open a stream instead.")


def _wanted(wishes: Wishes) -> Wanted:
    """Unknown types are no notices: whoever asks for them alone gets none."""
    kinds = _ours(wishes.types) if wishes.types else None
    return Wanted(kinds, _ours(wishes.exclude_types), wishes.account_id or None)


def _ours(types: Iterable[str]) -> frozenset[str]:
    asked = frozenset(types)
    return frozenset(kind for kind in KINDS if entities.KINDS.get(kind, kind) in asked)


async def _group(
    connection: AsyncConnection, account_id: str, key: str, now_ms: int
) -> Sequence[Notice]:
    """The notices of a group, among the newest or the one it names. Raises NotFound."""
    kind, _, number = key[:80].rpartition("-")
    if kind == "ungrouped":
        return [await noticed.notice_by_id(connection, account_id, id_of(number), now_ms)]
    wanted = Wanted(frozenset({kind}))
    found = await noticed.listed(connection, account_id, Span(_GROUP_OF), now_ms, wanted)
    mine = [notice for notice in found if group_key(notice) == key]
    if not mine:
        raise no_such_notice()
    return mine
