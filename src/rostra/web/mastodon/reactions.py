"""What people do with posts: https://docs.joinmastodon.org/methods/statuses/, and polls."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request

from rostra.errors import NotFound
from rostra.people.queries import Account
from rostra.square import polls, reactions
from rostra.square.act import Act
from rostra.square.posts import Post
from rostra.square.queries import post_by_id
from rostra.square.who import who_boosted, who_favourited
from rostra.web.acting import acting
from rostra.web.callers import account_of, viewer_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_status import poll
from rostra.web.mastodon.paging import id_of, link_header, page_of
from rostra.web.mastodon.parameters import Parameters, Several, parameters
from rostra.web.mastodon.showing import sight_of
from rostra.web.mastodon.statuses import one_status, one_view
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

Move = Callable[[Act, Post, Account], Awaitable[Any]]
_MOVES: dict[str, tuple[str, Move]] = {
    "favourite": ("write:favourites", reactions.favourite),
    "unfavourite": ("write:favourites", reactions.unfavourite),
    "bookmark": ("write:bookmarks", reactions.bookmark),
    "unbookmark": ("write:bookmarks", reactions.unbookmark),
    "unreblog": ("write:statuses", reactions.unboost),
    "mute": ("write:mutes", reactions.mute_thread),
    "unmute": ("write:mutes", reactions.unmute_thread),
    "pin": ("write:accounts", reactions.pin),
    "unpin": ("write:accounts", reactions.unpin),
}


class NewBoost(Parameters):
    """To whom the boost is shown."""

    visibility: str = "public"


class Vote(Parameters):
    """The positions of the options that are chosen."""

    choices: Several[int]


def add_doors(app: FastAPI) -> None:
    one = "/api/v1/statuses/{id}"
    for name, (scope, move) in _MOVES.items():
        api_door(app, "POST", f"{one}/{name}", Rule.SIGNED_IN, _moved(move, name), scope=scope)
    api_door(
        app, "POST", f"{one}/reblog", Rule.SIGNED_IN, boost, scope="write:statuses", body=NewBoost
    )
    api_door(app, "GET", f"{one}/favourited_by", Rule.ANYONE, favourited_by, scope="read:statuses")
    api_door(app, "GET", f"{one}/reblogged_by", Rule.ANYONE, reblogged_by, scope="read:statuses")
    api_door(app, "GET", "/api/v1/polls/{id}", Rule.ANYONE, read_poll, scope="read:statuses")
    api_door(
        app, "POST", "/api/v1/polls/{id}/votes", Rule.SIGNED_IN, vote,
        scope="write:statuses", body=Vote,
    )  # fmt: skip


def _moved(move: Move, name: str) -> Callable[..., Awaitable[Json]]:
    async def moved(request: Request, id: str) -> Json:
        parts, account = parts_of(request), account_of(request)
        parts.limits.reactions.take(account.id, parts.clock.boot_ns())
        async with acting(parts) as act:
            post = await post_by_id(act.connection, id_of(id), account)
            await move(act, post, account)
        return Json(await one_status(parts, post.id, account))

    moved.__doc__ = f"{name.capitalize()} a post"
    return moved


async def boost(request: Request, id: str) -> Json:
    """Show a post to one's followers"""
    parts, account = parts_of(request), account_of(request)
    wanted = await parameters(request, NewBoost)
    parts.limits.reactions.take(account.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        post = await post_by_id(act.connection, id_of(id), account)
        if post.boost_of is not None:
            post = await post_by_id(act.connection, post.boost_of, account)
        made = await reactions.boost(act, post, account, wanted.visibility)
    return Json(await one_status(parts, made.id, account))


async def favourited_by(request: Request, id: str) -> Json:
    """Who likes a post"""
    return await _people(request, id, who_favourited)


async def reblogged_by(request: Request, id: str) -> Json:
    """Who boosted a post"""
    return await _people(request, id, who_boosted)


async def _people(request: Request, id: str, asked: Any) -> Json:
    parts, viewer = parts_of(request), await viewer_of(request)
    async with parts.database.reading() as connection:
        post = await post_by_id(connection, id_of(id), viewer)
        circle = await parts.circles.circle(connection, viewer)
        found = await asked(connection, post, page_of(request, 40, 80))
    people = [
        account(person, parts.origins) for _, person in found if person.id not in circle.apart
    ]
    return Json(people, headers=link_header(request, [number for number, _ in found]))


async def read_poll(request: Request, id: str) -> Json:
    """Read a poll"""
    return Json(await _poll(request, id_of(id), await viewer_of(request)))


async def vote(request: Request, id: str) -> Json:
    """Vote in a poll, once"""
    parts, voter = parts_of(request), account_of(request)
    choices = (await parameters(request, Vote)).choices
    parts.limits.reactions.take(voter.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        post = await post_by_id(act.connection, id_of(id), voter)
        await polls.vote(act, post, voter, choices)
    return Json(await _poll(request, post.id, voter))


async def _poll(request: Request, post_id: int, viewer: Account | None) -> dict[str, object]:
    parts = parts_of(request)
    view = await one_view(parts, post_id, viewer)
    if view.poll is None:
        raise NotFound("This post has no poll.")
    return poll(view.poll, view.post, await sight_of(parts, [view], viewer))
