"""How the square and its machine are, each figure with what to do: /admin."""

from __future__ import annotations

import asyncio
import resource
from collections.abc import Mapping

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from rostra import machine, rated
from rostra.charter.choices import STEPS
from rostra.chores.failed import failed, failures, try_again
from rostra.edge.capacity import kept
from rostra.errors import Misconfigured
from rostra.last_backup import NOTE, LastBackup, load
from rostra.people.directory import numbers
from rostra.programme.board import Board
from rostra.rated import Room
from rostra.rooms import queries as rooms
from rostra.web.admin.disk import Disk
from rostra.web.admin.figures import (
    CALM,
    Facts,
    days_since,
    health,
    hours_of_recording,
    in_words,
    is_well,
)
from rostra.web.callers import account_of
from rostra.web.door import page_door
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Rule
from rostra.web.templates import page

_NO_EDGES = {"listeners": 0, "edges": 0}


def add_doors(app: FastAPI) -> None:
    app.state.disk = Disk()
    page_door(app, "GET", "/admin", Rule.ADMINISTERS, show)
    page_door(app, "POST", "/admin/chores", Rule.ADMINISTERS, again)
    page_door(app, "GET", "/admin/moderation", Rule.ADMINISTERS, moderation)


async def show(request: Request) -> Response:
    """How everything is"""
    parts = parts_of(request)
    facts = await _facts(parts, request.app.state.disk)
    found = health(facts)
    async with parts.database.reading() as connection:
        given_up = await failed(connection)
    charter = await parts.charter()
    backup = facts.backup
    return await page(
        request,
        "admin/overview.html",
        me=account_of(request),
        charter=charter,
        facts=facts,
        health=found,
        calm=CALM,
        well=is_well(found),
        given_up=given_up,
        welcomed=set(STEPS) <= set(charter.welcomed),
        hours=hours_of_recording(facts.disk_free),
        free=in_words(facts.disk_free),
        storage={kind: in_words(size) for kind, size in facts.storage.items()},
        backup_days=days_since(backup.made_ms, facts.now_ms) if backup else 0,
        certificate_days=max(0, ((facts.certificate_ms or 0) - facts.now_ms) // 86_400_000),
    )


async def again(request: Request) -> Response:
    """Have what was given up tried again"""
    parts = parts_of(request)
    async with parts.database.writing() as connection:
        await try_again(connection, parts.now_ms())
    parts.chores_added.set()
    return RedirectResponse("/admin", 303)


async def moderation(request: Request) -> Response:
    """The way to what was reported"""
    return RedirectResponse("/moderation", 303)


async def _facts(parts: WebParts, disk: Disk) -> Facts:
    board, free, backup, places = await asyncio.to_thread(_look, parts)
    storage = await disk.sizes(parts)
    async with parts.database.reading() as connection:
        people = await numbers(connection)
        live = await rooms.on_now(connection)
        given_up = await failures(connection)
    certificate = parts.certificate
    return Facts(
        now_ms=parts.now_ms(),
        people=people.states,
        posts=people.posts,
        live=len(live),
        listeners=int(board["listeners"] or 0),
        places=places,
        edges=int(board["edges"] or 0),
        tick_us=board.get("tick_us"),
        bus=parts.bus.connected,
        disk_free=free,
        storage=storage,
        backup=backup,
        failures=given_up,
        certificate_ms=int(certificate.proven.expires * 1000) if certificate else None,
    )


def _look(parts: WebParts) -> tuple[Mapping[str, int | None], int, LastBackup | None, int | None]:
    """Board, free bytes, last backup, places: what is asked of files."""
    root = parts.places.root
    try:
        with Board.open(parts.places.board) as board:
            now = board.totals()
            census = board.census()
            counted: Mapping[str, int | None] = {
                "listeners": census["listeners"] + census["hls"],
                "edges": now["edges"],
                "tick_us": board.stage_tick(parts.clock.boot_ns()),
            }
    except Misconfigured:
        counted = _NO_EDGES
    note = root / NOTE
    backup = load(note.read_bytes()) if note.exists() else None
    return counted, machine.disk_free(root), backup, _places(parts, int(counted["edges"] or 0))


def _places(parts: WebParts, edges: int) -> int | None:
    try:
        rating = kept(parts.places.root)
    except Misconfigured:
        return None
    here = machine.look()
    if rating is None or not rating.is_of(here):
        return None
    files, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    cost = rating.cost(tls=parts.settings.tls is not None)
    return rated.capacity(cost, Room(here, files, max(1, edges))).listeners
