"""Somebody's page: who they are, their posts, their Spaces."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from rostra.people.rules import SEEN
from rostra.square import timelines
from rostra.square.posts import PostView
from rostra.square.span import Span
from rostra.square.timelines import Wishes
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.following import person_of, relation_to
from rostra.web.mastodon.paging import page_of
from rostra.web.pages import hosted_by
from rostra.web.parts import parts_of
from rostra.web.reading import reading
from rostra.web.rules import Rule
from rostra.web.square.showing import square_page

TABS = {
    "posts": Wishes(replies=False),
    "replies": Wishes(),
    "media": Wishes(only_media=True),
}


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/@{handle}", Rule.ANYONE, posts)
    page_door(app, "GET", "/@{handle}/with_replies", Rule.ANYONE, replies)
    page_door(app, "GET", "/@{handle}/media", Rule.ANYONE, pictures)
    page_door(app, "GET", "/@{handle}/spaces", Rule.ANYONE, spaces)


async def posts(request: Request, handle: str) -> Response:
    """Somebody's posts, those that they pinned first"""
    return await _show(request, handle, "posts")


async def replies(request: Request, handle: str) -> Response:
    """Their answers as well"""
    return await _show(request, handle, "replies")


async def pictures(request: Request, handle: str) -> Response:
    """Their pictures and sounds"""
    return await _show(request, handle, "media")


async def spaces(request: Request, handle: str) -> Response:
    """The Spaces that they host"""
    return await _show(request, handle, "spaces")


async def _show(request: Request, handle: str, tab: str) -> Response:
    parts, me, span = parts_of(request), (await visitor_of(request)).account, page_of(request)
    pinned: list[PostView] = []
    views: list[PostView] = []
    async with reading(parts, me) as (connection, reader):
        person = await person_of(connection, handle, reader.circle)
        relation = await relation_to(connection, me, person, parts.now_ms())
        if tab in TABS and person.state in SEEN:
            views = await timelines.of_account(connection, reader, span, person.id, TABS[tab])
            if tab == "posts" and span.max_id is None:
                pinned = await timelines.of_account(
                    connection, reader, Span(10), person.id, Wishes(pinned=True)
                )
    groups = await hosted_by(parts, person.id) if tab == "spaces" else {}
    older = views[-1].post.id if len(views) == span.limit else None
    return await square_page(
        request, "square/profile.html", me, [*pinned, *views],
        person=person, relation=relation, tab=tab, views=views, pinned=pinned, older=older,
        groups=groups, back=request.url.path,
    )  # fmt: skip
