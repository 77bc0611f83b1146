"""Conversations: posts for those alone whom they name, by thread."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people import profiles
from rostra.people.profiles import Profile
from rostra.square import conversations
from rostra.square.conversations import Conversation
from rostra.square.posts import PostView
from rostra.square.queries import post_by_id
from rostra.square.text import line_of
from rostra.square.views import show
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.mastodon.paging import id_of, page_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule
from rostra.web.square.showing import square_page

LONGEST_LINE = 140
_AT = "/conversations"


@dataclass(frozen=True)
class Line:
    """A conversation as the page shows it."""

    of: Conversation
    people: tuple[Profile, ...]
    view: PostView
    words: str


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    page_door(app, "GET", _AT, me, listing)
    page_door(app, "POST", f"{_AT}/{{id}}/open", me, opened)
    page_door(app, "POST", f"{_AT}/{{id}}/away", me, put_away)


async def listing(request: Request) -> Response:
    """One's conversations, the newest first"""
    parts, me, span = parts_of(request), account_of(request), page_of(request)
    async with parts.database.reading() as connection:
        found = await conversations.listed(connection, me.id, span)
        views = await show(connection, [each.last_post_id for each in found], me, parts.now_ms())
        people = await profiles.of_ids(connection, {id for each in found for id in each.others})
    newest = {view.post.id: view for view in views}
    lines = [
        _line(each, people, newest[each.last_post_id])
        for each in found
        if each.last_post_id in newest
    ]
    return await square_page(
        request, "square/conversations.html", me, [], lines=lines,
        older=found[-1].last_post_id if len(found) == span.limit else None,
    )  # fmt: skip


async def opened(request: Request, id: str) -> Response:
    """Read it: go to its newest post"""
    me = account_of(request)
    async with acting(parts_of(request)) as act:
        chosen = await conversations.conversation_by_id(act.connection, me.id, id_of(id))
        await conversations.mark_read(act, me.id, chosen.id)
        post = await post_by_id(act.connection, chosen.last_post_id, me)
        author = (await profiles.of_ids(act.connection, [post.author_id]))[post.author_id]
    return RedirectResponse(f"/@{author.handle}/{post.id}", 303)


async def put_away(request: Request, id: str) -> Response:
    """Out of the list, until a new post comes"""
    async with acting(parts_of(request)) as act:
        await conversations.put_away(act, account_of(request).id, id_of(id))
    return RedirectResponse(_AT, 303)


def _line(each: Conversation, people: dict[str, Profile], view: PostView) -> Line:
    shown = tuple(people[one] for one in each.others if one in people)
    words = line_of(view.post.warning or view.post.text, LONGEST_LINE)
    return Line(each, shown, view, words)
