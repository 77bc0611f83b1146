"""Timelines as pages, newest first, page by page without a script."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any
from urllib.parse import quote

from fastapi import FastAPI
from sqlalchemy import Table
from starlette.requests import Request
from starlette.responses import Response

from rostra.people.queries import Account
from rostra.square import lists, timelines
from rostra.square.home import home, of_list
from rostra.square.posts import PostView
from rostra.square.spaces_timeline import live_now
from rostra.square.tables import bookmarks, favourites
from rostra.square.text import tag_key
from rostra.square.timelines import TagWishes
from rostra.web.callers import account_of, visitor_of
from rostra.web.door import page_door
from rostra.web.mastodon.paging import id_of, page_of
from rostra.web.pages import on_now, own_spaces
from rostra.web.parts import parts_of
from rostra.web.reading import reading
from rostra.web.rules import Rule
from rostra.web.square.sheets import Sheet
from rostra.web.square.showing import square_page
from rostra.web.square.writing import desk_of

_PAGE = 20


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/", Rule.ANYONE, front)
    page_door(app, "GET", "/public", Rule.ANYONE, public)
    page_door(app, "GET", "/live", Rule.ANYONE, live)
    page_door(app, "GET", "/tags/{tag}", Rule.ANYONE, tagged)
    page_door(app, "GET", "/lists/{id}", Rule.SIGNED_IN, listed)
    page_door(app, "GET", "/bookmarks", Rule.SIGNED_IN, marked)
    page_door(app, "GET", "/favourites", Rule.SIGNED_IN, liked)


async def front(request: Request) -> Response:
    """Home: what is on now, a place to write, and the posts of those whom one follows"""
    parts, me, span = parts_of(request), (await visitor_of(request)).account, page_of(request)
    desk = None
    async with reading(parts, me) as (connection, reader):
        if me is None:
            views = await timelines.public(connection, reader, span)
        else:
            views = await home(connection, reader, span)
            desk = await desk_of(connection, parts, me, Sheet(back="/"))
    return await timeline_page(
        request, me, views, "home" if me else "front", desk=desk, stream="user",
        live=await on_now(parts), mine=await own_spaces(parts, me),
    )  # fmt: skip


async def public(request: Request) -> Response:
    """Everybody's posts"""
    parts, me, span = parts_of(request), (await visitor_of(request)).account, page_of(request)
    async with reading(parts, me) as (connection, reader):
        views = await timelines.public(connection, reader, span)
    return await timeline_page(request, me, views, "public", stream="public")


async def live(request: Request) -> Response:
    """What is written about the Spaces that are on now"""
    parts, me, span = parts_of(request), (await visitor_of(request)).account, page_of(request)
    spaces = await on_now(parts)
    async with reading(parts, me) as (connection, reader):
        slugs = [each["slug"] for each in spaces]
        views = await live_now(connection, reader, span, slugs)
    return await timeline_page(request, me, views, "live", live=spaces)


async def tagged(request: Request, tag: str) -> Response:
    """Posts with a hashtag"""
    parts, me, span = parts_of(request), (await visitor_of(request)).account, page_of(request)
    wishes = TagWishes(tag_key(tag))
    async with reading(parts, me) as (connection, reader):
        views = await timelines.tagged(connection, reader, span, wishes)
    return await timeline_page(
        request, me, views, "tag", heading=f"#{wishes.tag}",
        stream=f"hashtag&tag={quote(wishes.tag)}", feed=f"/feeds/tags/{quote(wishes.tag)}.rss",
    )  # fmt: skip


async def listed(request: Request, id: str) -> Response:
    """Posts of the people on one of one's lists"""
    parts, me, span = parts_of(request), account_of(request), page_of(request)
    async with reading(parts, me) as (connection, reader):
        chosen = await lists.list_by_id(connection, me, id_of(id))
        views = await of_list(connection, reader, span, chosen.id)
    return await timeline_page(
        request, me, views, "list", heading=chosen.title, stream=f"list&list={chosen.id}"
    )


async def marked(request: Request) -> Response:
    """One's own bookmarks"""
    return await _kept(request, bookmarks, "bookmarks")


async def liked(request: Request) -> Response:
    """One's own favourites"""
    return await _kept(request, favourites, "favourites")


async def _kept(request: Request, table: Table, kind: str) -> Response:
    parts, me, span = parts_of(request), account_of(request), page_of(request)
    async with reading(parts, me) as (connection, reader):
        found = await timelines.kept(connection, reader, span, table)
    older = min(found.cursors) if len(found.cursors) == span.limit else None
    return await timeline_page(request, me, list(found.views), kind, older=older)


async def timeline_page(
    request: Request,
    me: Account | None,
    views: Sequence[PostView],
    kind: str,
    *,
    older: int | None = None,
    **values: Any,
) -> Response:
    """The page of a timeline of that `kind`; `older` is where it goes on, if not by the last id."""
    if older is None and len(views) >= _PAGE:
        older = views[-1].post.id
    given: dict[str, Any] = {
        "live": [],
        "mine": [],
        "desk": None,
        "heading": "",
        "stream": "",
        "feed": "",
    } | values
    return await square_page(
        request, "square/timeline.html", me, views,
        views=views, kind=kind, older=older, first=page_of(request).max_id is None,
        back=request.url.path, **given,
    )  # fmt: skip
