"""Looking at what the web process stands on: its database, and the walls of the darkroom."""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
from pathlib import Path

from sqlalchemy import text

from rostra.backup.databases import is_postgresql, sqlite_file
from rostra.doctor.facts import Square
from rostra.errors import RostraError
from rostra.programme.places import Places
from rostra.settings import NodeSettings
from rostra.store.database import open_database

_SECONDS = 10.0
_CONFINE = "from rostra.darkroom.confinement import begin, finish; print(*begin(), *finish())"


async def look(settings: NodeSettings) -> Square:
    """What is there, within some seconds; nothing is made or changed."""
    url, walls = settings.web.database, await asyncio.to_thread(_walls)
    if is_postgresql(url):
        size, trouble = await _postgresql(str(url))
        return Square("PostgreSQL", size, trouble, shutil.which("pg_dump") is not None, walls)
    file = sqlite_file(url, Places(settings.data).database)
    beside = file.with_name(file.name + "-wal")
    there = [each.stat().st_size for each in (file, beside) if each.is_file()]
    return Square("SQLite", sum(there) if there else None, "", True, walls)


async def _postgresql(url: str) -> tuple[int | None, str]:
    """Its size, or why that is not known."""
    try:
        database = open_database(Path("unused"), url)
    except RostraError as reason:
        return None, reason.sentence
    try:
        async with database.reading() as connection:
            asked = text("SELECT pg_database_size(current_database())")
            return int(await connection.scalar(asked) or 0), ""
    except RostraError as reason:
        return None, reason.sentence
    finally:
        await database.close()


def _walls() -> tuple[str, ...]:
    """Those that a process which gives up what the darkroom gives up is left with."""
    try:
        done = subprocess.run(  # noqa: S603 - our own words
            [sys.executable, "-c", _CONFINE],
            stdin=subprocess.DEVNULL, capture_output=True, text=True, check=True, timeout=_SECONDS,
        )  # fmt: skip
    except (subprocess.SubprocessError, OSError):
        return ()
    return tuple(done.stdout.split())
