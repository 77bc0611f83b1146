"""The pages of the square: what is on, who hosts, making a Space, and the way to its two pages."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra.errors import RostraError
from rostra.people.queries import Account
from rostra.programme.manifest import ON, Manifest
from rostra.rooms import actions
from rostra.rooms import queries as rooms
from rostra.web.account.cookies import remember_wanted
from rostra.web.callers import visitor_of
from rostra.web.door import page_door
from rostra.web.files import modules
from rostra.web.forms import form_of
from rostra.web.middleware import POLICY, policy
from rostra.web.parts import WebParts, parts_of
from rostra.web.refused import comes_back
from rostra.web.rules import Caller, Rule, check_account
from rostra.web.spaces import all_spaces, document, make_space, manifests_of
from rostra.web.square.showing import square_page
from rostra.web.templates import page

_MOST_ON_NOW = 12


def add_doors(app: FastAPI) -> None:
    page_door(app, "GET", "/spaces", Rule.ANYONE, listing)
    page_door(app, "POST", "/spaces", Rule.MAY_HOST, comes_back(create, listing))
    page_door(app, "GET", "/spaces/{slug}", Rule.ANYONE, listen)
    page_door(app, "GET", "/spaces/{slug}/stage", Rule.ANYONE, stage)


async def listing(request: Request) -> Response:
    """All Spaces"""
    parts, visitor = parts_of(request), await visitor_of(request)
    groups = _groups(parts, await all_spaces(parts))
    mine = await own_spaces(parts, visitor.account)
    return await square_page(request, "spaces.html", visitor.account, [], groups=groups, mine=mine)


async def on_now(parts: WebParts) -> list[dict[str, Any]]:
    """The Spaces whose lobby is open or that are on air, as the API shows them."""
    async with parts.database.reading() as connection:
        rows = await rooms.on_now(connection)
    found = await manifests_of(parts, [row.slug for row in rows[:_MOST_ON_NOW]])
    return [document(each, parts.origins) for each in found if each.phase in ON]


async def hosted_by(parts: WebParts, owner_id: str) -> dict[str, list[dict[str, Any]]]:
    """Somebody's Spaces by the headings under which pages show them."""
    async with parts.database.reading() as connection:
        rows = await rooms.of_owner(connection, owner_id)
    return _groups(parts, await manifests_of(parts, [row.slug for row in rows]))


async def create(request: Request) -> Response:
    """Make a Space from the form, and go to its stage"""
    made = await make_space(request, _wish(await form_of(request)))
    return RedirectResponse(f"/spaces/{made.slug}/stage", 303)


async def listen(request: Request, slug: str) -> Response:
    """The way to the listening page"""
    parts = parts_of(request)
    found = await actions.read_manifest(parts.places, slug)
    return RedirectResponse(f"{parts.settings.live_url}/s/{found.slug}", 307)


async def stage(request: Request, slug: str) -> Response:
    """The page of those who speak"""
    parts, visitor = parts_of(request), await visitor_of(request)
    now = await actions.read_manifest(parts.places, slug)
    response = await page(
        request,
        "stage.html",
        me=visitor.account,
        unread=0,  # there is no bell on the stage
        space=document(now, parts.origins),
        owner=await _owns(parts, visitor, slug),
        modules=modules(),
    )
    response.headers[POLICY] = policy(parts.settings.live_url)  # to see whether we are reachable
    if visitor.account is None:
        remember_wanted(parts, response, f"/spaces/{now.slug}/stage")
    return response


async def _owns(parts: WebParts, visitor: Caller, slug: str) -> bool:
    """Whether to show the owner's way in; every door behind it checks for itself."""
    if visitor.account is None:
        return False
    async with parts.database.reading() as connection:
        space = await rooms.by_slug(connection, slug)
    try:
        check_account(Rule.OWNS, visitor, space.owner_id if space else None)
    except RostraError:
        return False
    return space is not None


async def own_spaces(parts: WebParts, me: Account | None) -> list[dict[str, Any]]:
    """One's own Spaces that are not over: from here their host goes on the stage."""
    if me is None:
        return []
    async with parts.database.reading() as connection:
        rows = await rooms.of_owner(connection, me.id)
    found = await manifests_of(parts, [row.slug for row in rows])
    return [document(each, parts.origins) for each in found if each.phase != "ended"]


def _wish(fields: dict[str, str]) -> actions.Wish:
    starts_at = fields.get("starts_at", "")
    if starts_at and "Z" not in starts_at and "+" not in starts_at:
        starts_at += "Z"  # without JavaScript the field is labelled as UTC
    return actions.Wish(
        title=fields.get("title", ""),
        slug=fields.get("slug") or None,
        starts_at=starts_at or None,
        record=fields.get("record") == "yes",
        language=fields.get("language", ""),
    )


def _groups(parts: WebParts, found: Sequence[Manifest]) -> dict[str, list[dict[str, Any]]]:
    """Documents of Spaces by the headings under which pages show them."""
    groups: dict[str, list[dict[str, Any]]] = {"now": [], "upcoming": [], "recent": []}
    for manifest in found:
        name = "now" if manifest.phase in ON else "upcoming"
        name = "recent" if manifest.phase == "ended" else name
        groups[name].append(document(manifest, parts.origins))
    return groups
