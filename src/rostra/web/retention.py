"""The chores of forgetting, once a day, for the crank (chores.py)."""

from __future__ import annotations

from rostra.chores.queue import Chore, Doer, Later
from rostra.square import retention
from rostra.square.retention import DAY_MS
from rostra.web.acting import acting
from rostra.web.parts import WebParts

POSTS, EXPIRED = "forget posts", "forget expired"
DAILY = (POSTS, EXPIRED)
"""Kinds of chores that put themselves off for ever, and so must be there from the first start."""


def doers(parts: WebParts) -> dict[str, Doer]:
    """Who does what, by the kind of the chore."""

    async def forget_posts(chore: Chore, now_ms: int) -> Later:
        return await _forget_posts(parts, int(chore.details.get("after", 0)), now_ms)

    async def forget_expired(chore: Chore, now_ms: int) -> Later:
        return await _forget_expired(parts, now_ms)

    return {POSTS: forget_posts, EXPIRED: forget_expired}


async def _forget_posts(parts: WebParts, after: int, now_ms: int) -> Later:
    keep_days = (await parts.charter()).keep_days
    async with parts.database.reading() as connection:
        found = await retention.look(connection, after, keep_days, now_ms)
    if found.posts or found.places:
        async with acting(parts) as act:
            await retention.delete_old(act, found.posts)
            await retention.forget_places(act.connection, found.places, now_ms)
    if found.after is None:
        return Later(now_ms + DAY_MS, {})
    return Later(now_ms, {"after": found.after})


async def _forget_expired(parts: WebParts, now_ms: int) -> Later:
    async with parts.database.writing() as connection:
        more = await retention.forget_expired(connection, now_ms)
    return Later(now_ms if more else now_ms + DAY_MS)
