"""Whom one blocks and mutes, and who asks to follow: the rosters that only their owner sees."""

from __future__ import annotations

from fastapi import FastAPI
from starlette.requests import Request

from rostra.errors import NotProcessable
from rostra.square import relations, rosters
from rostra.web.callers import account_of
from rostra.web.mastodon.answers import Json
from rostra.web.mastodon.door import api_door
from rostra.web.mastodon.entities_relations import accounts, muted_account
from rostra.web.mastodon.paging import link_header, page_of
from rostra.web.mastodon.relationships import act_on
from rostra.web.parts import parts_of
from rostra.web.rules import Rule

_REQUESTS = "/api/v1/follow_requests"
_DOMAINS = "/api/v1/domain_blocks"


def add_doors(app: FastAPI) -> None:
    me = Rule.SIGNED_IN
    api_door(app, "GET", "/api/v1/blocks", me, blocked, scope="read:blocks")
    api_door(app, "GET", "/api/v1/mutes", me, muted, scope="read:mutes")
    api_door(app, "GET", _REQUESTS, me, asking, scope="read:follows")
    api_door(app, "POST", f"{_REQUESTS}/{{id}}/authorize", me, authorize, scope="write:follows")
    api_door(app, "POST", f"{_REQUESTS}/{{id}}/reject", me, reject, scope="write:follows")
    api_door(app, "GET", _DOMAINS, me, domains, scope="read:blocks")
    api_door(app, "POST", _DOMAINS, me, block_domain, scope="write:blocks")
    api_door(app, "DELETE", _DOMAINS, me, unblock_domain, scope="write:blocks")


async def blocked(request: Request) -> Json:
    """Whom one blocks"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await rosters.blocked(connection, account_of(request), page_of(request, 40, 80))
    headers = link_header(request, [number for number, _ in found])
    return Json(accounts(found, parts.origins), headers=headers)


async def muted(request: Request) -> Json:
    """Whom one mutes"""
    parts, account, span = parts_of(request), account_of(request), page_of(request, 40, 80)
    async with parts.database.reading() as connection:
        found = await rosters.muted(connection, account, span, parts.now_ms())
        ends = await rosters.mute_ends(connection, account, [each.id for _, each in found])
    people = [muted_account(each, ends.get(each.id), parts.origins) for _, each in found]
    return Json(people, headers=link_header(request, [number for number, _ in found]))


async def asking(request: Request) -> Json:
    """Who asks to follow one"""
    parts = parts_of(request)
    async with parts.database.reading() as connection:
        found = await rosters.asking(connection, account_of(request), page_of(request, 40, 80))
    headers = link_header(request, [number for number, _ in found])
    return Json(accounts(found, parts.origins), headers=headers)


async def authorize(request: Request, id: str) -> Json:
    """Let somebody follow one"""
    return await act_on(request, id, relations.accept)


async def reject(request: Request, id: str) -> Json:
    """Refuse somebody who asks to follow one"""
    return await act_on(request, id, relations.reject)


async def domains(request: Request) -> Json:
    """Servers that one blocks: there is only this one"""
    return Json([])


async def block_domain(request: Request) -> Json:
    """Block a server: there is none to block"""
    raise NotProcessable("There are no other servers here to block: block people instead.")


async def unblock_domain(request: Request) -> Json:
    """Unblock a server: none is blocked"""
    return Json({})
