"""Timelines by the Mastodon API: docs.joinmastodon.org/methods/timelines/, and what is kept."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import FastAPI
from starlette.requests import Request

from rostra.errors import NotFound
from rostra.people import profiles
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.square import timelines
from rostra.square.home import home, of_list
from rostra.square.posts import PostView
from rostra.square.queries import post_by_id
from rostra.square.tables import bookmarks, favourites
from rostra.square.text import tag_key
from rostra.square.timelines import TagWishes, Wishes
from rostra.web.callers import account_of, viewer_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.mastodon.parameters import Query, Several, query
from rostra.web.mastodon.showing import shown
from rostra.web.parts import parts_of
from rostra.web.reading import reading
from rostra.web.rules import Rule

_AT = "/api/v1/timelines"
_READ = "read:statuses"


class PublicWishes(Query):
    """Of everybody's posts."""

    local: bool = False
    remote: bool = False
    only_media: bool = False


class HashtagWishes(PublicWishes):
    """With other hashtags beside it."""

    any: Several[str] = ()
    all: Several[str] = ()
    none: Several[str] = ()


class AccountWishes(Query):
    """Of somebody's posts."""

    only_media: bool = False
    exclude_replies: bool = False
    exclude_reblogs: bool = False
    pinned: bool = False
    tagged: str = ""


def add_doors(app: FastAPI) -> None:
    api_door(app, "GET", f"{_AT}/home", Rule.SIGNED_IN, home_timeline, scope=_READ)
    api_door(app, "GET", f"{_AT}/public", Rule.ANYONE, public, scope=_READ, query=PublicWishes)
    api_door(
        app, "GET", f"{_AT}/tag/{{tag}}", Rule.ANYONE, tagged, scope=_READ, query=HashtagWishes
    )
    api_door(app, "GET", f"{_AT}/list/{{id}}", Rule.SIGNED_IN, listed, scope="read:lists")
    api_door(
        app, "GET", "/api/v1/accounts/{id}/statuses", Rule.ANYONE, of_account,
        scope=_READ, query=AccountWishes,
    )  # fmt: skip
    api_door(app, "GET", "/api/v1/favourites", Rule.SIGNED_IN, liked, scope="read:favourites")
    api_door(app, "GET", "/api/v1/bookmarks", Rule.SIGNED_IN, marked, scope="read:bookmarks")
    api_door(app, "GET", "/api/v1/statuses/{id}/quotes", Rule.ANYONE, quotes, scope=_READ)


async def home_timeline(request: Request) -> Json:
    """Posts of those whom one follows"""
    parts, viewer, span = parts_of(request), account_of(request), page_of(request)
    async with reading(parts, viewer) as (connection, reader):
        views = await home(connection, reader, span)
    return await _page(request, views, viewer)


async def public(request: Request) -> Json:
    """Everybody's posts"""
    parts, viewer, span = parts_of(request), await viewer_of(request), page_of(request)
    wishes = query(request, PublicWishes)
    if wishes.remote:
        return Json([])  # there are no other servers' posts here
    async with reading(parts, viewer) as (connection, reader):
        views = await timelines.public(connection, reader, span, only_media=wishes.only_media)
    return await _page(request, views, viewer)


async def tagged(request: Request, tag: str) -> Json:
    """Posts with a hashtag"""
    parts, viewer, span = parts_of(request), await viewer_of(request), page_of(request)
    asked = query(request, HashtagWishes)
    if asked.remote:
        return Json([])
    wishes = TagWishes(
        tag_key(tag), _keys(asked.any), _keys(asked.all), _keys(asked.none), asked.only_media
    )
    async with reading(parts, viewer) as (connection, reader):
        views = await timelines.tagged(connection, reader, span, wishes)
    return await _page(request, views, viewer)


async def listed(request: Request, id: str) -> Json:
    """Posts of the people on one of one's lists"""
    parts, viewer, span = parts_of(request), account_of(request), page_of(request)
    async with reading(parts, viewer) as (connection, reader):
        views = await of_list(connection, reader, span, id_of(id))
    return await _page(request, views, viewer)


async def of_account(request: Request, id: str) -> Json:
    """Somebody's posts"""
    parts, viewer, span = parts_of(request), await viewer_of(request), page_of(request)
    asked = query(request, AccountWishes)
    wishes = Wishes(
        replies=not asked.exclude_replies,
        boosts=not asked.exclude_reblogs,
        only_media=asked.only_media,
        pinned=asked.pinned,
        tag=tag_key(asked.tagged),
    )
    async with reading(parts, viewer) as (connection, reader):
        author = (await profiles.of_ids(connection, [id[:32]])).get(id)
        if author is None:
            raise NotFound("There is nobody of that id here.")
        if author.state not in SEEN:
            return Json([])
        views = await timelines.of_account(connection, reader, span, author.id, wishes)
    return await _page(request, views, viewer)


async def liked(request: Request) -> Json:
    """One's own favourites"""
    return await _kept(request, favourites)


async def marked(request: Request) -> Json:
    """One's own bookmarks"""
    return await _kept(request, bookmarks)


async def quotes(request: Request, id: str) -> Json:
    """Posts that quote a post"""
    parts, viewer, span = parts_of(request), await viewer_of(request), page_of(request)
    async with reading(parts, viewer) as (connection, reader):
        post = await post_by_id(connection, id_of(id), viewer)
        views = await timelines.quotes_of(connection, reader, span, post)
    return await _page(request, views, viewer)


async def _kept(request: Request, table: object) -> Json:
    parts, viewer, span = parts_of(request), account_of(request), page_of(request)
    assert table is favourites or table is bookmarks
    async with reading(parts, viewer) as (connection, reader):
        found = await timelines.kept(connection, reader, span, table)
    documents = await shown(parts, found.views, viewer)
    return Json(documents, headers=link_header(request, found.cursors))


async def _page(request: Request, views: Sequence[PostView], viewer: Account | None) -> Json:
    documents = await shown(parts_of(request), views, viewer)
    return Json(documents, headers=link_header(request, [view.post.id for view in views]))


def _keys(tags: Sequence[str]) -> tuple[str, ...]:
    return tuple(tag_key(tag) for tag in tags[:4])
