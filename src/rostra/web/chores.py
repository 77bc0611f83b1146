"""The crank in the web process: who does which chore, and turning it without being in the way.

It looks every two seconds, and at once when `parts.chores_added` is set. Between two chores it
rests for as long as the one before took, so that pages have at least half of the process; the two
workers keep one long chore from holding up all others.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable, Mapping

import structlog

from rostra.chores.queue import Chore, Doer, Later, ensure_chore, turn_crank
from rostra.errors import RostraError, Unavailable
from rostra.ids import sortable_id_at
from rostra.programme.manifest import Manifest
from rostra.rooms import actions as rooms
from rostra.square import (
    closing,
    heralds,
    live,
    media_chores,
    noticed,
    scheduling,
    telling,
)
from rostra.square.due import publish_due
from rostra.web import retention
from rostra.web.account import chores as account_chores
from rostra.web.acting import acting
from rostra.web.moderation import chores as moderation_chores
from rostra.web.parts import WebParts
from rostra.web.stage_line import StageLine

log = structlog.get_logger()

LOOK_SECONDS = 2.0
WORKERS = 2
LEAST_REST = 0.005
LATE_SECONDS = 0.1
"""A loop that is later than this has more to do than it can."""

STAGE_LATE_MS = 20.0
DAY_MS = 24 * 3600 * 1000
TIDY, TIDIED = "tidy notices", 200


def doers(parts: WebParts) -> dict[str, Doer]:
    """Who does which kind of chore here."""
    return {
        **account_chores.doers(parts),
        **moderation_chores.doers(parts),
        **media_chores.doers(parts.database, parts.objects),
        heralds.CHORE: _with(parts, _herald),
        live.CHORE: _with(parts, _tell_followers),
        telling.CHORE: _with(parts, _tell),
        closing.CHORE: _with(parts, _close_poll),
        scheduling.CHORE: _with(parts, _publish),
        TIDY: _with(parts, _tidy),
        **retention.doers(parts),
    }


def _with(parts: WebParts, do: Callable[[WebParts, Chore, int], Awaitable[Later | None]]) -> Doer:
    async def doer(chore: Chore, now_ms: int) -> Later | None:
        return await do(parts, chore, now_ms)

    return doer


async def crank_for_ever(parts: WebParts, does: Mapping[str, Doer] | None = None) -> None:
    """Do what is due until cancelled."""
    known = doers(parts) if does is None else does
    await _set_recurring(parts)
    async with asyncio.TaskGroup() as workers:
        for _ in range(WORKERS):
            workers.create_task(_work(parts, known))


async def _work(parts: WebParts, known: Mapping[str, Doer]) -> None:
    loop = asyncio.get_running_loop()
    while True:
        began, found = loop.time(), 0
        parts.chores_added.clear()  # before looking: what is added meanwhile is looked for again
        try:
            found = await turn_crank(parts.database, known, parts.now_ms())
        except Unavailable as error:
            log.warning("chores wait for the database", reason=error.sentence)
        except Exception:
            log.exception("the crank slipped")
        if found:
            await asyncio.sleep(max(LEAST_REST, loop.time() - began))
        else:
            await _added(parts)


async def _added(parts: WebParts) -> None:
    """Until somebody adds a chore, or it is time to look."""
    try:
        async with asyncio.timeout(LOOK_SECONDS):
            await parts.chores_added.wait()
    except TimeoutError:
        return


async def _set_recurring(parts: WebParts) -> None:
    """Chores that put themselves off for ever are there from the first start."""
    now_ms = parts.now_ms()
    try:
        async with parts.database.writing() as connection:
            for kind in (TIDY, *retention.DAILY):
                await ensure_chore(connection, kind, kind, due_ms=now_ms, now_ms=now_ms)
    except Unavailable as error:
        log.warning("what is old stays for now", reason=error.sentence)


async def _herald(parts: WebParts, chore: Chore, now_ms: int) -> Later | None:
    """A Space posts itself."""
    slug, moment = str(chore.details["slug"]), str(chore.details["moment"])
    manifest = await _manifest(parts, slug)
    replay = manifest is not None and manifest.replay
    facts = heralds.Facts(f"{parts.settings.live_url}/s/{slug}", replay)
    async with acting(parts) as act:
        await heralds.herald(act, slug, moment, facts)
    return None


async def _manifest(parts: WebParts, slug: str) -> Manifest | None:
    try:
        return await rooms.read_manifest(parts.places, slug)
    except RostraError:
        return None  # removed since, or damaged: then nothing is said of it


async def _tell_followers(parts: WebParts, chore: Chore, now_ms: int) -> Later | None:
    """The next few of a host's followers hear that a Space is on air."""
    slug, after = str(chore.subject), int(chore.details["after"])
    if await is_busy(parts, slug):
        return Later(now_ms + live.pause_ms(_chance(), busy=True))
    async with parts.database.reading() as connection:
        step = await live.next_step(connection, slug, after, now_ms)
    if step is None:
        return None
    async with acting(parts) as act:
        await live.tell(act, slug, step)
    if step.after is None:
        return None
    return Later(now_ms + live.pause_ms(_chance(), busy=False), {"after": step.after})


async def _tell(parts: WebParts, chore: Chore, now_ms: int) -> Later | None:
    """The next few hear of a post or an edit."""
    async with parts.database.reading() as connection:
        step = await telling.next_step(connection, chore.details, now_ms)
    if step is None:
        return None
    async with acting(parts) as act:
        await telling.tell_some(act, step)
    return Later(now_ms, step.rest) if step.rest is not None else None


async def _close_poll(parts: WebParts, chore: Chore, now_ms: int) -> Later | None:
    """The next few voters hear how a poll ended."""
    post_id, after = int(str(chore.subject)), str(chore.details.get("after", ""))
    async with parts.database.reading() as connection:
        step = await closing.next_step(connection, post_id, after, now_ms)
    if step is None:
        return None
    async with acting(parts) as act:
        await closing.close_step(act, post_id, step)
    return Later(now_ms, {"after": step.after}) if step.after is not None else None


async def _publish(parts: WebParts, chore: Chore, now_ms: int) -> Later | None:
    """A scheduled post's time has come."""
    async with acting(parts) as act:
        await publish_due(act, int(chore.details["id"]))
    return None


async def _tidy(parts: WebParts, chore: Chore, now_ms: int) -> Later:
    """Forget old notices, some at a time, once a day."""
    before = sortable_id_at(now_ms - noticed.KEPT_MS)
    async with parts.database.writing() as connection:
        gone = await noticed.forget_old(connection, before, TIDIED)
    return Later(now_ms + (1_000 if gone == TIDIED else DAY_MS))


async def is_busy(parts: WebParts, slug: str) -> bool:
    """Whether this process or the stage of a Space is late: then what can wait does."""
    loop = asyncio.get_running_loop()
    due = loop.time() + LEAST_REST
    await asyncio.sleep(LEAST_REST)
    if loop.time() - due > LATE_SECONDS:
        return True
    try:
        return await StageLine(parts.bus, slug).lateness_ms() > STAGE_LATE_MS
    except RostraError:
        return True  # it does not even answer


def _chance() -> float:
    return random.random()  # noqa: S311 - spreading only
