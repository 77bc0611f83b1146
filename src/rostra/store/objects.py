"""Where files lie that are written once, read often and never changed: pictures, sounds.

A name is `[a-z0-9.-]`, chosen by us and never by who sent the file. `LocalObjects` is a folder;
what S3 would be has the same five methods.
"""

from __future__ import annotations

import asyncio
import errno
import os
import re
from pathlib import Path
from typing import Protocol

from rostra.errors import NotFound, Unavailable

_NAME = re.compile(r"[a-z0-9][a-z0-9.-]{3,79}")


class ObjectStore(Protocol):
    """What is asked of a store. Names that are none, and what is not there, raise NotFound."""

    async def put(self, name: str, file: Path) -> None:
        """Keep what is in `file`, which is gone after that. Returns when it is on the disk."""

    async def size(self, name: str) -> int:
        """Bytes of the object."""

    async def read(self, name: str, start: int, length: int) -> bytes:
        """At most `length` bytes from `start` on; none behind the end."""

    async def rename(self, name: str, new: str) -> None:
        """Give it another name. Done already is done."""

    async def remove(self, name: str) -> None:
        """It is not there any more, or never was."""


class LocalObjects:
    """Objects in `root`, in folders by their first two characters."""

    def __init__(self, root: Path) -> None:
        self._root = root

    async def put(self, name: str, file: Path) -> None:
        await asyncio.to_thread(self._put, self._path(name), file)

    async def size(self, name: str) -> int:
        try:
            return (await asyncio.to_thread(self._path(name).stat)).st_size
        except FileNotFoundError:
            raise _nothing() from None

    async def read(self, name: str, start: int, length: int) -> bytes:
        return await asyncio.to_thread(_read, self._path(name), start, length)

    async def rename(self, name: str, new: str) -> None:
        await asyncio.to_thread(_rename, self._path(name), self._path(new))

    async def remove(self, name: str) -> None:
        path = self._path(name)
        await asyncio.to_thread(path.unlink, missing_ok=True)

    def _path(self, name: str) -> Path:
        if not _NAME.fullmatch(name):
            raise _nothing()
        return self._root / name[:2] / name

    def _put(self, path: Path, file: Path) -> None:
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            _sync(file)
            file.replace(path)
            _sync(path.parent)
        except OSError as error:
            raise disk_trouble(error) from error


def disk_trouble(error: OSError) -> Unavailable:
    """What to say when the disk does not take something."""
    if error.errno in {errno.ENOSPC, errno.EDQUOT}:
        return Unavailable(
            "The disk of this server is full: try again later, or tell its administrator.",
            retry_after=60,
        )
    return Unavailable("The disk of this server does not answer: try again.", retry_after=10)


def _read(path: Path, start: int, length: int) -> bytes:
    try:
        with path.open("rb", buffering=0) as file:
            return os.pread(file.fileno(), length, start)
    except FileNotFoundError:
        raise _nothing() from None


def _rename(path: Path, new: Path) -> None:
    if path.exists() or not new.exists():
        try:
            new.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.rename(new)
        except FileNotFoundError:
            raise _nothing() from None


def _sync(path: Path) -> None:
    descriptor = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


def _nothing() -> NotFound:
    return NotFound("There is no file at this address.")
