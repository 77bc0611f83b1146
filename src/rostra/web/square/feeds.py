"""Public posts as RSS 2.0, for readers of feeds: of a person, and with a hashtag."""

from __future__ import annotations

from collections.abc import Sequence
from email.utils import formatdate
from xml.sax.saxutils import escape

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from rostra.people.rules import SEEN
from rostra.square import timelines
from rostra.square.posts import PostView
from rostra.square.relations import no_such_person
from rostra.square.text import line_of, tag_key
from rostra.square.timelines import TagWishes, Wishes
from rostra.web.door import page_door
from rostra.web.following import person_of
from rostra.web.mastodon.paging import page_of
from rostra.web.parts import WebParts, parts_of
from rostra.web.reading import reading
from rostra.web.rules import Rule
from rostra.web.square.showing import Sights

_TYPE = "application/rss+xml; charset=utf-8"
_TITLE = 80


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/@{handle}.rss", Rule.ANYONE, of_person)
    page_door(app, "GET", "/feeds/tags/{tag}.rss", Rule.ANYONE, of_tag)


async def of_person(request: Request, handle: str) -> Response:
    """Somebody's public posts as a feed"""
    parts = parts_of(request)
    async with reading(parts, None) as (connection, reader):
        person = await person_of(connection, handle, reader.circle)
        if person.state not in SEEN:
            raise no_such_person()
        wishes = Wishes(replies=False, boosts=False)
        views = await timelines.of_account(connection, reader, page_of(request), person.id, wishes)
    public = [view for view in views if view.post.visibility == "public"]
    title = f"{person.name} (@{person.handle})"
    return _feed(parts, title, f"/@{person.handle}", person.bio, public)


async def of_tag(request: Request, tag: str) -> Response:
    """Public posts with a hashtag as a feed"""
    parts, key = parts_of(request), tag_key(tag)
    async with reading(parts, None) as (connection, reader):
        views = await timelines.tagged(connection, reader, page_of(request), TagWishes(key))
    return _feed(parts, f"#{key}", f"/tags/{key}", "", views)


def _feed(
    parts: WebParts, title: str, path: str, about: str, views: Sequence[PostView]
) -> Response:
    sights, home = Sights(parts, None, {}), parts.settings.public_url
    items = "".join(_item(view, sights, home) for view in views)
    body = (
        '<?xml version="1.0" encoding="UTF-8"?>\n<rss version="2.0"><channel>'
        f"<title>{_said(title)}</title><link>{_said(home + path)}</link>"
        f"<description>{_said(about)}</description>{items}</channel></rss>\n"
    )
    return Response(body, media_type=_TYPE, headers={"Cache-Control": "max-age=300"})


def _item(view: PostView, sights: Sights, home: str) -> str:
    post, where = view.post, f"{home}{sights.address(view)}"
    words = escape(post.warning) if post.warning else str(sights.words(post))
    title = line_of(post.warning or post.text, _TITLE)
    return (
        f"<item><title>{_said(title)}</title><link>{where}</link>"
        f'<guid isPermaLink="true">{where}</guid>'
        f"<pubDate>{formatdate(post.created_ms / 1000, usegmt=True)}</pubDate>"
        f"<description>{_said(words)}</description></item>"
    )


def _said(text: str) -> str:
    """As XML may say it: a few control characters that a profile may hold are none of its own."""
    return escape("".join(c for c in text if c in "\t\n\r" or c >= " "))
