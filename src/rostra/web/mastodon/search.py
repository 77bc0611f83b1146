"""Search by the Mastodon API: https://docs.joinmastodon.org/methods/search/."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.web.callers import viewer_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_relations import tag
from rostra.web.mastodon.paging import link_header, offset_of, page_of
from rostra.web.mastodon.parameters import Query, query
from rostra.web.mastodon.showing import shown
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.searching import KINDS, MOST_SKIPPED, Asked, Kind, look
from rostra.web.spaces import document

_KINDS: dict[str, Kind] = {
    "accounts": "people", "statuses": "posts", "hashtags": "tags", "spaces": "spaces",
}  # fmt: skip


class Search(Query):
    """What is looked for. `type` is accounts, statuses, hashtags or spaces, or all when empty."""

    q: str
    type: str = ""
    resolve: bool = False
    following: bool = False
    account_id: str = ""
    exclude_unreviewed: bool = False
    limit: int = 20
    offset: int = 0
    max_id: str = ""
    min_id: str = ""


def add_doors(app: FastAPI) -> None:
    api_door(
        app, "GET", "/api/v2/search", Rule.ANYONE, everything, scope="read:search", query=Search
    )


async def everything(request: Request) -> Json:
    """Search for people, posts, hashtags and Spaces; docs/search.md has the operators"""
    parts, viewer, wish = parts_of(request), await viewer_of(request), query(request, Search)
    if wish.type and wish.type not in _KINDS:
        raise NotProcessable("Validation failed: type is accounts, statuses, hashtags or spaces.")
    span = page_of(request, 20, 40)
    kinds = (_KINDS[wish.type],) if wish.type else KINDS
    asked = Asked(
        wish.q, kinds, span.limit, offset_of(request, MOST_SKIPPED), span,
        following=wish.following, author_id=wish.account_id[:32],
    )  # fmt: skip
    found = await look(request, viewer, asked)
    documents = {
        "accounts": [account(each, parts.origins) for each in found.people],
        "statuses": await shown(parts, found.posts, viewer),
        "hashtags": [tag(each.tag, parts.origins, following=False) for each in found.tags],
        "spaces": [document(each, parts.origins) for each in found.spaces],
    }
    if wish.type != "statuses":
        return Json(documents)
    ids = [view.post.id for view in found.posts] + ([found.older] if found.older else [])
    return Json(documents, headers=link_header(request, ids, more=found.older is not None))
