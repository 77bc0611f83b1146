"""The certificate in use: a proven copy in the data folder, renewed when its files are.

The parts are given the copy, one file that is replaced whole and only by a pair that works: a part
that dies while the operator's files are half replaced, or wrong, starts again with what was good
before. Whoever is on this machine trusts exactly that copy.
"""

from __future__ import annotations

import contextlib
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

    def __init__(self, files: TlsFiles, places: Places, *, at_once: bool = True) -> None:
        """Takes the files as they are. Raises Misconfigured when they are not good.

        Unless `at_once` there is a copy in use already, and the first look takes them.
        """
        self._files, self._kept = files, kept(places)
        self._due = float("-inf")
        self._complaint: str | None = None
        self._taken: _Stamp | None = self._take() if at_once else None

    def renewed(self, now: float, *, told: bool) -> bool:
        """Whether the parts are to take the copy anew, at `now` seconds.

        Files that are new but no good are tried again at every look, and complained of once.
        """
        if now < self._due and not told:
            return False
        self._due = now + LOOK_SECONDS
        if self._stamp() == self._taken and not told:
            return False
        try:
            self._taken = self._take()
        except Misconfigured as reason:
            self._complain(reason.sentence, again=told)
            return False
        self._complaint = None
        return True

    def _complain(self, sentence: str, *, again: bool) -> None:
        if sentence != self._complaint or again:
            event = "certificate not renewed: the one before stays in use"
            note(event, level="error", reason=sentence)
        self._complaint = sentence

    def _take(self) -> _Stamp:
        """Try the files, and make them the copy: which files they were."""
        from rostra import tls  # noqa: PLC0415 - the supervisor stays small without

        stamp, fresh = self._stamp(), self._kept.with_suffix(".fresh")
        tls.prove(self._files.certificate, self._files.key)
        try:
            write_whole(fresh, tls.in_one(self._files.certificate, self._files.key), 0o600)
            proven = tls.prove(fresh, fresh)  # what was read a second time may be newer still
            fresh.replace(self._kept)
        except OSError as reason:
            raise Misconfigured(
                f"The certificate cannot be copied to {self._kept} ({reason.strerror}): make room, "
                "or give this user the right to write there."
            ) from None
        finally:
            with contextlib.suppress(OSError):  # what cannot be written cannot be removed either
                fresh.unlink(missing_ok=True)
        note("certificate in use", serial=proven.serial, until=proven.until)
        return stamp

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
