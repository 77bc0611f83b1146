"""Changing one's own post: its words, its files and what is said of them, its poll.

The same form as for writing, filled with what is there; it needs no script.
"""

from __future__ import annotations

from dataclasses import replace

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.people.queries import Account
from rostra.square import actions, media, polls
from rostra.square.act import Act
from rostra.square.posts import Post
from rostra.square.queries import own_post
from rostra.square.rules import Wish
from rostra.square.views import show
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import fields_of
from rostra.web.mastodon.paging import id_of
from rostra.web.media import document as medium_document
from rostra.web.parts import WebParts, parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Rule
from rostra.web.said import Said, said_of
from rostra.web.square.sheets import Sheet, as_typed, sheet_of, sheet_of_wish
from rostra.web.square.showing import square_page
from rostra.web.square.writing import Desk, desk_of

_DESCRIPTION = "description-{}"


def add_doors(app: FastAPI) -> None:
    one = "/@{handle}/{id}/edit"
    page_door(app, "GET", one, Rule.SIGNED_IN, edit_form)
    page_door(app, "POST", one, Rule.SIGNED_IN, comes_back(edit, edit_form))


async def edit_form(request: Request, handle: str, id: str) -> Response:
    """One's own post as a form: as it is, or as it was typed and cannot be"""
    parts, me, said = parts_of(request), account_of(request), said_of(request)
    async with parts.database.reading() as connection:
        post = await own_post(connection, id_of(id), me)
        sheet = as_typed(said.fields) if said.at else await _sheet(connection, post)
        desk = await _desk(connection, parts, me, post, sheet)
        views = await show(connection, [post.id], me, parts.now_ms())
    return await square_page(
        request, "square/edit.html", me, views, view=views[0],
        desk=replace(desk, sentence=said.sentence),
    )  # fmt: skip


async def edit(request: Request, handle: str, id: str) -> Response:
    """Change one's own post; or show the form again with the files that were sent meanwhile"""
    parts, me, fields = parts_of(request), account_of(request), await fields_of(request)
    sheet = sheet_of(fields)
    if sheet.do == "look":
        request.state.said = Said(tuple(fields), request.url.path)
        return await edit_form(request, handle, id)
    parts.limits.posts.take(me.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        post = await own_post(act.connection, id_of(id), me)
        await _describe(act, me, post, dict(fields))
        await actions.edit(act, post, me, await _wish(act.connection, post, sheet))
    return RedirectResponse(f"/@{me.handle}/{post.id}", 303)


async def _sheet(connection: AsyncConnection, post: Post) -> Sheet:
    """The form filled with what is there."""
    wish = Wish(
        text=post.text,
        warning=post.warning,
        sensitive=post.sensitive,
        language=post.language,
        visibility=post.visibility,
        quote_of=post.quote_of,
        media=tuple(each.id for each in post.attached.media),
        poll=await polls.wish_of(connection, post),
    )
    return sheet_of_wish(wish)


async def _desk(
    connection: AsyncConnection, parts: WebParts, me: Account, post: Post, sheet: Sheet
) -> Desk:
    """The files of the post, whose descriptions may be changed here, before those in no post."""
    desk = await desk_of(connection, parts, me, sheet, files=True)
    there = [medium_document(each, parts.origins) for each in post.attached.media]
    described = frozenset(each.id for each in post.attached.media)
    return replace(desk, uploads=[*there, *desk.uploads], edits=post.id, described=described)


async def _describe(act: Act, me: Account, post: Post, form: dict[str, str]) -> None:
    for each in post.attached.media:
        wanted = form.get(_DESCRIPTION.format(each.id))
        if wanted is not None:
            await media.describe(act, me, each.id, description=wanted, post_id=post.id)


async def _wish(connection: AsyncConnection, post: Post, sheet: Sheet) -> Wish:
    """What the post is to be; a poll whose totals are hidden goes on hiding them."""
    wish, before = sheet.wish(), await polls.wish_of(connection, post)
    if wish.poll is not None and before is not None:
        wish = replace(wish, poll=replace(wish.poll, hide_totals=before.hide_totals))
    return replace(wish, sensitive=sheet.sensitive)
