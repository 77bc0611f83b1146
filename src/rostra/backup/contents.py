"""What of the data folder goes into a backup, and how much of a file that still grows.

Everything but what only the running server needs, and the database, which is copied apart. So
whatever else comes to lie in the folder is kept without anybody thinking of it.
"""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from rostra.errors import RostraError
from rostra.last_backup import NOTE
from rostra.programme import manifest as manifests
from rostra.programme.index import HEADER_SIZE, CorruptIndex, scan, unpack_header
from rostra.programme.places import RESTORING, Places

_AT_THE_TOP = frozenset({"run", "lock", NOTE, RESTORING})
_SHORT_LIVED = (".lock", ".new", ".part")
_RECORDING = (".mp4", ".idx")


@dataclass(frozen=True)
class Part:
    """A file to be copied: its `name` in the data folder, with slashes; `size` where it is cut."""

    name: str
    path: Path
    size: int | None = None


def parts(places: Places, *, recordings: bool) -> Iterator[Part]:
    """Every file that is to be kept. Without `recordings` the sound of what is over stays behind.

    A Space's manifest comes before its sound, so that the programme it names is there.
    """
    for path in _files(places):
        name = path.relative_to(places.root).as_posix()
        of_a_space = path.is_relative_to(places.spaces)
        if not (of_a_space and path.suffix in _RECORDING):
            yield Part(name, path)
        elif path.suffix == ".idx" and (recordings or _is_on(path.with_name("manifest.json"))):
            yield from _programme(path, name)


def _programme(index: Path, name: str) -> Iterator[Part]:
    """A log up to the last record that is there whole: its writer may be at the next just now.

    The index is read before the sound, so that the sound it speaks of is there.
    """
    try:
        data = index.read_bytes()
        header = unpack_header(data)
    except (FileNotFoundError, CorruptIndex):
        return  # forgotten meanwhile, or its very first bytes are just being written
    found = scan(data[HEADER_SIZE:], data_end=header.init_length, media_end=header.first_media_time)
    end = found.records[-1].data_end if found.records else header.init_length
    yield Part(name.removesuffix(".idx") + ".mp4", index.with_suffix(".mp4"), end)
    yield Part(name, index, HEADER_SIZE + found.consumed)


def _is_on(manifest: Path) -> bool:
    try:
        found = manifests.read(manifest)
    except RostraError:
        return True  # a damaged one does not say that it is over
    return found is not None and found.on


def _files(places: Places) -> Iterator[Path]:
    incoming = places.incoming  # what is being made of uploads just now
    for top in sorted(places.root.iterdir()):
        if top.name in _AT_THE_TOP or top.name.startswith(places.database.name):
            continue
        if top.is_dir() and not top.is_symlink():
            for folder, _, names in os.walk(top):
                if Path(folder).is_relative_to(incoming):
                    continue
                lasting = sorted(filter(_lasts, names), key=lambda n: (n.endswith(_RECORDING), n))
                yield from (Path(folder) / name for name in lasting)
        elif _lasts(top.name):
            yield top


def _lasts(name: str) -> bool:
    return not name.endswith(_SHORT_LIVED)


@contextmanager
def opened(part: Part) -> Iterator[tuple[int, int] | None]:
    """A descriptor and how many bytes of it are to be copied; None for what is no file, or gone.

    Links are passed over: what they name is in the folder by itself, or does not belong to it.
    Raises OSError for a file that may not be read.
    """
    try:
        regular = stat.S_ISREG(part.path.lstat().st_mode)
        flags = os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW
        descriptor = os.open(part.path, flags) if regular else None
    except FileNotFoundError:
        descriptor = None
    if descriptor is None:
        yield None
        return
    try:
        there = os.fstat(descriptor).st_size
        yield descriptor, there if part.size is None else min(part.size, there)
    finally:
        os.close(descriptor)
