"""The archive: a plain tar of files only, and last in it what they are, each with its SHA-256.

    database.sqlite or database.pgdump
    data/…              the data folder
    manifest.json       {"format", "rostra", "schema", "layout", "database", "made_ms", "files"}

The manifest comes last because only then everything is known of the files; so an archive that was
cut off has none and is refused.
"""

from __future__ import annotations

import hashlib
import io
import json
import os
import tarfile
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rostra.backup.contents import Part, opened
from rostra.errors import Unavailable

FORMAT = 1
MANIFEST = "manifest.json"
DATA = "data/"
DATABASES = {"sqlite": "database.sqlite", "postgresql": "database.pgdump"}
PIECE = 1 << 20
_TRIES = 3


@dataclass(frozen=True)
class Stored:
    """One file of the archive."""

    bytes: int
    sha256: str


@dataclass
class Contents:
    """What the manifest says. `database` is a key of DATABASES, `made_ms` when it was begun."""

    rostra: str
    schema: str
    layout: int
    database: str
    made_ms: int
    recordings: bool
    files: dict[str, Stored] = field(default_factory=dict)
    format: int = FORMAT

    def document(self) -> bytes:
        return json.dumps(asdict(self), indent=1).encode()


class ArchiveWriter:
    """Writes files into a tar, and counts; `told` hears how many bytes were written so far."""

    def __init__(self, file: io.BufferedWriter, told: Callable[[int], None]) -> None:
        self._tar = tarfile.TarFile(fileobj=file, mode="w", format=tarfile.PAX_FORMAT)
        self._told = told
        self.written = 0
        self.files: dict[str, Stored] = {}

    def add(self, name: str, part: Part) -> bool:
        """Add a file; whether it was still there. Raises OSError, Unavailable."""
        for _ in range(_TRIES):
            with opened(part) as found:
                if found is None:
                    return False
                descriptor, size = found
                if size > PIECE:
                    self._copy(name, descriptor, size)
                    return True
                data = _whole(descriptor, size)
            # A small file is read before it is promised: it may be cut just then.
            if len(data) == size:
                self._write(name, size, io.BytesIO(data))
                return True
        raise Unavailable(f"The file {part.path} changes all the time: try again.")

    def _copy(self, name: str, descriptor: int, size: int) -> None:
        with open(descriptor, "rb", closefd=False) as source:
            self._write(name, size, source)

    def _write(self, name: str, size: int, source: io.BufferedIOBase) -> None:
        head = tarfile.TarInfo(name)
        head.size, head.mode = size, 0o600
        hashed = _Hashed(source, self._count)
        try:
            self._tar.addfile(head, hashed)
        except OSError as reason:
            if reason.errno is None:  # tarfile's own word for a file that ended too early
                raise Unavailable(
                    f"The file {name} was cut while it was copied: try again."
                ) from None
            raise
        self.files[name] = Stored(size, hashed.sha256)

    def _count(self, size: int) -> None:
        self.written += size
        self._told(self.written)

    def finish(self, contents: Contents) -> None:
        """Write the manifest and the end."""
        contents.files = dict(self.files)
        document = contents.document()
        self._write(MANIFEST, len(document), io.BytesIO(document))
        self._tar.close()


class _Hashed:
    """Reads on behalf of tarfile, and hashes what passes."""

    def __init__(self, source: io.BufferedIOBase, told: Callable[[int], None]) -> None:
        self._source, self._told = source, told
        self._hash = hashlib.sha256()

    def read(self, size: int = -1, /) -> bytes:
        data = self._source.read(size)
        self._hash.update(data)
        self._told(len(data))
        return data

    @property
    def sha256(self) -> str:
        return self._hash.hexdigest()


def _whole(descriptor: int, size: int) -> bytes:
    return os.pread(descriptor, size, 0)


def synced(folder: Path) -> None:
    """What was renamed in `folder` is so after a power cut too."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
