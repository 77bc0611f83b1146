"""Open, start, pause, resume, end: by manifest where no stage runs, by the stage where one does."""

from __future__ import annotations

import dataclasses

import structlog

from rostra.errors import Unavailable
from rostra.programme.manifest import Manifest
from rostra.rooms import actions
from rostra.rooms.rules import check_move
from rostra.square import heralds
from rostra.web.parts import WebParts
from rostra.web.rules import Caller
from rostra.web.stage_line import Answer, StageLine

log = structlog.get_logger()


async def open_space(parts: WebParts, slug: str) -> Manifest:
    """Open the lobby. The supervisor sees the manifest and starts a stage."""
    after = await actions.open_lobby(parts.places, slug)
    await told(parts, after)
    return after


async def start_space(parts: WebParts, slug: str, caller: Caller) -> Manifest:
    """Go on air, by way of the lobby if need be; waits for the stage, ten seconds at most."""
    now = await actions.read_manifest(parts.places, slug)
    check_move("start", now.phase)
    if now.phase == "live":
        return now
    if now.phase == "scheduled":
        await open_space(parts, slug)
    line = StageLine(parts.bus, slug)
    await line.until_started(parts.clock)
    return await _moved(parts, now, await line.command(caller, "start"), "live")


async def move_space(parts: WebParts, slug: str, caller: Caller, move: str) -> Manifest:
    """Pause or resume."""
    now = await actions.read_manifest(parts.places, slug)
    check_move(move, now.phase)
    after = "paused" if move == "pause" else "live"
    if now.phase == after:
        return now
    return await _moved(parts, now, await StageLine(parts.bus, slug).command(caller, move), after)


async def end_space(parts: WebParts, slug: str, caller: Caller) -> Manifest:
    """End it: the stage closes its log; a Space that never opened just ends."""
    now = await actions.read_manifest(parts.places, slug)
    check_move("end", now.phase)
    if now.phase == "scheduled":
        now = await actions.end_unopened(parts.places, slug, now_ms=parts.now_ms())
        await told(parts, now)
    if now.phase == "ended":
        return now
    answer = await StageLine(parts.bus, slug).command(caller, "end")
    return await _moved(parts, now, answer, "ended")


async def told(parts: WebParts, manifest: Manifest) -> None:
    """Tell the database. If it cannot hear, the teller does so later: the Space goes on."""
    try:
        await tell_phase(parts, manifest.slug, manifest.phase)
    except Unavailable as error:
        log.warning("the database was not told", slug=manifest.slug, reason=error.sentence)


async def tell_phase(parts: WebParts, slug: str, phase: str) -> None:
    """Note the phase, and what comes of it in the square. Raises Unavailable."""
    async with parts.database.writing() as connection:
        await actions.tell(connection, slug, phase)
        await heralds.phase_told(connection, slug, phase, parts.now_ms())
    parts.chores_added.set()


async def _moved(parts: WebParts, before: Manifest, answer: Answer, phase: str) -> Manifest:
    """What the Space is after the stage agreed; the stage writes its manifest a moment later."""
    # Its state document is the one last said in the sound, and so a fragment behind.
    said = answer.get("phase")
    after = await actions.read_manifest(parts.places, before.slug)
    if after.phase == before.phase or after.phase in {"scheduled", "lobby"}:
        known = {"lobby", "live", "paused", "ended"}
        after = dataclasses.replace(after, phase=said if said in known else phase)
    await told(parts, after)
    return after
