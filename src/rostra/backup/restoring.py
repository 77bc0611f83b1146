"""`rostra restore`: an archive becomes a data folder, and a database, as they were.

Everything is unpacked and migrated aside, in `.restoring`, and then moved into place; until that
folder is gone `rostra serve` does not start there, and another restore begins anew.
"""

from __future__ import annotations

import asyncio
import os
import secrets
import shutil
import sqlite3
import tarfile
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import delete

from rostra.backup import checking, databases
from rostra.backup.archive import DATABASES, PIECE, Contents, synced
from rostra.backup.progress import Progress
from rostra.errors import BadInput, Misconfigured
from rostra.node import folder
from rostra.people.tables import api_tokens, grants, mail_links, sessions, sign_in_links
from rostra.programme.places import RESTORING, Places
from rostra.settings import CONFIG_NAME
from rostra.store.database import Database, open_database
from rostra.store.migrate import migrate, revisions

_SPARE = 64 << 20
_HARMLESS = frozenset({"lock", "lost+found", RESTORING})

AddressOf = Callable[[Path], str | None]
"""The database's address, given where the settings file of the archive lies now."""


@dataclass(frozen=True)
class Wish:
    """`sign_out` ends every session and token, and makes a new secret."""

    archive: Path
    root: Path
    sign_out: bool = False


def restore(wish: Wish, address_of: AddressOf, progress: Progress) -> Contents:
    """Put a backup back into an empty folder, and into an empty database if it is PostgreSQL's.

    Raises BadInput for an archive that is none, Misconfigured for a folder that is in use or not
    empty and for what a newer Rostra made, Unavailable for the database.
    """
    contents = checking.check(
        wish.archive, revisions(), lambda done: progress.bytes("checked", done)
    )
    places, lock = folder.hold(wish.root)
    try:
        _check_empty(places)
        _check_room(places, wish.archive.stat().st_size)
        _put_back(wish, places, contents, address_of, progress)
    finally:
        os.close(lock)
    return contents


def _put_back(
    wish: Wish, places: Places, contents: Contents, address_of: AddressOf, progress: Progress
) -> None:
    aside = places.root / RESTORING
    aside.mkdir(mode=0o700)
    dumped = aside / DATABASES[contents.database]
    inside = aside / "data"
    inside.mkdir(mode=0o700)
    unpack(wish.archive, contents, aside, lambda done: progress.bytes("unpacked", done))
    config = inside / CONFIG_NAME
    url = address_of(config)
    _check_kind(contents, url)
    progress.step("database")
    file = inside / places.database.name
    if url is not None and databases.is_postgresql(url):
        databases.load_postgresql(url, dumped)
        dumped.unlink()
    else:
        _check_whole(dumped)
        dumped.replace(file)
    asyncio.run(_made_current(open_database(file, _address(url)), sign_out=wish.sign_out))
    if wish.sign_out:
        (inside / "secret").write_bytes(secrets.token_bytes(folder.SECRET_BYTES))
    _move(inside, places.root, named=databases.sqlite_file(url, places.database))


def unpack(archive: Path, contents: Contents, into: Path, told: Callable[[int], None]) -> None:
    """Write the files of an archive that was checked into the folder `into`, synced.

    Raises BadInput should it have changed since, OSError.
    """
    done = 0
    with checking.opened(archive) as tar:
        for member in checking.members(tar):
            expected = contents.files.get(member.name)
            if expected is None:
                continue  # the manifest
            if not checking.is_safe(member.name) or expected.bytes != member.size:
                raise BadInput(f"The backup {archive} was changed just now: begin again.")
            _write(tar, member, into / member.name)
            done += member.size
            told(done)


def _write(tar: tarfile.TarFile, member: tarfile.TarInfo, path: Path) -> None:
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    source = tar.extractfile(member)
    assert source is not None  # it was a plain file when it was checked
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW | os.O_CLOEXEC
    with source, os.fdopen(os.open(path, flags, 0o600), "wb") as target:
        shutil.copyfileobj(source, target, PIECE)
        target.flush()
        os.fsync(target.fileno())


def _check_empty(places: Places) -> None:
    """An unfinished restore is cleared away: the folder was empty when it began."""
    names = {entry.name for entry in places.root.iterdir()}
    if RESTORING in names:
        for entry in places.root.iterdir():
            if entry.name not in _HARMLESS:
                shutil.rmtree(entry) if entry.is_dir() else entry.unlink()
        shutil.rmtree(places.root / RESTORING)
    elif names - _HARMLESS:
        raise Misconfigured(
            f"The folder {places.root} is not empty, and nothing in it was changed: give an empty "
            "or a new one with --data."
        )


def _check_room(places: Places, size: int) -> None:
    free = shutil.disk_usage(places.root).free
    if free < size + _SPARE:
        raise Misconfigured(
            f"The disk of {places.root} has {free // 2**20} MiB left, and the backup needs "
            f"{(size + _SPARE) // 2**20}: make room or give another folder with --data."
        )


def _check_kind(contents: Contents, url: str | None) -> None:
    kind = "postgresql" if databases.is_postgresql(url) else "sqlite"
    if kind != contents.database:
        wanted = "an empty PostgreSQL database in ROSTRA_DATABASE"
        wanted = wanted if contents.database == "postgresql" else "no database in the settings"
        raise Misconfigured(
            f"The backup is of a {contents.database} database and the settings name a {kind} one: "
            f"give {wanted}."
        )


def _check_whole(file: Path) -> None:
    with closing(sqlite3.connect(file)) as copy:
        databases.check_sqlite(copy, file)


def _address(url: str | None) -> str | None:
    return url if databases.is_postgresql(url) else None


async def _made_current(database: Database, *, sign_out: bool) -> None:
    try:
        await migrate(database)
        if sign_out:
            async with database.writing() as connection:
                for table in (sessions, api_tokens, sign_in_links, mail_links, grants):
                    await connection.execute(delete(table))
    finally:
        await database.close()


def _move(inside: Path, root: Path, *, named: Path) -> None:
    """Into place; `named` is where the database has to lie, should a setting say so."""
    for entry in sorted(inside.iterdir()):
        is_database = entry.name == Places(root).database.name
        shutil.move(entry, named if is_database else root / entry.name)
    synced(root)
    shutil.rmtree(inside.parent)
    synced(root)


def where(environ: Mapping[str, str], given: Path | None) -> Path:
    """The data folder that is meant."""
    return given or Path(environ.get("ROSTRA_DATA") or "data")
