"""Following, blocking, muting: https://docs.joinmastodon.org/methods/accounts/."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Any

from fastapi import FastAPI
from pydantic import Field
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.people.queries import Account
from rostra.square import lists, relations, rosters
from rostra.square.act import Act
from rostra.square.relationships import relationships
from rostra.square.who import People
from rostra.web.acting import acting
from rostra.web.callers import account_of, viewer_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_relations import (
    accounts,
    familiar_followers,
    relationship,
    user_list,
)
from rostra.web.mastodon.paging import link_header, page_of
from rostra.web.mastodon.parameters import Parameters, Query, Several, parameters
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

MOST_AT_ONCE = 100
_ONE = "/api/v1/accounts/{id}"
_READ = "read:accounts"

Move = Callable[[Act, Account, str], Awaitable[None]]
_MOVES: dict[str, tuple[str, Move]] = {
    "unfollow": ("write:follows", relations.unfollow),
    "remove_from_followers": ("write:follows", relations.remove_follower),
    "block": ("write:blocks", relations.block),
    "unblock": ("write:blocks", relations.unblock),
    "unmute": ("write:mutes", relations.unmute),
    "pin": ("write:accounts", relations.endorse),
    "unpin": ("write:accounts", relations.unendorse),
    "endorse": ("write:accounts", relations.endorse),
    "unendorse": ("write:accounts", relations.unendorse),
}


class Following(Parameters):
    """What is wished of a follow."""

    reblogs: bool | None = None
    notify: bool | None = None


class Muting(Parameters):
    """Whether notices are muted too, and for how many seconds; 0 is until unmuted."""

    notifications: bool = True
    duration: int = Field(0, ge=0, le=relations.LONGEST_MUTE_MS // 1000)


class Note(Parameters):
    """A note about somebody, for oneself."""

    comment: str = ""


class Asked(Query):
    """Ids of accounts, in the query; Mastodon.py puts them into the body of its GET."""

    id: Several[str] = ()
    with_suspended: bool = False


def add_doors(app: FastAPI) -> None:
    for name, (scope, move) in _MOVES.items():
        api_door(app, "POST", f"{_ONE}/{name}", Rule.SIGNED_IN, _moved(move, name), scope=scope)
    api_door(
        app, "POST", f"{_ONE}/follow", Rule.SIGNED_IN, follow, scope="write:follows", body=Following
    )
    api_door(app, "POST", f"{_ONE}/mute", Rule.SIGNED_IN, mute, scope="write:mutes", body=Muting)
    api_door(app, "POST", f"{_ONE}/note", Rule.SIGNED_IN, note, scope="write:accounts", body=Note)
    api_door(app, "GET", f"{_ONE}/followers", Rule.ANYONE, followers, scope=_READ)
    api_door(app, "GET", f"{_ONE}/following", Rule.ANYONE, following, scope=_READ)
    api_door(app, "GET", f"{_ONE}/lists", Rule.SIGNED_IN, lists_with, scope="read:lists")
    api_door(app, "GET", f"{_ONE}/endorsements", Rule.ANYONE, endorsed, scope=_READ)
    api_door(
        app, "GET", "/api/v1/accounts/relationships", Rule.SIGNED_IN, read_relationships,
        scope="read:follows", query=Asked,
    )  # fmt: skip
    api_door(
        app, "GET", "/api/v1/accounts/familiar_followers", Rule.SIGNED_IN, familiar,
        scope="read:follows", query=Asked,
    )  # fmt: skip
    api_door(app, "GET", "/api/v1/endorsements", Rule.SIGNED_IN, own_endorsed, scope=_READ)


def _moved(move: Move, name: str) -> Callable[..., Awaitable[Json]]:
    async def moved(request: Request, id: str) -> Json:
        return await act_on(request, id, move)

    moved.__doc__ = f"{name.replace('_', ' ').capitalize()}: somebody"
    return moved


async def act_on(request: Request, account_id: str, move: Move) -> Json:
    """Do it, within the limits of relations; the relationship afterwards."""
    parts, account = parts_of(request), account_of(request)
    parts.limits.relations.take(account.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        await move(act, account, account_id)
        found = await relationships(act.connection, account.id, [account_id], act.now_ms)
    return Json(relationship(found[0]))


async def follow(request: Request, id: str) -> Json:
    """Follow somebody, or ask to"""
    wanted = await parameters(request, Following)

    async def move(act: Act, account: Account, target_id: str) -> None:
        await relations.follow(act, account, target_id, boosts=wanted.reblogs, notify=wanted.notify)

    return await act_on(request, id, move)


async def mute(request: Request, id: str) -> Json:
    """Not see somebody for a time, or until unmuted"""
    wanted = await parameters(request, Muting)

    async def move(act: Act, account: Account, target_id: str) -> None:
        await relations.mute(
            act, account, target_id, notices=wanted.notifications, for_ms=wanted.duration * 1000
        )

    return await act_on(request, id, move)


async def note(request: Request, id: str) -> Json:
    """Keep a note about somebody"""
    wanted = await parameters(request, Note)

    async def move(act: Act, account: Account, target_id: str) -> None:
        await relations.write_note(act, account, target_id, wanted.comment)

    return await act_on(request, id, move)


async def followers(request: Request, id: str) -> Json:
    """Who follows somebody"""
    return await _people(request, id, rosters.followers_of)


async def following(request: Request, id: str) -> Json:
    """Whom somebody follows"""
    return await _people(request, id, rosters.followed_by)


async def endorsed(request: Request, id: str) -> Json:
    """Whom somebody recommends"""
    return await _people(request, id, rosters.endorsed_by)


async def own_endorsed(request: Request) -> Json:
    """Whom one recommends"""
    return await _people(request, account_of(request).id, rosters.endorsed_by)


async def lists_with(request: Request, id: str) -> Json:
    """Those of one's lists that somebody is on"""
    parts, account = parts_of(request), account_of(request)
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, account)
        person = await rosters.person_by_id(connection, id, circle)
        found = await lists.lists_with(connection, account, person.id)
    return Json([user_list(each) for each in found])


async def read_relationships(request: Request) -> Json:
    """What one has to do with several people"""
    parts, account = parts_of(request), account_of(request)
    ids = _bounded((await parameters(request, Asked)).id)
    async with parts.database.reading() as connection:
        found = await relationships(connection, account.id, ids, parts.now_ms())
    return Json([relationship(each) for each in found])


async def familiar(request: Request) -> Json:
    """Whom one follows among the followers of several people"""
    parts, account = parts_of(request), account_of(request)
    ids = _bounded((await parameters(request, Asked)).id)
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, account)
        found = await rosters.familiar(connection, account, ids, circle)
    return Json([familiar_followers(each, found[each], parts.origins) for each in found])


Asker = Callable[[Any, str, Any], Awaitable[People]]


async def _people(request: Request, account_id: str, asked: Asker) -> Json:
    parts, viewer, span = parts_of(request), await viewer_of(request), page_of(request, 40, 80)
    async with parts.database.reading() as connection:
        circle = await parts.circles.circle(connection, viewer)
        person = await rosters.person_by_id(connection, account_id, circle)
        found = await asked(connection, person.id, span)
    shown = [each for each in found if each[1].id not in circle.apart]
    headers = link_header(request, [number for number, _ in found])
    return Json(accounts(shown, parts.origins), headers=headers)


def _bounded(ids: tuple[str, ...]) -> tuple[str, ...]:
    if len(ids) > MOST_AT_ONCE:
        raise NotProcessable(f"Validation failed: at most {MOST_AT_ONCE} people at once.")
    return ids
