"""Conversations by the Mastodon API: docs.joinmastodon.org/methods/conversations/."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.square import conversations
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.noticing import conversations_shown
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_AT = "/api/v1/conversations"
_WRITE = "write:conversations"


def add_doors(app: FastAPI) -> None:
    mine = Rule.SIGNED_IN
    api_door(app, "GET", _AT, mine, listed, scope="read:statuses")
    api_door(app, "DELETE", f"{_AT}/{{id}}", mine, put_away, scope=_WRITE)
    api_door(app, "POST", f"{_AT}/{{id}}/read", mine, read, scope=_WRITE)


async def listed(request: Request) -> Json:
    """One's conversations, newest first"""
    parts, viewer, span = parts_of(request), account_of(request), page_of(request)
    async with parts.database.reading() as connection:
        found = await conversations.listed(connection, viewer.id, span)
        shown = await conversations_shown(parts, connection, found, viewer)
    return Json(shown, headers=link_header(request, [each.last_post_id for each in found]))


async def put_away(request: Request, id: str) -> Json:
    """Take a conversation out of the list"""
    async with acting(parts_of(request)) as act:
        await conversations.put_away(act, account_of(request).id, id_of(id))
    return Json({})


async def read(request: Request, id: str) -> Json:
    """Mark a conversation as read"""
    parts, viewer = parts_of(request), account_of(request)
    async with acting(parts) as act:
        await conversations.mark_read(act, viewer.id, id_of(id))
    async with parts.database.reading() as connection:
        found = await conversations.conversation_by_id(connection, viewer.id, id_of(id))
        [shown] = await conversations_shown(parts, connection, [found], viewer)
    return Json(shown)
