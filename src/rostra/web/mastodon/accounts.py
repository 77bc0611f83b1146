"""People: /api/v1/accounts. What one is to another is in relationships.py, posts in statuses.py."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.errors import BadInput, NotFound
from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.people.rules import checked_handle
from rostra.square import people_lists
from rostra.square.search import people_like
from rostra.square.search_time import in_time
from rostra.web.callers import account_of, viewer_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.instance import domain_of
from rostra.web.mastodon.paging import offset_link, offset_of, page_of
from rostra.web.mastodon.parameters import Query, Several, parameters
from rostra.web.parts import Origins, WebParts, parts_of
from rostra.web.rules import Rule

_READ = "read:accounts"
_ALL = "/api/v1/accounts"
MOST_AT_ONCE = 40
MOST_LISTED = 80
_SHOWN_TO_ANYBODY = frozenset({"active", "limited", "suspended"})


class Some(Query):
    """Ids of accounts, as `id[]`."""

    id: Several[str] = ()


class Handle(Query):
    """`ada`, or `ada@` and the name of this server."""

    acct: str = ""


class Search(Query):
    """Words that a handle or a name begins with."""

    q: str = ""
    limit: int = 40
    offset: int = 0
    resolve: bool = False
    following: bool = False


class Directory(Query):
    """`active` shows who wrote last first, `new` who came last."""

    order: str = "active"
    limit: int = 40
    offset: int = 0
    local: bool = False


def add_doors(app: FastAPI) -> None:
    api_door(app, "GET", _ALL, Rule.ANYONE, several, scope=_READ, query=Some)
    api_door(app, "GET", f"{_ALL}/lookup", Rule.ANYONE, lookup, scope=_READ, query=Handle)
    api_door(app, "GET", f"{_ALL}/search", Rule.SIGNED_IN, search, scope=_READ, query=Search)
    api_door(app, "GET", f"{_ALL}/{{id}}/identity_proofs", Rule.ANYONE, no_proofs, scope=_READ)
    api_door(app, "GET", f"{_ALL}/{{id}}", Rule.ANYONE, one, scope=_READ)
    api_door(app, "GET", "/api/v1/directory", Rule.ANYONE, directory, scope=_READ, query=Directory)
    api_door(app, "GET", "/api/v1/suggestions", Rule.SIGNED_IN, suggestions_before, scope="read")
    api_door(app, "GET", "/api/v2/suggestions", Rule.SIGNED_IN, suggestions, scope="read")


async def one(request: Request, id: str) -> Json:
    """Somebody"""
    parts = parts_of(request)
    await viewer_of(request)
    async with parts.database.reading() as connection:
        found = await profiles.of_id(connection, id[:32])
    return Json(account(_there(found), parts.origins))


async def several(request: Request) -> Json:
    """Some people by their ids; those who are not there are left out"""
    parts, wish = parts_of(request), await parameters(request, Some)
    await viewer_of(request)
    if len(wish.id) > MOST_AT_ONCE:
        raise BadInput(f"At most {MOST_AT_ONCE} accounts are shown at once: ask for fewer.")
    async with parts.database.reading() as connection:
        found = await profiles.of_ids(connection, [each[:32] for each in wish.id])
    shown = [found[each] for each in dict.fromkeys(wish.id) if each in found]
    return Json([account(each, parts.origins) for each in shown if _is_there(each)])


async def lookup(request: Request) -> Json:
    """Somebody by handle"""
    parts, wish = parts_of(request), await parameters(request, Handle)
    await viewer_of(request)
    handle = _own_handle(wish.acct, parts.origins)
    async with parts.database.reading() as connection:
        found = await profiles.by_handle(connection, handle)
    return Json(account(_there(found), parts.origins))


async def search(request: Request) -> Json:
    """People by the words of their handle and name, or how these begin"""
    parts, wish, viewer = parts_of(request), await parameters(request, Search), account_of(request)
    limit, offset = page_of(request, 40, MOST_LISTED).limit, offset_of(request)
    async with parts.database.reading(together=True) as connection:
        circle = await parts.circles.circle(connection, viewer)
        async with in_time(connection):
            found = await people_like(
                connection, wish.q, circle, following=wish.following, limit=limit, offset=offset
            )
    return _listed(request, parts, found, limit, offset)


async def directory(request: Request) -> Json:
    """Those who want to be listed"""
    parts, wish = parts_of(request), await parameters(request, Directory)
    viewer = await viewer_of(request)
    limit, offset = page_of(request, 40, MOST_LISTED).limit, offset_of(request)
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, viewer)
        found = await people_lists.directory(
            connection, circle, "new" if wish.order == "new" else "active",
            limit=limit, offset=offset,
        )  # fmt: skip
    return _listed(request, parts, found, limit, offset)


async def suggestions(request: Request) -> Json:
    """Whom one might follow, and why"""
    parts = parts_of(request)
    return Json(
        [
            {"source": "global", "sources": ["most_interactions"],
             "account": account(each, parts.origins)}
            for each in await _suggested(request)
        ]
    )  # fmt: skip


async def suggestions_before(request: Request) -> Json:
    """Whom one might follow, as older apps ask"""
    origins = parts_of(request).origins
    return Json([account(each, origins) for each in await _suggested(request)])


async def no_proofs(request: Request, id: str) -> Json:
    """None: that service is no more"""
    return Json([])


async def _suggested(request: Request) -> list[Profile]:
    parts, limit = parts_of(request), page_of(request, 40, MOST_LISTED).limit
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, account_of(request))
        return await people_lists.suggested(connection, circle, limit)


def _listed(
    request: Request, parts: WebParts, found: list[Profile], limit: int, offset: int
) -> Json:
    headers = offset_link(request, offset, limit, len(found))
    return Json([account(each, parts.origins) for each in found], headers=headers)


def _own_handle(text: str, origins: Origins) -> str:
    """The handle of somebody here. Raises NotFound for what is none."""
    handle, _, host = text.strip().removeprefix("acct:").removeprefix("@").partition("@")
    known = domain_of(origins)
    if host and host.lower() not in {known, known.partition(":")[0]}:
        raise _nobody()
    try:
        return checked_handle(handle.lower())
    except BadInput:
        raise _nobody() from None


def _is_there(profile: Profile) -> bool:
    """Whether strangers may know of somebody: not while waiting for approval, nor after leaving."""
    return profile.state in _SHOWN_TO_ANYBODY


def _there(profile: Profile | None) -> Profile:
    if profile is None or not _is_there(profile):
        raise _nobody()
    return profile


def _nobody() -> NotFound:
    return NotFound("Record not found: there is nobody of that name here.")
