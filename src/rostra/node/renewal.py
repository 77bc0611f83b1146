"""The certificate in use: a proven copy in the data folder, renewed when its files are.

The parts are given the copy, one file that is replaced whole and only by a pair that works: a part
that dies while the operator's files are half replaced, or wrong, starts again with what was good
before. Whoever is on this machine trusts exactly that copy.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from rostra.errors import Misconfigured
from rostra.node.files import write_whole
from rostra.node.notes import note
from rostra.programme.places import Places
from rostra.settings import TlsFiles, Value

LOOK_SECONDS = 60.0
_Stamp = tuple[tuple[int, int, int] | None, ...]


class CertificateWatch:
    """Looks at the operator's files once a minute, and whenever it is told to."""

    def __init__(self, files: TlsFiles, places: Places, look_seconds: float = LOOK_SECONDS) -> None:
        """Takes the files as they are. Raises Misconfigured when they are not good."""
        self._files, self._every = files, look_seconds
        self._kept = kept(places)
        self._seen = self._stamp()
        self._due: float | None = None
        self._take()

    def renewed(self, now: float, *, told: bool) -> bool:
        """Whether the parts are to take the copy anew, at `now` seconds.

        Files that are new but no good are said so once, and change nothing.
        """
        if self._due is None or now >= self._due:
            self._due = now + self._every
        elif not told:
            return False
        stamp = self._stamp()
        if stamp == self._seen and not told:
            return False
        self._seen = stamp
        try:
            self._take()
        except Misconfigured as reason:
            note(
                "certificate not renewed: the one before stays in use",
                level="error", reason=reason.sentence,
            )  # fmt: skip
            return False
        return True

    def _take(self) -> None:
        from rostra import tls  # noqa: PLC0415 - the supervisor stays small without

        tls.prove(self._files.certificate, self._files.key)
        fresh = self._kept.with_suffix(".fresh")
        write_whole(fresh, tls.in_one(self._files.certificate, self._files.key), 0o600)
        proven = tls.prove(fresh, fresh)  # what was read a second time may be newer still
        fresh.replace(self._kept)
        note("certificate in use", serial=proven.serial, until=proven.until)

    def _stamp(self) -> _Stamp:
        return tuple(_stamp(path) for path in (self._files.certificate, self._files.key))


def kept(places: Places) -> Path:
    """Where the copy is: certificates first, then the key."""
    return places.run / "tls.pem"


def with_copy(chosen: Mapping[str, Value], places: Places) -> dict[str, Value]:
    """The settings of the parts: `chosen`, with the copy in place of the operator's files."""
    copy = str(kept(places))
    return {**chosen, "tls_cert": copy, "tls_key": copy}


def _stamp(path: Path) -> tuple[int, int, int] | None:
    """Which file that is, links followed; None while there is none."""
    try:
        status = path.stat()
    except OSError:
        return None
    return (status.st_ino, status.st_mtime_ns, status.st_size)
