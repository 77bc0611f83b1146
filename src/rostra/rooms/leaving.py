"""The Spaces of somebody who goes: over at once, and removed with the account (decision 30).

The row and the bare manifest stay, so that nobody makes another Space at an address that was
given to people for this one.
"""

from __future__ import annotations

import asyncio
import dataclasses

import structlog
from sqlalchemy import delete, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.errors import RostraError
from rostra.people.queries import Account
from rostra.programme import manifest as manifests
from rostra.programme.manifest import Manifest
from rostra.programme.places import Places
from rostra.rooms.recordings import forget_recording
from rostra.rooms.tables import space_words, spaces

log = structlog.get_logger()

END_CHORE = "end spaces"
"""Ends what somebody who leaves has on or planned; its subject is the account."""

STEP = 10
"""Spaces that are forgotten before somebody else has a turn."""


async def end_later(connection: AsyncConnection, account: Account, now_ms: int) -> None:
    """Have Spaces of `account` that are on or planned ended, as soon as their stage answers."""
    await add_chore(connection, END_CHORE, {}, due_ms=now_ms, now_ms=now_ms, subject=account.id)


async def next_few(connection: AsyncConnection, owner_id: str) -> list[str]:
    """Slugs of some of their Spaces that are not forgotten yet."""
    asked = select(spaces.c.slug).where(spaces.c.owner_id == owner_id, spaces.c.title != "")
    return list((await connection.execute(asked.order_by(spaces.c.slug).limit(STEP))).scalars())


async def forget_files(places: Places, slug: str) -> None:
    """Take it away from every door, its sound and what it was called. Again is fine."""
    try:
        await asyncio.to_thread(manifests.update, places.manifest(slug), _bare)
        await forget_recording(places, slug)
    except RostraError as reason:  # not there, or damaged: then no door shows it
        log.warning("a Space has no files to forget", slug=slug, reason=reason.sentence)


async def forget_row(connection: AsyncConnection, slug: str) -> None:
    """Leave nothing of it in lists and in what is searched."""
    await connection.execute(delete(space_words).where(space_words.c.slug == slug))
    bare = {"phase": "removed", "title": "", "language": "", "starts_ms": None}
    await connection.execute(update(spaces).where(spaces.c.slug == slug).values(**bare))


def _bare(now: Manifest) -> Manifest:
    return dataclasses.replace(
        now, phase="removed", removed_reason=None, replay=False, title="", host="", pinned=None
    )
