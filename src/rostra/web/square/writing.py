"""Writing: a page that needs no script, and what its form does: post, post later, keep a draft.

What was written is never lost: a form that cannot be taken comes back with its contents and the
sentence that says why.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass, field, replace
from typing import Any

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncConnection
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.charter.choices import read_charter
from rostra.errors import NotFound, RostraError
from rostra.people import editing
from rostra.people.queries import Account
from rostra.square import drafts, media
from rostra.square.posts import PostView
from rostra.square.scheduling import Scheduled
from rostra.square.views import show
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.forms import fields_of
from rostra.web.mastodon.paging import id_of
from rostra.web.media import document as medium_document
from rostra.web.own_paths import own_path
from rostra.web.parts import WebParts, parts_of
from rostra.web.posting import put_up
from rostra.web.problems import refusal_headers, wants_page
from rostra.web.rules import Rule
from rostra.web.square.sheets import Sheet, as_typed, sheet_of, sheet_of_wish
from rostra.web.square.showing import square_page
from rostra.web.templates import told

LONGEST_PREFILLED = 2000


@dataclass(frozen=True)
class Desk:
    """What the form is drawn from: the sheet, who may be asked, the files that are there.

    `edits` is the post that is changed by it, if it is not a new one, and `described` are those of
    the files whose description stands in the form.
    """

    sheet: Sheet
    uploads: list[dict[str, Any]]
    longest: int
    reply_to: PostView | None = None
    quote: PostView | None = None
    sentence: str = ""
    edits: int | None = None
    described: frozenset[int] = frozenset()
    key: str = field(default_factory=lambda: secrets.token_urlsafe(18))


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/compose", Rule.SIGNED_IN, compose)
    page_door(app, "POST", "/posts", Rule.SIGNED_IN, write)


async def compose(request: Request) -> Response:
    """A page to write on: an answer, a quote, a draft, or words that were brought along"""
    parts, me, asked = parts_of(request), account_of(request), request.query_params
    async with parts.database.reading() as connection:
        if asked.get("draft"):
            kept = await drafts.draft_by_id(connection, me, id_of(asked["draft"]))
            sheet = sheet_of_wish(kept.wish, draft=kept.id)
        else:
            sheet = Sheet(
                text=asked.get("text", "")[:LONGEST_PREFILLED],
                reply_to=id_of(asked["reply"]) if asked.get("reply") else None,
                quote_of=id_of(asked["quote"]) if asked.get("quote") else None,
            )
        desk = await desk_of(connection, parts, me, sheet, files=True)
    if (sheet.reply_to and not desk.reply_to) or (sheet.quote_of and not desk.quote):
        raise NotFound("The post is not there any more, so it cannot be answered or quoted.")
    if desk.reply_to is not None and not asked.get("draft"):
        desk = replace(desk, sheet=answer_to(desk.reply_to, me, sheet))
    return await _page(request, me, desk)


async def write(request: Request) -> Response:
    """Do what the form says: post, post later, or keep a draft and perhaps add files to it"""
    me, sheet = account_of(request), Sheet()
    try:
        fields = await fields_of(request)
        sheet = as_typed(fields)
        sheet = sheet_of(fields)
        if sheet.do in {"draft", "files"}:
            return await _keep(request, me, sheet)
        return await _post(request, me, sheet)
    except RostraError as error:
        if not wants_page(request):
            raise
        return await _back_to_the_desk(request, me, sheet, error)


async def desk_of(
    connection: AsyncConnection,
    parts: WebParts,
    me: Account,
    sheet: Sheet,
    *,
    files: bool = False,
    sentence: str = "",
) -> Desk:
    """The form for `sheet`, with what it is about as far as one may see it.

    With `files` all that are in no post yet are offered, else those of the sheet.
    """
    around = [each for each in (sheet.reply_to, sheet.quote_of) if each is not None]
    views = {each.post.id: each for each in await show(connection, around, me, parts.now_ms())}
    waiting = await media.loose(connection, me)
    own = await editing.own(connection, me.id)
    if not sheet.visibility:
        sheet = replace(sheet, visibility=own.default_visibility)
    return Desk(
        sheet,
        [
            medium_document(each, parts.origins)
            for each in waiting
            if files or each.id in sheet.media
        ],
        (await read_charter(connection)).longest_post,
        views.get(sheet.reply_to or 0),
        views.get(sheet.quote_of or 0),
        sentence,
    )


def answer_to(view: PostView, me: Account, sheet: Sheet) -> Sheet:
    """An answer begins with who is answered, and is for no more people than what it answers."""
    post = view.shown.post
    named = dict.fromkeys(
        [view.shown.author.handle, *(each.handle for each in post.attached.mentions)]
    )
    names = " ".join(f"@{handle}" for handle in named if handle != me.handle)
    return replace(
        sheet,
        text=sheet.text or (f"{names} " if names else ""),
        warning=post.warning,
        visibility=post.visibility,
        reply_to=post.id,
    )


async def _post(request: Request, me: Account, sheet: Sheet) -> Response:
    parts = parts_of(request)
    made = await put_up(parts, me, sheet.wish(), key=sheet.key, due_ms=sheet.due_ms())
    if sheet.draft is not None:
        async with acting(parts) as act:
            await drafts.forget_draft(act, me, sheet.draft)
    if isinstance(made, Scheduled):
        return RedirectResponse("/scheduled", 303)
    return RedirectResponse(own_path(sheet.back) or f"/@{me.handle}/{made.id}", 303)


async def _keep(request: Request, me: Account, sheet: Sheet) -> Response:
    async with acting(parts_of(request)) as act:
        await drafts.keep_draft(act, me, sheet.wish(), sheet.draft)
    return RedirectResponse("/uploads" if sheet.do == "files" else "/drafts", 303)


async def _back_to_the_desk(
    request: Request, me: Account, sheet: Sheet, error: RostraError
) -> Response:
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        sentence = told(request, error)
        desk = await desk_of(connection, parts, me, sheet, files=True, sentence=sentence)
    answer = await _page(request, me, desk)
    answer.status_code = error.status
    answer.headers.update(refusal_headers(error))
    return answer


async def _page(request: Request, me: Account, desk: Desk) -> Response:
    about = [each for each in (desk.reply_to, desk.quote) if each is not None]
    return await square_page(request, "square/write.html", me, about, desk=desk, back="")
