"""Posts by the Mastodon API: https://docs.joinmastodon.org/methods/statuses/."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel, ConfigDict
from starlette.requests import Request

from rostra.errors import NotFound
from rostra.people.queries import Account
from rostra.square import actions, media, quoting
from rostra.square.posts import PostView
from rostra.square.queries import no_such_post, own_post, post_by_id, revisions_of
from rostra.square.removal import remove_boost, remove_post
from rostra.square.rules import PollWish, Wish
from rostra.square.scheduling import Scheduled
from rostra.square.threads import thread_of
from rostra.square.views import show
from rostra.web.acting import acting
from rostra.web.callers import account_of, known_caller, viewer_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.callers import moment_of
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_status import context, revision, source
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Parameters, Query, Several, parameters, query
from rostra.web.mastodon.scheduled import scheduled_status
from rostra.web.mastodon.showing import filtered, shown, sight_of
from rostra.web.parts import WebParts, parts_of
from rostra.web.posting import put_up
from rostra.web.reading import reading
from rostra.web.rules import Rule

_AT = "/api/v1/statuses"
_READ, _WRITE = "read:statuses", "write:statuses"


class NewPoll(Parameters):
    """A poll with a post."""

    options: Several[str]
    expires_in: int
    multiple: bool = False
    hide_totals: bool = False


class MediaChange(BaseModel):
    """What is to be different with a picture of a post."""

    model_config = ConfigDict(coerce_numbers_to_str=True)

    id: str
    description: str | None = None
    focus: str | None = None


class Words(Parameters):
    """What may be said of a post, new or edited."""

    status: str = ""
    spoiler_text: str = ""
    sensitive: bool | None = None
    language: str | None = None
    media_ids: Several[str] = ()
    poll: NewPoll | None = None


class EditedStatus(Words):
    """What a post is to be from now on; pictures that are not named are taken off."""

    media_attributes: Several[MediaChange] = ()
    quote_approval_policy: str | None = None


class Removal(Query):
    """Whether the pictures go as well, or may be put in another post for a day."""

    delete_media: bool = False


class NewStatus(Words):
    """A post to be."""

    in_reply_to_id: str | None = None
    quoted_status_id: str | None = None
    quote_approval_policy: str | None = None
    visibility: str | None = None
    scheduled_at: str | None = None


class Many(Query):
    """Which posts."""

    id: Several[str] = ()


def add_doors(app: FastAPI) -> None:
    one = f"{_AT}/{{id}}"
    api_door(app, "POST", _AT, Rule.SIGNED_IN, create, scope=_WRITE, body=NewStatus)
    api_door(app, "GET", _AT, Rule.ANYONE, several, scope=_READ, query=Many)
    api_door(app, "GET", one, Rule.ANYONE, read, scope=_READ)
    api_door(app, "PUT", one, Rule.SIGNED_IN, change, scope=_WRITE, body=EditedStatus)
    api_door(app, "DELETE", one, Rule.SIGNED_IN, remove, scope=_WRITE, query=Removal)
    api_door(app, "GET", f"{one}/context", Rule.ANYONE, around, scope=_READ)
    api_door(app, "GET", f"{one}/history", Rule.ANYONE, history, scope=_READ)
    api_door(app, "GET", f"{one}/card", Rule.ANYONE, card, scope=_READ)
    api_door(app, "POST", f"{one}/translate", Rule.SIGNED_IN, translate, scope=_READ)
    api_door(app, "GET", f"{one}/source", Rule.SIGNED_IN, words, scope=_READ)


async def create(request: Request) -> Json:
    """Publish a post, or have it published later"""
    parts, author = parts_of(request), account_of(request)
    wanted = await parameters(request, NewStatus)
    key = request.headers.get("idempotency-key", "")
    due_ms = None if wanted.scheduled_at is None else moment_of(wanted.scheduled_at)
    caller = known_caller(request)
    made = await put_up(parts, author, _wish(wanted, caller.application_id), key=key, due_ms=due_ms)
    if isinstance(made, Scheduled):
        return Json(scheduled_status(made))
    return Json(await one_status(parts, made.id, author))


async def several(request: Request) -> Json:
    """Read some posts"""
    parts, viewer = parts_of(request), await viewer_of(request)
    ids = [id_of(text) for text in query(request, Many).id[:40]]
    async with parts.database.reading() as connection:
        views = await show(connection, ids, viewer, parts.now_ms())
    return Json(await shown(parts, views, viewer))


async def read(request: Request, id: str) -> Json:
    """Read a post"""
    return Json(await one_status(parts_of(request), id_of(id), await viewer_of(request)))


async def change(request: Request, id: str) -> Json:
    """Change one's own post; what it was before is kept"""
    parts, author = parts_of(request), account_of(request)
    wanted = await parameters(request, EditedStatus)
    parts.limits.posts.take(author.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        post = await own_post(act.connection, id_of(id), author)
        for each in wanted.media_attributes[: media.MOST_AT_A_POST]:
            await media.describe(
                act, author, id_of(each.id), description=each.description,
                focus=None if each.focus is None else media.checked_focus(each.focus),
                post_id=post.id,
            )  # fmt: skip
        if wanted.quote_approval_policy is not None:
            await quoting.choose_quoters(act, post, wanted.quote_approval_policy)
        await actions.edit(act, post, author, _changes(wanted))
    return Json(await one_status(parts, id_of(id), author))


async def remove(request: Request, id: str) -> Json:
    """Delete one's own post; the answer has its words, to be written anew"""
    parts, author, wanted = (
        parts_of(request),
        account_of(request),
        await parameters(request, Removal),
    )
    async with acting(parts) as act:
        post = await own_post(act.connection, id_of(id), author)
        views = await show(act.connection, [post.id], author, act.now_ms)
        if post.boost_of is None:
            if not wanted.delete_media:
                await media.take_off(act, post.id)
            await remove_post(act, post, by_moderator=False)
        else:
            await remove_boost(act, post)
    documents = await shown(parts, views, author)
    if not documents:
        raise no_such_post()
    return Json(documents[0] | {"text": post.text})


async def around(request: Request, id: str) -> Json:
    """What a post answers, and what answers it"""
    parts, viewer = parts_of(request), await viewer_of(request)
    async with reading(parts, viewer) as (connection, reader):
        post = await post_by_id(connection, id_of(id), viewer)
        thread = await thread_of(connection, post, reader)
    sight = await sight_of(parts, (*thread.above, *thread.below), viewer)
    above = await filtered(parts, thread.above, viewer)
    return Json(context(above, await filtered(parts, thread.below, viewer), sight))


async def history(request: Request, id: str) -> Json:
    """What a post was before it was edited, and is now"""
    parts, viewer = parts_of(request), await viewer_of(request)
    async with parts.database.reading() as connection:
        post = await post_by_id(connection, id_of(id), viewer)
        views = await show(connection, [post.id], viewer, parts.now_ms())
        before = await revisions_of(connection, post)
    sight = await sight_of(parts, views, viewer)
    return Json([revision(each, view, sight) for view in views for each in before])


async def words(request: Request, id: str) -> Json:
    """The words of one's own post as they were written"""
    async with parts_of(request).database.reading() as connection:
        return Json(source(await own_post(connection, id_of(id), account_of(request))))


async def card(request: Request, id: str) -> Json:
    """The card of a post, as older apps ask; an empty object without one"""
    shown = await one_status(parts_of(request), id_of(id), await viewer_of(request))
    return Json(shown["card"] or {})


async def translate(request: Request, id: str) -> Json:
    """Nothing is translated here"""
    raise NotFound("This server does not translate posts.")


async def one_view(parts: WebParts, post_id: int, viewer: Account | None) -> PostView:
    """A post as `viewer` sees it. Raises NotFound."""
    async with parts.database.reading() as connection:
        views = await show(connection, [post_id], viewer, parts.now_ms())
    if not views:
        raise no_such_post()
    return views[0]


async def one_status(parts: WebParts, post_id: int, viewer: Account | None) -> dict[str, object]:
    """The same as JSON."""
    return (await shown(parts, [await one_view(parts, post_id, viewer)], viewer))[0]


def _wish(wanted: NewStatus, application_id: str | None) -> Wish:
    return Wish(
        text=wanted.status,
        warning=wanted.spoiler_text,
        sensitive=wanted.sensitive,
        language=wanted.language or "",
        visibility=wanted.visibility,
        reply_to=None if wanted.in_reply_to_id is None else id_of(wanted.in_reply_to_id),
        quote_of=None if wanted.quoted_status_id is None else id_of(wanted.quoted_status_id),
        quotable=wanted.quote_approval_policy,
        media=tuple(id_of(text) for text in wanted.media_ids),
        poll=_poll(wanted.poll),
        application_id=application_id,
    )


def _changes(wanted: EditedStatus) -> Wish:
    return Wish(
        text=wanted.status,
        warning=wanted.spoiler_text,
        sensitive=wanted.sensitive,
        language=wanted.language or "",
        media=tuple(id_of(text) for text in wanted.media_ids),
        poll=_poll(wanted.poll),
    )


def _poll(wanted: NewPoll | None) -> PollWish | None:
    if wanted is None:
        return None
    return PollWish(wanted.options, wanted.expires_in, wanted.multiple, wanted.hide_totals)
