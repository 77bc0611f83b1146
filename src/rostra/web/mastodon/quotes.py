"""Quotes by the Mastodon API: who may quote a post, and taking it out of one that does."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.square import quoting
from rostra.square.queries import own_post, post_by_id
from rostra.web.acting import acting
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.paging import id_of
from rostra.web.mastodon.parameters import Parameters, parameters
from rostra.web.mastodon.statuses import one_status
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_WRITE = "write:statuses"


class Quoters(Parameters):
    """Who may quote a post: public, followers or nobody."""

    quote_approval_policy: str = "public"


def add_doors(app: FastAPI) -> None:
    one, mine = "/api/v1/statuses/{id}", Rule.SIGNED_IN
    api_door(app, "PUT", f"{one}/interaction_policy", mine, choose, scope=_WRITE, body=Quoters)
    api_door(app, "POST", f"{one}/quotes/{{quote}}/revoke", mine, revoke, scope=_WRITE)


async def choose(request: Request, id: str) -> Json:
    """Say who may quote one's own post"""
    parts, author = parts_of(request), account_of(request)
    wanted = await parameters(request, Quoters)
    async with acting(parts) as act:
        post = await own_post(act.connection, id_of(id), author)
        await quoting.choose_quoters(act, post, wanted.quote_approval_policy)
    return Json(await one_status(parts, id_of(id), author))


async def revoke(request: Request, id: str, quote: str) -> Json:
    """Take one's own post out of one that quotes it"""
    parts, author = parts_of(request), account_of(request)
    async with acting(parts) as act:
        post = await own_post(act.connection, id_of(id), author)
        quoting_post = await post_by_id(act.connection, id_of(quote), author)
        await quoting.revoke_quote(act, post, quoting_post)
    return Json(await one_status(parts, id_of(quote), author))
