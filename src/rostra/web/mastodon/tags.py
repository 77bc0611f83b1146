"""Hashtags that one follows or features: docs.joinmastodon.org/methods/tags/, featured_tags/."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request

from rostra.errors import NotFound, NotProcessable
from rostra.people.queries import Account
from rostra.square import rosters, tags
from rostra.square.act import Act
from rostra.web.acting import acting
from rostra.web.callers import account_of, viewer_of
from rostra.web.mastodon import entities_relations as entities
from rostra.web.mastodon.answers import Document, Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.mastodon.parameters import Parameters, parameters
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule

_ONE, _FEATURED = "/api/v1/tags/{name}", "/api/v1/featured_tags"
Move = Callable[[Act, Account, str], Awaitable[object]]


class NewFeatured(Parameters):
    """A hashtag for one's profile."""

    name: str


def add_doors(app: FastAPI) -> None:
    mine = Rule.SIGNED_IN
    api_door(app, "GET", "/api/v1/followed_tags", mine, followed, scope="read:follows")
    api_door(app, "GET", _ONE, Rule.ANYONE, read, scope="read:statuses")
    api_door(app, "POST", f"{_ONE}/follow", mine, follow, scope="write:follows")
    api_door(app, "POST", f"{_ONE}/unfollow", mine, unfollow, scope="write:follows")
    api_door(app, "POST", f"{_ONE}/feature", mine, feature_named, scope="write:accounts")
    api_door(app, "POST", f"{_ONE}/unfeature", mine, unfeature_named, scope="write:accounts")
    api_door(app, "GET", _FEATURED, mine, own_featured, scope="read:accounts")
    api_door(app, "POST", _FEATURED, mine, feature, scope="write:accounts", body=NewFeatured)
    api_door(app, "GET", f"{_FEATURED}/suggestions", mine, proposed, scope="read:accounts")
    api_door(app, "DELETE", f"{_FEATURED}/{{id}}", mine, unfeature, scope="write:accounts")
    api_door(
        app, "GET", "/api/v1/accounts/{id}/featured_tags", Rule.ANYONE, featured_by,
        scope="read:accounts",
    )  # fmt: skip


async def followed(request: Request) -> Json:
    """Hashtags that one follows"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await tags.tags_followed(
            connection, account_of(request), page_of(request, 100, 200)
        )
    shown = [entities.tag(name, parts.origins, following=True) for _, name in found]
    return Json(shown, headers=link_header(request, [number for number, _ in found]))


async def read(request: Request, name: str) -> Json:
    """A hashtag, and whether one follows it"""
    parts, viewer, tag = parts_of(request), await viewer_of(request), _in_path(name)
    if viewer is None:
        return Json(entities.tag(tag, parts.origins, following=False))
    async with parts.database.reading() as connection:
        return Json(await _shown(connection, parts, viewer, tag))


async def follow(request: Request, name: str) -> Json:
    """Follow a hashtag"""
    return await _moved(request, name, tags.follow_tag)


async def unfollow(request: Request, name: str) -> Json:
    """No longer follow a hashtag"""
    return await _moved(request, name, tags.unfollow_tag)


async def feature_named(request: Request, name: str) -> Json:
    """Show a hashtag on one's profile, if it is not there yet"""
    return await _moved(request, name, tags.feature_once)


async def unfeature_named(request: Request, name: str) -> Json:
    """Take a hashtag off one's profile, if it is there"""
    return await _moved(request, name, tags.unfeature_named)


async def _moved(request: Request, name: str, move: Move) -> Json:
    parts, account, tag = parts_of(request), account_of(request), _in_path(name)
    parts.limits.relations.take(account.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        await move(act, account, tag)
        return Json(await _shown(act.connection, parts, account, tag))


async def _shown(
    connection: AsyncConnection, parts: WebParts, account: Account, tag: str
) -> Document:
    following = await tags.follows_tag(connection, account, tag)
    featured = await tags.tags_featured(connection, account.id)
    featuring = any(each.tag == tag for each in featured)
    return entities.tag(tag, parts.origins, following=following, featuring=featuring)


async def own_featured(request: Request) -> Json:
    """Hashtags on one's profile"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        found = await tags.tags_featured(connection, account.id)
    return Json([entities.featured_tag(each, account.handle, parts.origins) for each in found])


async def featured_by(request: Request, id: str) -> Json:
    """Hashtags on somebody's profile"""
    parts, viewer = parts_of(request), await viewer_of(request)
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, viewer)
        person = await rosters.person_by_id(connection, id, circle)
        found = await tags.tags_featured(connection, person.id)
    return Json([entities.featured_tag(each, person.handle, parts.origins) for each in found])


async def feature(request: Request) -> Json:
    """Show a hashtag on one's profile"""
    parts, account = parts_of(request), account_of(request)
    tag = tags.checked_tag((await parameters(request, NewFeatured)).name)
    async with acting(parts) as act:
        made = await tags.feature_tag(act, account, tag)
    return Json(entities.featured_tag(made, account.handle, parts.origins))


async def unfeature(request: Request, id: str) -> Json:
    """Take a hashtag off one's profile"""
    async with acting(parts_of(request)) as act:
        await tags.unfeature_tag(act, account_of(request), id_of(id))
    return Json({})


async def proposed(request: Request) -> Json:
    """Hashtags that one uses"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await tags.tags_used(connection, account_of(request))
    return Json([entities.tag(each, parts.origins, following=False) for each in found])


def _in_path(name: str) -> str:
    try:
        return tags.checked_tag(name)
    except NotProcessable:
        raise NotFound("There is no such hashtag, and cannot be one.") from None
