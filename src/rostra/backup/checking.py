"""Whether an archive is what it says, before anything is touched: it may come from anywhere.

Only plain files are taken, under the names that a backup gives; links, devices, holes, names that
lead out of the folder, a name twice, and whatever the manifest does not speak of are refused.
"""

from __future__ import annotations

import hashlib
import json
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath
from typing import IO, Any, cast

from rostra.backup.archive import DATA, DATABASES, FORMAT, MANIFEST, PIECE, Contents, Stored
from rostra.errors import BadInput, Misconfigured
from rostra.programme.places import LAYOUT, RESTORING

LARGEST_MANIFEST = 512 << 20
LONGEST_NAME = 1000
_NOT_TAKEN = frozenset({"run", "lock", RESTORING})


@contextmanager
def opened(path: Path) -> Iterator[tarfile.TarFile]:
    """The archive. Raises BadInput when it is none, or is not there."""
    try:
        with tarfile.open(path, "r:") as tar:
            yield tar
    except (tarfile.TarError, EOFError, ValueError) as reason:
        raise _refused(path, f"it is damaged or no tar ({reason})") from None
    except OSError as reason:
        raise BadInput(f"The backup {path} cannot be read: {reason.strerror or reason}.") from None


def members(tar: tarfile.TarFile) -> Iterator[tarfile.TarInfo]:
    """What is in it, one after the other; tarfile itself would keep a list of all of them."""
    while (member := tar.next()) is not None:
        yield member
        cast(Any, tar).members.clear()


def check(path: Path, known: list[str], told: Callable[[int], None]) -> Contents:
    """What is in the archive, every byte of which was looked at; `known` are our schemas.

    Raises BadInput for what is no whole backup, Misconfigured for one of a newer Rostra.
    """
    found: dict[str, Stored] = {}
    manifest: bytes | None = None
    done = 0
    with opened(path) as tar:
        for member in members(tar):
            if manifest is not None:
                raise _refused(path, "something comes after its manifest")
            _check_member(path, member, found)
            with _file_of(tar, member) as file:
                if member.name == MANIFEST:
                    if member.size > LARGEST_MANIFEST:
                        raise _refused(path, "its manifest is too large")
                    manifest = file.read(member.size)
                    continue
                found[member.name] = Stored(member.size, _hash(file))
            done += member.size
            told(done)
    if manifest is None:
        raise _refused(path, "its end is missing")
    contents = _read(path, manifest)
    _check_versions(path, contents, known)
    _compare(path, contents, found)
    return contents


def _check_member(path: Path, member: tarfile.TarInfo, found: dict[str, Stored]) -> None:
    name = member.name
    plain = member.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and member.sparse is None
    if not plain:
        raise _refused(path, f"{name[:80]!r} is not a plain file")
    if not is_safe(name) or name in found:
        raise _refused(path, f"it has the name {name[:80]!r}")


def is_safe(name: str) -> bool:
    """Whether a file may be written under that name."""
    if name == MANIFEST or name in DATABASES.values():
        return True
    inside = name.removeprefix(DATA)
    pieces = inside.split("/")
    return (
        inside != name
        and len(name) <= LONGEST_NAME
        and "\0" not in name
        and "\\" not in name
        and not any(piece in {"", ".", ".."} for piece in pieces)
        and pieces[0] not in _NOT_TAKEN
        and PurePosixPath(inside).as_posix() == inside
    )


@contextmanager
def _file_of(tar: tarfile.TarFile, member: tarfile.TarInfo) -> Iterator[IO[bytes]]:
    file = tar.extractfile(member)
    assert file is not None  # it is a plain file
    with file:
        yield file


def _hash(file: IO[bytes]) -> str:
    hashed = hashlib.sha256()
    while piece := file.read(PIECE):
        hashed.update(piece)
    return hashed.hexdigest()


def _read(path: Path, raw: bytes) -> Contents:
    try:
        told = json.loads(raw)
        number = int(told["format"])
        if number > FORMAT:
            raise Misconfigured(
                f"The backup {path} was made by a newer Rostra ({str(told.get('rostra'))[:20]}): "
                "install that version first."
            )
        files = {
            str(name): Stored(int(each["bytes"]), str(each["sha256"]))
            for name, each in told["files"].items()
        }
        return Contents(
            str(told["rostra"]), str(told["schema"]), int(told["layout"]), str(told["database"]),
            int(told["made_ms"]), bool(told["recordings"]), files, number,
        )  # fmt: skip
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        raise _refused(path, "its manifest cannot be read") from None


def _check_versions(path: Path, contents: Contents, known: list[str]) -> None:
    if contents.database not in DATABASES:
        raise _refused(path, f"it has a database of the kind {contents.database[:20]!r}")
    if contents.schema not in known or contents.layout > LAYOUT:
        raise Misconfigured(
            f"The backup {path} was made by a newer Rostra ({contents.rostra[:20]}, schema "
            f"{contents.schema[:20]}, this one knows {known[-1]}): install that version first."
        )


def _compare(path: Path, contents: Contents, found: dict[str, Stored]) -> None:
    needed = {DATABASES[contents.database], DATA + "node.json", DATA + "secret"}
    for name in sorted(contents.files.keys() | found.keys() | needed):
        if contents.files.get(name) != found.get(name) or name not in found:
            raise _refused(path, f"{name[:80]!r} is not what its manifest says")


def _refused(path: Path, why: str) -> BadInput:
    return BadInput(f"The file {path} is no whole backup, and nothing was changed: {why[:200]}.")
