"""The manifest of a Space: one small file that says what the Space is now.

Web writes it for the lifecycle, the stage for the programme, edges look at it once a second and
the supervisor more often. Writers take turns by a lock beside it; readers take none, because the
file is replaced whole.
"""

from __future__ import annotations

import dataclasses
import errno
import fcntl
import json
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rostra.errors import Conflict, Misconfigured, NotFound, Unavailable

VERSION = 1
PHASES = ("scheduled", "lobby", "live", "paused", "ended", "removed")
ON = ("lobby", "live", "paused")  # phases in which a stage must run
REACTIONS = ("👏", "❤️", "😂", "😮", "🔥")
LARGEST = 64 * 1024

_TRIES, _PAUSE = 2_500, 0.002  # a lock is held for milliseconds: five seconds is a stuck process


@dataclass(frozen=True, kw_only=True)
class Manifest:
    """What edges, stages and the supervisor must know of a Space. Media times in samples."""

    slug: str
    title: str
    v: int = VERSION
    phase: str = "scheduled"
    language: str = ""
    host: str = ""
    starts_at: str | None = None
    record: bool = True
    reactions: tuple[str, ...] = REACTIONS
    programme: str | None = None
    renditions: tuple[str, ...] = ("opus", "aac")
    on_air: int | None = None
    ended_at: str | None = None
    replay: bool = False
    removed_reason: str | None = None
    pinned: dict[str, Any] | None = None

    def __post_init__(self) -> None:
        if self.phase not in PHASES:
            raise ValueError(f"a Space has no phase {self.phase!r}")
        if len(self.reactions) > 8:
            raise ValueError("a Space has at most eight reactions")

    @property
    def on(self) -> bool:
        """Whether a stage must run."""
        return self.phase in ON


_FIELDS = {field.name for field in dataclasses.fields(Manifest)}
_TUPLES = ("reactions", "renditions")


def read(path: Path) -> Manifest | None:
    """The manifest at `path`, or None when there is none.

    Raises Misconfigured when the file is damaged or was written by a newer Rostra.
    """
    try:
        with path.open("rb") as file:
            data = file.read(LARGEST + 1)
    except FileNotFoundError:
        return None
    return _parsed(data, path)


def create(path: Path, manifest: Manifest) -> Manifest:
    """Write the first manifest of a Space, its folder too. Raises Conflict when one is there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with _turn(path):
        if path.exists():
            raise Conflict("There is a Space at this address already: choose another.")
        _replace(path, manifest)
    return manifest


def update(path: Path, change: Callable[[Manifest], Manifest]) -> Manifest:
    """Replace the manifest by `change` of it; nobody else changes it meanwhile.

    When the call returns it is on the disk. An exception in `change` leaves everything as it was.
    Raises NotFound when there is no manifest, Unavailable when another writer hangs.
    """
    if not path.parent.is_dir():
        raise NotFound("There is no such Space.")
    with _turn(path):
        before = read(path)
        if before is None:
            raise NotFound("There is no such Space.")
        after = change(before)
        if after != before:
            _replace(path, after)
    return after


def _parsed(data: bytes, path: Path) -> Manifest:
    try:
        found = json.loads(data) if len(data) <= LARGEST else None
        if not isinstance(found, dict):
            raise TypeError
        if found.get("v", 0) > VERSION:
            raise Misconfigured(f"{path} was written by a newer Rostra: upgrade this one.")
        known = {key: value for key, value in found.items() if key in _FIELDS}
        return Manifest(**known | {key: tuple(known[key]) for key in _TUPLES if key in known})
    except (ValueError, TypeError):
        raise Misconfigured(f"{path} is damaged: restore it, or remove the folder.") from None


@contextmanager
def _turn(path: Path) -> Iterator[None]:
    descriptor = os.open(path.with_suffix(".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
    try:
        _lock(descriptor)
        yield
    finally:
        os.close(descriptor)


def _lock(descriptor: int) -> None:
    for _ in range(_TRIES):
        try:
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            if error.errno not in (errno.EWOULDBLOCK, errno.EINTR):
                raise
            time.sleep(_PAUSE)
        else:
            return
    raise Unavailable("Another process holds this Space's manifest: try again.", retry_after=5)


def _replace(path: Path, manifest: Manifest) -> None:
    data = json.dumps(dataclasses.asdict(manifest), ensure_ascii=False, indent=1).encode()
    if len(data) > LARGEST:
        raise ValueError("a manifest has at most 64 KiB")
    fresh = path.with_suffix(".new")
    with fresh.open("wb") as file:
        file.write(data)
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    folder = os.open(path.parent, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
