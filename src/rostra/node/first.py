"""What must be there before the first child: codecs, board, schema, administrator, demo.

Runs in a process of its own (`prepare`), while no other part runs and the folder is ours; or, at an
upgrade, beside the parts of the version before.
"""

from __future__ import annotations

import asyncio
import shutil
from dataclasses import replace
from datetime import UTC, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra import tls
from rostra.clock import SystemClock
from rostra.people import actions as people
from rostra.people.queries import Account
from rostra.programme import manifest as manifests
from rostra.programme import opus
from rostra.programme.aac import AacEncoder
from rostra.programme.board import Board
from rostra.programme.manifest import Manifest
from rostra.programme.places import Places
from rostra.rooms import actions as rooms
from rostra.settings import NodeSettings
from rostra.store.database import open_database
from rostra.store.migrate import migrate

_OVER = ("ended", "removed")


async def make_ready(settings: NodeSettings, *, running: bool = False) -> str | None:
    """Make everything ready; the first administrator's sign-in link if it was made just now.

    While Rostra is `running`, which is about to go over to this version, the board stays.
    Raises Misconfigured for a missing codec, a newer database or a certificate that cannot be used,
    Unavailable for a database out of reach.
    """
    if settings.web.tls is not None:
        now = datetime.fromtimestamp(SystemClock().wall_ms() / 1000, UTC)
        tls.check(settings.web.tls.certificate, settings.web.tls.key, now)
    opus.check_available()
    AacEncoder(settings.stage.aac_bitrate)
    places, now_ms = Places(settings.data), SystemClock().wall_ms()
    (Board.open if running else Board.create)(places.board).close()
    database = open_database(places.database, settings.web.database)
    try:
        await migrate(database)
        async with database.writing() as connection:
            admin, is_new = await people.first_administrator(connection, now_ms=now_ms)
            link = None
            if is_new:
                secret = await people.make_link(connection, admin.handle, now_ms=now_ms)
                link = f"{settings.web.public_url}/sign-in/{secret}"
            if settings.demo:
                await _open_demo(connection, places, settings, admin, now_ms)
            else:
                await _end_demo(connection, places)
    finally:
        await database.close()
    return link


async def _open_demo(
    connection: AsyncConnection,
    places: Places,
    settings: NodeSettings,
    admin: Account,
    now_ms: int,
) -> None:
    """The demo always begins anew when it was over; it is ours, and keeps nothing."""
    slug = rooms.DEMO_SLUG
    await rooms.ensure_demo(connection, places, admin, now_ms=now_ms)

    def begin(before: Manifest) -> Manifest:
        phase = before.phase if before.on else "lobby"
        if before.phase in _OVER:
            before = Manifest(
                slug=slug, title=before.title, host=before.host, language=before.language,
                record=before.record,
            )  # fmt: skip
        return replace(before, phase=phase)

    present = await asyncio.to_thread(manifests.read, places.manifest(slug))
    if present is not None and present.phase in _OVER:
        await asyncio.to_thread(_forget_programmes, places, slug)
    await asyncio.to_thread(manifests.update, places.manifest(slug), begin)
    await rooms.tell(connection, slug, "lobby")


async def _end_demo(connection: AsyncConnection, places: Places) -> None:
    """Without --demo nobody speaks in the demo Space, so it must not stay on air for ever."""
    slug = rooms.DEMO_SLUG
    present = await asyncio.to_thread(manifests.read, places.manifest(slug))
    if present is None or not present.on:
        return
    await asyncio.to_thread(
        manifests.update, places.manifest(slug), lambda now: replace(now, phase="ended")
    )
    await asyncio.to_thread(_forget_programmes, places, slug)
    await rooms.tell(connection, slug, "ended")


def _forget_programmes(places: Places, slug: str) -> None:
    """Remove all but the manifest and its lock from the Space's folder."""
    for path in places.space(slug).iterdir():
        if path.name.startswith("manifest."):
            continue
        if path.is_dir():
            shutil.rmtree(path)
        else:
            path.unlink()
