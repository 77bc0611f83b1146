"""`rostra backup`: the database at one moment, then the files it speaks of, then what they are.

In that order a row never speaks of a file that is not there: files are written before the rows
that name them, and kept for a while after.
"""

from __future__ import annotations

import fcntl
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rostra import __version__
from rostra.backup import databases
from rostra.backup.archive import DATA, DATABASES, ArchiveWriter, Contents, synced
from rostra.backup.contents import Part, parts
from rostra.backup.progress import Progress
from rostra.errors import Misconfigured
from rostra.last_backup import NOTE, LastBackup, dump
from rostra.programme.places import LAYOUT, Places
from rostra.settings import CONFIG_NAME


@dataclass(frozen=True)
class Order:
    """What is to be backed up: `database` is its address, None for the folder's own; `config` is
    a settings file outside of the folder."""

    places: Places
    database: str | None
    config: Path | None
    recordings: bool
    now_ms: int


def back_up(order: Order, target: Path, progress: Progress) -> LastBackup:
    """Write all that is kept to the file `target`, which is there whole or not at all.

    Raises Misconfigured for what cannot be, Unavailable for the database, OSError.
    """
    places = order.places
    _check(places, target)
    with _unfinished(target) as (path, descriptor), _unfinished(target) as (copy, _):
        contents = _write(order, descriptor, copy, progress)
        os.fsync(descriptor)
        path.replace(target)
    synced(target.parent)
    made = LastBackup(contents.made_ms, target.stat().st_size, str(target.absolute()))
    note = places.root / NOTE
    fresh = note.with_suffix(".new")
    fresh.write_bytes(dump(made))
    fresh.replace(note)
    return made


def _check(places: Places, target: Path) -> None:
    if not places.node.is_file():
        raise Misconfigured(
            f"There is no Rostra in the folder {places.root}: name its data folder with --data."
        )
    if target.absolute().resolve().is_relative_to(places.root.resolve()):
        raise Misconfigured(
            "A backup inside the data folder would be lost with it: give a file elsewhere "
            "with --to."
        )
    if not target.absolute().parent.is_dir():
        raise Misconfigured(f"There is no folder {target.absolute().parent}: make it first.")


def _write(order: Order, descriptor: int, copy: Path, progress: Progress) -> Contents:
    places, url = order.places, order.database
    kind = "postgresql" if databases.is_postgresql(url) else "sqlite"
    schema = _copy_database(url, places, copy, progress)
    with open(descriptor, "wb", closefd=False) as file:
        writer = ArchiveWriter(file, lambda done: progress.bytes("files", done))
        writer.add(DATABASES[kind], Part(DATABASES[kind], copy))
        for part in parts(places, recordings=order.recordings):
            writer.add(DATA + part.name, part)
        if order.config is not None and DATA + CONFIG_NAME not in writer.files:
            writer.add(DATA + CONFIG_NAME, Part(CONFIG_NAME, order.config))
        contents = Contents(
            __version__, schema, LAYOUT, kind, order.now_ms, recordings=order.recordings
        )
        writer.finish(contents)
    return contents


def _copy_database(url: str | None, places: Places, copy: Path, progress: Progress) -> str:
    if url is not None and databases.is_postgresql(url):
        progress.step("database")
        databases.dump_postgresql(url, copy)
        return databases.schema_of_postgresql(url)
    source = databases.sqlite_file(url, places.database)
    databases.copy_sqlite(source, copy, lambda done, of: progress.share("database", done, of))
    return databases.schema_of_sqlite(copy)


@contextmanager
def _unfinished(target: Path) -> Iterator[tuple[Path, int]]:
    """A file beside `target` that nobody else may read, gone at the end unless it was renamed.

    Those that killed backups left are removed: nobody holds their locks.
    """
    for left in target.parent.glob(f".{target.name}.*.part*"):
        _remove_if_left(left)
    descriptor, name = tempfile.mkstemp(
        prefix=f".{target.name}.", suffix=".part", dir=target.parent
    )  # which makes it 0600
    path = Path(name)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield path, descriptor
    finally:
        path.unlink(missing_ok=True)
        os.close(descriptor)


def _remove_if_left(path: Path) -> None:
    with path.open("rb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return
        path.unlink(missing_ok=True)
