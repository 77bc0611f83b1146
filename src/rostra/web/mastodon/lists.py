"""Lists: https://docs.joinmastodon.org/methods/lists/."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.people import profiles
from rostra.square import lists
from rostra.square.span import Span
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_relations import user_list
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.mastodon.parameters import Parameters, Several, parameters
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_ALL, _ONE, _MEMBERS = "/api/v1/lists", "/api/v1/lists/{id}", "/api/v1/lists/{id}/accounts"
_READ, _WRITE = "read:lists", "write:lists"


class NewList(Parameters):
    """A list to be."""

    title: str
    replies_policy: str = "list"
    exclusive: bool = False


class ListChange(Parameters):
    """What is to be different."""

    title: str | None = None
    replies_policy: str | None = None
    exclusive: bool | None = None


class Members(Parameters):
    """Ids of accounts."""

    account_ids: Several[str]


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    api_door(app, "GET", _ALL, me, read_all, scope=_READ)
    api_door(app, "POST", _ALL, me, make, scope=_WRITE, body=NewList)
    api_door(app, "GET", _ONE, me, read_one, scope=_READ)
    api_door(app, "PUT", _ONE, me, change, scope=_WRITE, body=ListChange)
    api_door(app, "DELETE", _ONE, me, remove, scope=_WRITE)
    api_door(app, "GET", _MEMBERS, me, members, scope=_READ)
    api_door(app, "POST", _MEMBERS, me, add_members, scope=_WRITE, body=Members)
    api_door(app, "DELETE", _MEMBERS, me, remove_members, scope=_WRITE, body=Members)


async def read_all(request: Request) -> Json:
    """One's lists"""
    async with parts_of(request).database.reading() as connection:
        found = await lists.lists_of(connection, account_of(request))
    return Json([user_list(each) for each in found])


async def read_one(request: Request, id: str) -> Json:
    """One of one's lists"""
    async with parts_of(request).database.reading() as connection:
        found = await lists.list_by_id(connection, account_of(request), id_of(id))
    return Json(user_list(found))


async def make(request: Request) -> Json:
    """Make a list"""
    wanted = await parameters(request, NewList)
    async with acting(parts_of(request)) as act:
        made = await lists.make_list(
            act,
            account_of(request),
            wanted.title,
            wanted.replies_policy,
            exclusive=wanted.exclusive,
        )
    return Json(user_list(made))


async def change(request: Request, id: str) -> Json:
    """Change a list's title or what is shown in it"""
    wanted = await parameters(request, ListChange)
    async with acting(parts_of(request)) as act:
        changed = await lists.change_list(
            act, account_of(request), id_of(id),
            title=wanted.title, replies=wanted.replies_policy, exclusive=wanted.exclusive,
        )  # fmt: skip
    return Json(user_list(changed))


async def remove(request: Request, id: str) -> Json:
    """Remove a list"""
    async with acting(parts_of(request)) as act:
        await lists.remove_list(act, account_of(request), id_of(id))
    return Json({})


async def members(request: Request, id: str) -> Json:
    """Who is on a list"""
    parts, span = parts_of(request), page_of(request, 40, 80)
    if request.query_params.get("limit") == "0":
        span = Span(lists.MOST_MEMBERS)  # which means all of them
    async with parts.database.reading() as connection:
        found = await lists.members_of(connection, account_of(request), id_of(id), span)
        people = await profiles.of_ids(connection, (each for _, each in found))
    shown = [account(people[each], parts.origins) for _, each in found]
    return Json(shown, headers=link_header(request, [number for number, _ in found]))


async def add_members(request: Request, id: str) -> Json:
    """Put people one follows on a list"""
    wanted = await parameters(request, Members)
    async with acting(parts_of(request)) as act:
        await lists.add_members(act, account_of(request), id_of(id), wanted.account_ids)
    return Json({})


async def remove_members(request: Request, id: str) -> Json:
    """Take people off a list"""
    wanted = await parameters(request, Members)
    async with acting(parts_of(request)) as act:
        await lists.remove_members(act, account_of(request), id_of(id), wanted.account_ids)
    return Json({})
