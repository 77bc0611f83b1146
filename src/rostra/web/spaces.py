"""The API of Spaces: /api/spaces…"""

from __future__ import annotations

from typing import Annotated, Any, Literal

from fastapi import FastAPI, Query
from pydantic import BaseModel, ConfigDict, Field
from starlette.requests import Request
from starlette.responses import JSONResponse

from rostra.errors import NotAllowed, RostraError
from rostra.programme.manifest import Manifest
from rostra.rooms import actions
from rostra.rooms.rules import check_move
from rostra.square import heralds
from rostra.web import lifecycle
from rostra.web.callers import account_of, known_caller
from rostra.web.door import door
from rostra.web.parts import Origins, WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.stage_line import StageLine, who
from rostra.wire.qr import qr_code

Document = dict[str, Any]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid", str_max_length=4096)


class NewSpace(_Body):
    """What a Space is to be; everything but the title may be left out."""

    title: str
    slug: str | None = None
    starts_at: str | None = None
    record: bool = True
    language: str = ""


class NewInvite(_Body):
    """A seat for somebody without an account."""

    role: Literal["speaker", "cohost"]
    name: str | None = None


class Muting(_Body):
    """Whose microphone; one's own when `target` is left out."""

    muted: bool
    target: Annotated[str | None, Field(max_length=64)] = None


def add_doors(app: FastAPI) -> None:
    door(app, "POST", "/api/spaces", Rule.MAY_HOST, create_space, status_code=201)
    door(app, "GET", "/api/spaces", Rule.ANYONE, list_spaces)
    door(app, "GET", "/api/spaces/{slug}", Rule.ANYONE, read_space)
    door(app, "DELETE", "/api/spaces/{slug}", Rule.OWNS, remove_space)
    door(app, "POST", "/api/spaces/{slug}/open", Rule.RUNS, open_space)
    door(app, "POST", "/api/spaces/{slug}/start", Rule.RUNS, start_space)
    door(app, "POST", "/api/spaces/{slug}/pause", Rule.RUNS, pause_space)
    door(app, "POST", "/api/spaces/{slug}/resume", Rule.RUNS, resume_space)
    door(app, "POST", "/api/spaces/{slug}/end", Rule.RUNS, end_space)
    door(app, "POST", "/api/spaces/{slug}/mute", Rule.HAS_SEAT, mute)
    door(app, "POST", "/api/spaces/{slug}/invites", Rule.OWNS, invite, status_code=201)
    door(app, "POST", "/api/spaces/{slug}/seat", Rule.OWNS, own_seat, status_code=201)


def document(manifest: Manifest, origins: Origins) -> Document:
    """A Space as the API shows it."""
    slug = manifest.slug
    return {
        "slug": slug,
        "title": manifest.title,
        "phase": manifest.phase,
        "host": manifest.host,
        "language": manifest.language,
        "record": manifest.record,
        "starts_at": manifest.starts_at,
        "ended_at": manifest.ended_at,
        "replay": manifest.replay,
        "urls": {
            "listen": f"{origins.live_url}/s/{slug}",
            "stage": f"{origins.public_url}/spaces/{slug}/stage",
            "whip": f"{origins.public_url}/whip/{slug}",
            "live": f"{origins.live_url}/live/{slug}/opus.mp4",
        },
    }


async def create_space(request: Request, body: NewSpace) -> JSONResponse:
    """Make a Space"""
    parts = parts_of(request)
    made = await make_space(request, actions.Wish(**body.model_dump()))
    where = f"/api/spaces/{made.slug}"
    return JSONResponse(document(made, parts.origins), 201, {"Location": where})


async def make_space(request: Request, wish: actions.Wish) -> Manifest:
    """One logic for the API and for the form: the caller has passed Rule.MAY_HOST."""
    parts, account = parts_of(request), account_of(request)
    parts.limits.creations.take(account.id, parts.clock.boot_ns())
    async with parts.database.writing() as connection:
        space = await actions.create_space(
            connection, parts.places, account, wish, now_ms=parts.now_ms()
        )
        await heralds.created(connection, space, parts.now_ms())
    parts.chores_added.set()
    return await actions.read_manifest(parts.places, space.slug)


async def list_spaces(
    request: Request, limit: Annotated[int, Query(ge=1, le=100)] = 100
) -> Document:
    """List Spaces: on now, upcoming, recent"""
    parts = parts_of(request)
    found = await all_spaces(parts)
    return {"spaces": [document(manifest, parts.origins) for manifest in found[:limit]]}


async def all_spaces(parts: WebParts) -> list[Manifest]:
    """Every Space that is listed, as its manifest says it is now."""
    async with parts.database.reading() as connection:
        rows = await actions.list_spaces(connection)
    return await manifests_of(parts, [row.slug for row in rows])


async def manifests_of(parts: WebParts, slugs: list[str]) -> list[Manifest]:
    """The manifests of `slugs`, without those that were removed or are damaged."""
    found = []
    for slug in slugs:
        try:
            found.append(await actions.read_manifest(parts.places, slug))
        except RostraError:
            continue  # removed since, or damaged: its own page says which
    return found


async def read_space(request: Request, slug: str) -> Document:
    """Read a Space"""
    parts = parts_of(request)
    return document(await actions.read_manifest(parts.places, slug), parts.origins)


async def remove_space(request: Request, slug: str) -> Document:
    """Take a Space away from every door"""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        after = await actions.remove_space(connection, parts.places, slug)
        await heralds.phase_told(connection, slug, after.phase, parts.now_ms())
    parts.chores_added.set()
    return {"slug": after.slug, "phase": after.phase}


async def open_space(request: Request, slug: str) -> Document:
    """Open the lobby"""
    parts = _counted(request)
    return document(await lifecycle.open_space(parts, slug), parts.origins)


async def start_space(request: Request, slug: str) -> Document:
    """Go on air, opening the lobby if need be"""
    parts = _counted(request)
    after = await lifecycle.start_space(parts, slug, known_caller(request))
    return document(after, parts.origins)


async def pause_space(request: Request, slug: str) -> Document:
    """Pause: listeners hear silence until it is resumed"""
    return await _move(request, slug, "pause")


async def resume_space(request: Request, slug: str) -> Document:
    """Go on after a pause"""
    return await _move(request, slug, "resume")


async def end_space(request: Request, slug: str) -> Document:
    """End the Space"""
    parts = _counted(request)
    after = await lifecycle.end_space(parts, slug, known_caller(request))
    return document(after, parts.origins)


async def mute(request: Request, slug: str, body: Muting) -> Document:
    """Mute or unmute a microphone: one's own, or any for the host"""
    parts, caller = _counted(request), known_caller(request)
    now = await actions.read_manifest(parts.places, slug)
    check_move("speak", now.phase)
    me = who(caller)
    target = body.target or me["id"]
    if target != me["id"] and me["role"] == "speaker":
        raise NotAllowed("A speaker may only mute the own microphone: ask the host.")
    await StageLine(parts.bus, slug).command(caller, "mute" if body.muted else "unmute", target)
    return {"target": target, "muted": body.muted}


async def invite(request: Request, slug: str, body: NewInvite) -> Document:
    """Invite somebody onto the stage"""
    parts = _counted(request)
    await actions.read_manifest(parts.places, slug)
    token, made = actions.invite(
        parts.secret, slug, role=body.role, name=body.name or "", now=parts.now()
    )
    url = f"{parts.settings.public_url}/spaces/{slug}/stage#token={token}"
    return {
        "token": token,
        "url": url,
        "id": made.id,
        "role": made.role,
        "expires": made.expires,
        "qr": qr_code(url),
    }


async def own_seat(request: Request, slug: str) -> Document:
    """A token for the owner's own seat, good without the database"""
    parts, account = _counted(request), account_of(request)
    await actions.read_manifest(parts.places, slug)
    token, made = actions.invite(
        parts.secret, slug, role="host", name=account.name, now=parts.now(), seat=account.id
    )
    return {"token": token, "id": made.id, "role": made.role, "expires": made.expires}


async def _move(request: Request, slug: str, move: str) -> Document:
    parts = _counted(request)
    after = await lifecycle.move_space(parts, slug, known_caller(request), move)
    return document(after, parts.origins)


def _counted(request: Request) -> WebParts:
    parts = parts_of(request)
    parts.limits.commands.take(known_caller(request).key, parts.clock.boot_ns())
    return parts
