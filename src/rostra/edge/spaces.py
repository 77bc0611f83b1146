"""The Spaces that somebody here asks for: their manifests and logs, looked at once a second.

As many as fit are remembered; the one that was asked for longest ago and that nobody listens to
makes room. An address without a Space is remembered too, briefly, so that asking for it again and
again costs one look a second, and asking for ever new ones takes no memory.
"""

from __future__ import annotations

import os
from collections import OrderedDict
from dataclasses import replace
from pathlib import Path

from rostra.edge.notes import note
from rostra.edge.tail import Tail
from rostra.errors import BadInput, Misconfigured, NotFound, Unavailable
from rostra.programme.manifest import Manifest, read
from rostra.programme.places import Places

LOOK_NS = 1_000_000_000
_MOST_SPACES = 256
_MOST_UNKNOWN = 1024
_MOST_TAILS = 8
Stamp = tuple[int, int, int]


class Space:
    """One Space as of the last look."""

    def __init__(self, slug: str, manifest: Manifest, stamp: Stamp, places: Places) -> None:
        self.slug = slug
        self.manifest = manifest
        self.stamp = stamp
        self.looked_ns = 0
        self._places = places
        self._tails: OrderedDict[tuple[str, str], Tail] = OrderedDict()

    def current(self, rendition: str, now: int) -> Tail:
        """The programme that is on. Raises Unavailable while there is none yet."""
        pid = self.manifest.programme
        if pid is None or rendition not in self.manifest.renditions:
            raise _not_yet()
        try:
            return self.tail(pid, rendition, now)
        except NotFound:
            raise _not_yet() from None

    def tail(self, pid: str, rendition: str, now: int) -> Tail:
        """Programme `pid`, seen until `now`. Raises NotFound when it is not (yet) there."""
        key = (pid, rendition)
        tail = self._tails.get(key)
        if tail is None:
            tail = self._opened(pid, rendition, now)
            self._tails[key] = tail
            if len(self._tails) > _MOST_TAILS:
                self._tails.popitem(last=False)[1].retire()
        self._tails.move_to_end(key)
        tail.look(now)
        return tail

    @property
    def in_use(self) -> bool:
        """Whether somebody is being sent sound of it."""
        return any(tail.users for tail in self._tails.values())

    def carries(self, tail: Tail) -> bool:
        """Whether `tail` may still grow: it is the programme that is on."""
        return self.manifest.on and self.manifest.programme == tail.pid

    def forget(self) -> None:
        """Let go of every log, and of those still being sent when that is done."""
        for tail in self._tails.values():
            tail.retire()
        self._tails.clear()

    def _opened(self, pid: str, rendition: str, now: int) -> Tail:
        try:
            return Tail(*self._places.log(self.slug, pid, rendition), now)
        except BadInput as reason:  # its first bytes may be on their way
            raise NotFound(reason.sentence) from None


class Spaces:
    """Finds a Space by its slug."""

    def __init__(self, places: Places) -> None:
        self._places = places
        self._known: OrderedDict[str, Space] = OrderedDict()
        self._unknown: OrderedDict[str, int] = OrderedDict()

    def __len__(self) -> int:
        return len(self._known)

    def find(self, slug: str, now: int) -> Space:
        """The Space at `slug` as of the last second. Raises NotFound, also when it was removed."""
        space = self.look(slug, now)
        if space is None or space.manifest.phase == "removed":
            raise NotFound("There is no Space at this address, or it was removed.")
        return space

    def look(self, slug: str, now: int) -> Space | None:
        """The same with removed ones, and None for what there is not."""
        space = self._known.get(slug)
        if space is not None:
            self._known.move_to_end(slug)
            return space if now < space.looked_ns + LOOK_NS else self._again(space, now)
        if now < self._unknown.get(slug, -LOOK_NS) + LOOK_NS:
            return None
        return self._first_look(slug, now)

    def look_at_used(self, now: int) -> list[Space]:
        """Every Space that is being sent, after another look; one that vanished is removed."""
        used = [space for space in self._known.values() if space.in_use]
        for space in used:
            self.look(space.slug, now)
        return used

    def _first_look(self, slug: str, now: int) -> Space | None:
        path = self._places.manifest(slug)
        stamp = _stamp(path)
        manifest = _read(path) if stamp else None
        if manifest is None or stamp is None:
            self._unknown[slug] = now
            self._unknown.move_to_end(slug)
            if len(self._unknown) > _MOST_UNKNOWN:
                self._unknown.popitem(last=False)
            return None
        self._unknown.pop(slug, None)
        self._make_room()
        space = self._known[slug] = Space(slug, manifest, stamp, self._places)
        space.looked_ns = now
        return space

    def _again(self, space: Space, now: int) -> Space | None:
        space.looked_ns = now
        path = self._places.manifest(space.slug)
        stamp = _stamp(path)
        if stamp is None:
            del self._known[space.slug]
            space.manifest = replace(space.manifest, phase="removed")
            space.forget()
            return None
        if stamp != space.stamp and (manifest := _read(path)) is not None:
            space.manifest, space.stamp = manifest, stamp
        return space

    def _make_room(self) -> None:
        if len(self._known) < _MOST_SPACES:
            return
        unused = next((slug for slug, space in self._known.items() if not space.in_use), None)
        if unused is None:
            raise Unavailable("This server has too many Spaces in use: try again.", retry_after=5)
        self._known.pop(unused).forget()


def _stamp(path: Path) -> Stamp | None:
    """What changes whenever the file is replaced."""
    try:
        found = os.stat(path)  # noqa: PTH116 - Path.stat costs twice as much
    except (FileNotFoundError, NotADirectoryError):
        return None
    return found.st_ino, found.st_mtime_ns, found.st_size


def _read(path: Path) -> Manifest | None:
    """The manifest; a damaged one is as if it had not changed, or not there."""
    try:
        return read(path)
    except Misconfigured as reason:
        note("manifest unreadable", reason=reason.sentence)
        return None


def _not_yet() -> Unavailable:
    return Unavailable("This Space has not begun: come back a little later.", retry_after=3)
