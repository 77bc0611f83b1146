"""The search page: /search, with tabs for people, posts, Spaces and hashtags."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote, urlencode

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import Response

from rostra.errors import NotProcessable, RostraError, TooMany, Unavailable
from rostra.square.posts import PostView
from rostra.square.search_marks import excerpt
from rostra.square.search_terms import Terms
from rostra.square.span import Span
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.mastodon.answers import moment
from rostra.web.mastodon.paging import id_of
from rostra.web.parts import Origins, parts_of
from rostra.web.rules import Rule
from rostra.web.searching import KINDS, MOST_SKIPPED, Asked, Found, Kind, look, terms_of
from rostra.web.spaces import document
from rostra.web.templates import page, told

TABS = ("all", *KINDS)
_FEW, _MANY = 5, 20
_REFUSALS = (NotProcessable, TooMany, Unavailable)


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/search", Rule.ANYONE, show)


async def show(request: Request) -> Response:
    """What was found for q, by tab"""
    given = request.query_params
    text, tab = given.get("q", "")[:2000].strip(), given.get("type", "all")
    tab = tab if tab in TABS else "all"
    kinds: tuple[Kind, ...] = KINDS if tab == "all" else tuple(k for k in KINDS if k == tab)
    limit = _FEW if tab == "all" else _MANY
    offset = 0 if tab in ("all", "posts") else _number(given.get("offset", ""))
    span = Span(limit, max_id=id_of(given.get("max_id", "")) or None)
    visitor, found = await visitor_of(request), Found()
    refusal: RostraError | None = None
    viewer = visitor.account if visitor.account and visitor.account.may_act else None
    try:
        # one more than is shown says whether there is another page
        found = await look(request, viewer, Asked(text, kinds, limit + 1, offset, span))
    except _REFUSALS as error:
        refusal = error
    shown = _shown(found, terms_of(text), parts_of(request).origins)
    more = tab != "all" and len(shown[tab]) > limit
    shown = {kind: several[:limit] for kind, several in shown.items()}
    return await page(
        request,
        "search.html",
        status=refusal.status if refusal is not None else 200,
        headers=_wait(refusal),
        me=visitor.account,
        asked=text,
        tab=tab,
        tabs=[(name, _address(text, name)) for name in TABS],
        found=shown,
        nothing=not any(shown.values()),
        refusal=told(request, refusal),
        older=_next(text, tab, shown, limit + offset) if more else _beyond(text, tab, found),
        tag_page=lambda tag: f"/tags/{quote(tag, safe='')}",
    )


def _shown(found: Found, terms: Terms, origins: Origins) -> dict[str, list[Any]]:
    return {
        "people": found.people, "posts": [_post(view, terms) for view in found.posts],
        "spaces": [document(each, origins) for each in found.spaces], "tags": found.tags,
    }  # fmt: skip


def _wait(refusal: RostraError | None) -> dict[str, str] | None:
    if refusal is None or refusal.retry_after is None:
        return None
    return {"Retry-After": str(refusal.retry_after)}


def _post(view: PostView, terms: Terms) -> dict[str, Any]:
    """A post as a result: its words in pieces, of which some are marked."""
    post, hidden = view.post, bool(view.post.warning)
    return {
        "author": view.author,
        "address": f"/@{view.author.handle}/{post.id}",
        "id": post.id,
        "moment": moment(post.created_ms),
        "language": post.language,
        "pieces": excerpt(post.warning if hidden else post.text, terms),
        "hidden": hidden,
        "media": len(post.attached.media),
    }


def _next(text: str, tab: str, shown: dict[str, list[Any]], offset: int) -> str | None:
    if tab == "posts":
        return _address(text, tab, max_id=shown["posts"][-1]["id"])
    return _address(text, tab, offset=offset) if offset <= MOST_SKIPPED else None


def _beyond(text: str, tab: str, found: Found) -> str | None:
    """Where a page of posts goes on that those hidden from the reader made short, or empty."""
    if tab != "posts" or found.older is None:
        return None
    return _address(text, tab, max_id=found.older)


def _address(text: str, tab: str, **more: int) -> str:
    return "/search?" + urlencode({"q": text, "type": tab, **more})


def _number(text: str) -> int:
    small = text.isascii() and text.isdecimal() and len(text) < 6
    return min(int(text), MOST_SKIPPED) if small else 0
