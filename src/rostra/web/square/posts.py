"""A post with its thread, and everything that is done with one, as forms that need no script."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import BadInput
from rostra.people.queries import Account
from rostra.square import polls, reactions
from rostra.square.act import Act
from rostra.square.posts import Post, PostView
from rostra.square.queries import no_such_post, own_post, post_by_id, revisions_of
from rostra.square.removal import remove_boost, remove_post
from rostra.square.threads import MOST_IN_THREAD, thread_of
from rostra.square.views import show
from rostra.web.acting import acting
from rostra.web.callers import account_of, visitor_of
from rostra.web.door import page_door
from rostra.web.forms import fields_of, form_of
from rostra.web.mastodon.paging import id_of
from rostra.web.own_paths import own_path
from rostra.web.parts import parts_of
from rostra.web.reading import reading
from rostra.web.rules import Rule
from rostra.web.square.sheets import Sheet
from rostra.web.square.showing import PART, square_page
from rostra.web.square.writing import answer_to, desk_of

Move = Callable[[Act, Post, Account], Awaitable[Any]]


async def _boost(act: Act, post: Post, me: Account) -> None:
    await reactions.boost(act, post, me, "public")


ANSWERS = 60
"""On one page."""

MOVES: dict[str, Move] = {
    "favourite": reactions.favourite,
    "unfavourite": reactions.unfavourite,
    "bookmark": reactions.bookmark,
    "unbookmark": reactions.unbookmark,
    "boost": _boost,
    "unboost": reactions.unboost,
    "pin": reactions.pin,
    "unpin": reactions.unpin,
    "hush": reactions.mute_thread,
    "unhush": reactions.unmute_thread,
}


def add_doors(app: FastAPI) -> None:
    one = "/@{handle}/{id}"
    page_door(app, "GET", one, Rule.ANYONE, thread)
    page_door(app, "POST", f"{one}/delete", Rule.SIGNED_IN, delete)
    page_door(app, "POST", f"{one}/vote", Rule.SIGNED_IN, vote)
    page_door(app, "GET", f"{one}/history", Rule.ANYONE, history)
    for name, move in MOVES.items():
        page_door(app, "POST", f"{one}/{name}", Rule.SIGNED_IN, _moved(name, move))


async def thread(request: Request, handle: str, id: str) -> Response:
    """A post, what it answers, and what answers it"""
    parts, me = parts_of(request), (await visitor_of(request)).account
    skip = min(id_of(request.query_params.get("after", "")), MOST_IN_THREAD)
    async with reading(parts, me) as (connection, reader):
        post = await post_by_id(connection, id_of(id), me)
        around = await thread_of(connection, post, reader, skip=skip, most=ANSWERS)
        views = await show(connection, [post.id], me, parts.now_ms())
        view = _one(views, handle)
        back = f"/@{view.author.handle}/{post.id}"
        desk = None
        if me is not None:
            sheet = answer_to(view, me, Sheet(back=back))
            desk = await desk_of(connection, parts, me, sheet)
    every = [*around.above, *views, *around.below]
    return await square_page(
        request, "square/thread.html", me, every,
        view=view, above=around.above, below=around.below, after=around.after,
        skip=skip, back=back, desk=desk,
    )  # fmt: skip


async def history(request: Request, handle: str, id: str) -> Response:
    """What a post was before it was edited"""
    parts, me = parts_of(request), (await visitor_of(request)).account
    async with parts.database.reading() as connection:
        post = await post_by_id(connection, id_of(id), me)
        before = await revisions_of(connection, post)
        views = await show(connection, [post.id], me, parts.now_ms())
    return await square_page(
        request, "square/history.html", me, views, view=_one(views, handle), before=before[::-1]
    )


async def delete(request: Request, handle: str, id: str) -> Response:
    """Delete one's own post"""
    parts, me, form = parts_of(request), account_of(request), await form_of(request)
    async with acting(parts) as act:
        post = await own_post(act.connection, id_of(id), me)
        if post.boost_of is None:
            await remove_post(act, post, by_moderator=False)
        else:
            await remove_boost(act, post)
    where = own_path(form.get("back", "")) or "/"
    return RedirectResponse("/" if str(post.id) in where else where, 303)


async def vote(request: Request, handle: str, id: str) -> Response:
    """Vote in the poll of a post"""
    parts, me, fields = parts_of(request), account_of(request), await fields_of(request)
    chosen = [value for name, value in fields if name == "choice"]
    if not all(each.isascii() and each.isdecimal() and len(each) < 4 for each in chosen):
        raise BadInput("Choose one of the options that the poll shows.")
    parts.limits.reactions.take(me.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        post = await post_by_id(act.connection, id_of(id), me)
        await polls.vote(act, post, me, [int(each) for each in chosen])
    return await _after(request, me, post, dict(fields))


def _moved(name: str, move: Move) -> Callable[..., Awaitable[Response]]:
    async def moved(request: Request, handle: str, id: str) -> Response:
        parts, me, form = parts_of(request), account_of(request), await form_of(request)
        parts.limits.reactions.take(me.id, parts.clock.boot_ns())
        async with acting(parts) as act:
            post = await post_by_id(act.connection, id_of(id), me)
            await move(act, post, me)
        return await _after(request, me, post, form)

    moved.__doc__ = f"{name.capitalize()} a post"
    return moved


async def _after(request: Request, me: Account, post: Post, form: dict[str, str]) -> Response:
    """Back to the page; for a script the post as it is now."""
    parts = parts_of(request)
    where = own_path(form.get("back", "")) or "/"
    if PART not in request.headers:
        return RedirectResponse(f"{where}#p{post.id}", 303)
    async with parts.database.reading() as connection:
        views = await show(connection, [post.id], me, parts.now_ms())
    return await square_page(request, "square/one.html", me, views, views=views, back=where)


def _one(views: list[PostView], handle: str) -> PostView:
    if not views or views[0].author.handle != handle.lower():
        raise no_such_post()
    return views[0]
