"""Recordings as what takes room: how much each Space's takes, and giving it back."""

from __future__ import annotations

import asyncio
import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from rostra.errors import Conflict, RostraError
from rostra.programme import manifest as manifests
from rostra.programme.manifest import Manifest
from rostra.programme.places import Places
from rostra.rooms.rules import no_such_space

SUFFIXES = (".mp4", ".idx")
MOST = 50


@dataclass(frozen=True)
class Recording:
    """What is left of a Space that is over; `bytes` on the disk."""

    slug: str
    title: str
    ended_at: str
    bytes: int


async def largest(places: Places) -> list[Recording]:
    """The recordings that take most room, MOST at most."""
    found = await asyncio.to_thread(lambda: list(_all(places)))
    return sorted(found, key=lambda each: -each.bytes)[:MOST]


async def forget_recording(places: Places, slug: str) -> int:
    """Remove the sound of a Space that is over; its page stays. The bytes that are free now.

    Raises NotFound, Conflict while it is not over.
    """
    return await asyncio.to_thread(_forget, places, slug)


def _all(places: Places) -> Iterator[Recording]:
    folders = sorted(places.spaces.iterdir()) if places.spaces.is_dir() else []
    for folder in folders:
        try:
            found = manifests.read(folder / "manifest.json")
        except RostraError:
            continue  # a damaged one is not known to be over
        size = sum(_size(path) for path in _files(folder))
        if found is not None and found.phase in {"ended", "removed"} and size:
            yield Recording(found.slug, found.title, found.ended_at or "", size)


def _forget(places: Places, slug: str) -> int:
    def change(now: Manifest) -> Manifest:
        if now.phase not in {"ended", "removed"}:
            raise Conflict("This Space is not over: its recording is still being made.")
        return dataclasses.replace(now, replay=False)

    path = places.manifest(slug)
    if not path.exists():
        raise no_such_space()
    manifests.update(path, change)  # first, so that nobody is sent to what is not there
    freed = 0
    for each in list(_files(path.parent)):
        freed += _size(each)
        each.unlink(missing_ok=True)
    return freed


def _files(folder: Path) -> Iterator[Path]:
    return (path for path in folder.iterdir() if path.suffix in SUFFIXES)


def _size(path: Path) -> int:
    try:
        return path.stat().st_blocks * 512
    except FileNotFoundError:
        return 0
