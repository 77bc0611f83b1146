"""What of the data folder takes how much room, looked at once a minute at most."""

from __future__ import annotations

import asyncio
import os
from pathlib import Path

from sqlalchemy import text

from rostra.programme.places import Places
from rostra.web.parts import WebParts

KINDS = ("recordings", "pictures", "database", "other")
_MINUTE_NS = 60_000_000_000


class Disk:
    """Sizes by kind; walking a large folder takes a second, so the answer is kept for a minute."""

    def __init__(self) -> None:
        self._sizes: dict[str, int] = {}
        self._looked_ns: int | None = None
        self._turn = asyncio.Lock()

    async def sizes(self, parts: WebParts) -> dict[str, int]:
        """Bytes on the disk by KINDS."""
        async with self._turn:
            now = parts.clock.boot_ns()
            if self._looked_ns is None or now - self._looked_ns > _MINUTE_NS:
                sizes = await asyncio.to_thread(measure, parts.places)
                if not parts.database.is_sqlite:
                    sizes["database"] = await _postgresql(parts)
                self._sizes, self._looked_ns = sizes, now
            return self._sizes

    def forget(self) -> None:
        """Something was removed just now."""
        self._looked_ns = None


def measure(places: Places) -> dict[str, int]:
    """Bytes on the disk by KINDS."""
    sizes = dict.fromkeys(KINDS, 0)
    for top in os.scandir(places.root):
        sizes[_kind(places, top.name)] += _size(Path(top.path))
    return sizes


def _kind(places: Places, name: str) -> str:
    if name.startswith(places.database.name):
        return "database"
    return {places.spaces.name: "recordings", places.media.name: "pictures"}.get(name, "other")


def _size(path: Path) -> int:
    if path.is_symlink() or not path.is_dir():
        return path.lstat().st_blocks * 512
    total = 0
    for folder, _, names in os.walk(path):
        for name in names:
            try:
                total += (Path(folder) / name).lstat().st_blocks * 512
            except FileNotFoundError:
                continue  # removed meanwhile
    return total


async def _postgresql(parts: WebParts) -> int:
    async with parts.database.reading() as connection:
        asked = text("SELECT pg_database_size(current_database())")
        return int(await connection.scalar(asked) or 0)
