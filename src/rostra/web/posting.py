"""Posting, by a page or by an app: counted, once for each request, now or later."""

from __future__ import annotations

from rostra.errors import BadInput, Conflict
from rostra.people.queries import Account
from rostra.square import actions, repeats, scheduling
from rostra.square.act import Act
from rostra.square.posts import Post
from rostra.square.queries import by_ids
from rostra.square.rules import Wish
from rostra.square.scheduling import Scheduled
from rostra.web.acting import acting
from rostra.web.parts import WebParts

LONGEST_KEY = 128


async def put_up(
    parts: WebParts, author: Account, wish: Wish, *, key: str = "", due_ms: int | None = None
) -> Post | Scheduled:
    """The new post, or the scheduled one if `due_ms` is given; of a repeated `key` the one before.

    Raises TooMany, and as `actions.publish` and `scheduling.schedule` do.
    """
    if len(key) > LONGEST_KEY or not key.isprintable():
        raise BadInput(f"The Idempotency-Key is too long: {LONGEST_KEY} characters at most.")
    parts.limits.posts.take(author.id, parts.clock.boot_ns())
    async with acting(parts) as act:
        before = await repeats.first_time(act, author, key) if key else None
        if before is not None:
            return await _made_before(act, author, before)
        if due_ms is None:
            post = await actions.publish(act, author, wish)
            if key:
                await repeats.note_made(act, author, key, post_id=post.id)
            return post
        await actions.check(act.connection, author, wish)
        later = await scheduling.schedule(act, author, wish, due_ms)
        if key:
            await repeats.note_made(act, author, key, scheduled_id=later.id)
        return later


async def _made_before(act: Act, author: Account, before: repeats.Before) -> Post | Scheduled:
    if before.scheduled_id is not None:
        return await scheduling.scheduled(act.connection, author, before.scheduled_id)
    found = await by_ids(act.connection, [before.post_id or 0])
    if before.post_id not in found:
        raise Conflict("This was sent before, and what it made is not there any more.")
    return found[before.post_id]
