"""Posts and Spaces inside other people's pages: /api/oembed, https://oembed.com.

What is given is text with links, without frames and scripts, so that nothing of ours runs there.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from html import escape

from fastapi import FastAPI
from pydantic import ConfigDict
from starlette.requests import Request
from starlette.responses import JSONResponse

from rostra.errors import BadInput, NotFound
from rostra.ids import SLUG_LENGTH
from rostra.rooms import actions
from rostra.square import views
from rostra.web.mastodon.answers import Document, Json, day
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_status import address_of, content
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Query, parameters
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule

WIDTH, NARROWEST = 400, 200
_ANSWERS = {200: "As oembed.com says.", 501: "Another format than JSON was asked for."}
_HEIGHT = {"post": 240, "space": 140}
_POST = re.compile(r"/@([a-z0-9_]{1,30})/(\d{1,19})")
_SPACE = re.compile(rf"/spaces/([a-z0-9-]{{1,{SLUG_LENGTH}}})")
_LISTEN = re.compile(rf"/s/([a-z0-9-]{{1,{SLUG_LENGTH}}})")


class Wanted(Query):
    """The address of a post or a Space, and how large it may be shown, in pixels."""

    model_config = ConfigDict(json_schema_extra={"required": ["url"]})

    url: str = ""
    maxwidth: int | None = None
    maxheight: int | None = None
    format: str = "json"


@dataclass(frozen=True)
class _Shown:
    """What is shown: `kind` is post or space."""

    kind: str
    title: str
    author: str
    author_url: str
    html: str


def add_doors(app: FastAPI) -> None:
    api_door(app, "GET", "/api/oembed", Rule.ANYONE, oembed, query=Wanted, answers=_ANSWERS)


async def oembed(request: Request) -> Json | JSONResponse:
    """A post or a Space as HTML for another page"""
    parts, wish = parts_of(request), await parameters(request, Wanted)
    if wish.format != "json":
        return JSONResponse({"error": "Only format=json is made here."}, 501)
    return Json(_document(await _found(parts, wish.url), wish, parts))


async def _found(parts: WebParts, url: str) -> _Shown:
    """Raises BadInput for no address, NotFound for what is elsewhere or not for everybody."""
    if not url or len(url) > 500:
        raise BadInput("Say what is to be shown: url=… of a post or a Space.")
    home, live = parts.settings.public_url, parts.settings.live_url
    if (post := _POST.fullmatch(url.removeprefix(home))) and url.startswith(home):
        return await _post(parts, post[1], id_of(post[2]))
    if (space := _SPACE.fullmatch(url.removeprefix(home))) and url.startswith(home):
        return await _space(parts, space[1])
    if (space := _LISTEN.fullmatch(url.removeprefix(live))) and url.startswith(live):
        return await _space(parts, space[1])
    raise NotFound("There is no post and no Space of ours at that address.")


async def _post(parts: WebParts, handle: str, post_id: int) -> _Shown:
    async with parts.database.reading() as connection:
        found = await views.show(connection, [post_id], None, parts.now_ms())
    # The same posts as have a page for everybody, at the address of that page alone.
    there = [v for v in found if v.post.is_open and v.boost is None and v.author.handle == handle]
    if not there:
        raise NotFound("There is no post at that address that everybody may see.")
    post, author = there[0].post, there[0].author
    page, address = (
        f"{parts.settings.public_url}/@{handle}",
        address_of(post, handle, parts.origins),
    )
    text = escape(post.warning) if post.warning else content(post, parts.origins)
    html = (
        f'<blockquote class="rostra-post" cite="{escape(address)}">{text}'
        f"<footer>— {escape(author.name)} (@{escape(author.handle)}), "
        f'<a href="{escape(address)}">{day(post.created_ms)}</a></footer></blockquote>'
    )
    return _Shown("post", f"{author.name} (@{author.handle})", author.name, page, html)


async def _space(parts: WebParts, slug: str) -> _Shown:
    found = await actions.read_manifest(parts.places, slug)
    page = f"{parts.settings.live_url}/s/{found.slug}"
    html = (
        f'<blockquote class="rostra-space" cite="{escape(page)}"><p><a href="{escape(page)}">'
        f"{escape(found.title)}</a></p><footer>— {escape(found.host)}</footer></blockquote>"
    )
    return _Shown("space", found.title, found.host, page, html)


def _document(shown: _Shown, wish: Wanted, parts: WebParts) -> Document:
    widest = WIDTH if wish.maxwidth is None else max(NARROWEST, min(wish.maxwidth, WIDTH))
    height = _HEIGHT[shown.kind]
    return {
        "type": "rich",
        "version": "1.0",
        "title": shown.title,
        "author_name": shown.author,
        "author_url": shown.author_url,
        "provider_name": "Rostra",
        "provider_url": f"{parts.settings.public_url}/",
        "cache_age": 3600,
        "html": shown.html,
        "width": widest,
        "height": height if wish.maxheight is None else max(50, min(wish.maxheight, height)),
    }
