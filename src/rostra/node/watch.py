"""Which Spaces need a stage: their manifests are the only place that says so."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from rostra.errors import RostraError
from rostra.ids import checked_slug
from rostra.node.notes import note
from rostra.programme import manifest
from rostra.programme.places import Places

_WALK_SECONDS = 5.0
_NEVER = (-1, -1)


@dataclass
class _Seen:
    """One manifest as it was when last read: which file that was, and whether a stage must run."""

    stamp: tuple[int, int]
    on: bool


class StageWatch:
    """Looks at manifests; reads one again only when the file was replaced.

    A look costs one `stat` for each Space. With many Spaces at rest that adds up, so these are only
    looked at when their number is small or every few seconds.
    """

    def __init__(self, places: Places, few: int = 200, on: Iterable[str] = ()) -> None:
        """Those that are `on` have a stage already."""
        self._places = places
        self._few = few
        self._seen = {slug: _Seen(_NEVER, True) for slug in on}
        self._walked = float("-inf")

    def slugs(self, now: float) -> list[str]:
        """The Spaces that need a stage at `now` (seconds), in order."""
        if len(self._seen) <= self._few or now - self._walked >= _WALK_SECONDS:
            self._walked = now
            names = self._names()
            self._seen = {name: seen for name, seen in self._seen.items() if name in names}
        else:
            names = {slug for slug, seen in self._seen.items() if seen.on}
        for name in names:
            self._look(name)
        return sorted(slug for slug, seen in self._seen.items() if seen.on)

    def _names(self) -> set[str]:
        try:
            with os.scandir(self._places.spaces) as found:
                return {entry.name for entry in found if _is_slug(entry.name)}
        except FileNotFoundError:
            return set()

    def _look(self, slug: str) -> None:
        path = self._places.manifest(slug)
        stamp = _stamp(path)
        seen = self._seen.get(slug)
        if seen is not None and seen.stamp == stamp:
            return
        was_on = seen is not None and seen.on
        self._seen[slug] = _Seen(stamp, _on(path, was_on))


def _stamp(path: Path) -> tuple[int, int]:
    try:
        status = path.stat()
    except FileNotFoundError:
        return (0, 0)
    return (status.st_ino, status.st_mtime_ns)


def _on(path: Path, was_on: bool) -> bool:
    """A manifest that cannot be read changes nothing: whoever speaks now goes on speaking."""
    try:
        found = manifest.read(path)
    except (RostraError, OSError) as reason:
        note("manifest cannot be read", level="error", manifest=path, reason=reason)
        return was_on
    return found is not None and found.on


def _is_slug(name: str) -> bool:
    try:
        return checked_slug(name) == name
    except RostraError:
        return False
