"""How `rostra upgrade` and `rostra serve` talk: two small files in the data folder.

The *request* names the Python that is to be gone over to. It is there as long as the upgrade goes
on, so there is one at a time. The *report* has what was said so far, and at the end the exit code.
Nobody but the folder's owner can write there, which is what makes a request one.
"""

from __future__ import annotations

import contextlib
import json
import os
import secrets
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from rostra.errors import Misconfigured, RostraError
from rostra.node import folder
from rostra.node.files import write_whole
from rostra.node.notes import note
from rostra.programme.places import Places

_PICKED_UP_SECONDS = 15.0
_LONGEST_SECONDS = 20 * 60.0
_LOOK_SECONDS = 0.1


@dataclass(frozen=True)
class Code:
    """Where a version of Rostra is: its Python, and its PYTHONPATH, empty if it has none."""

    python: str
    path: str

    @classmethod
    def here(cls) -> Code:
        """The version that this process runs."""
        given = os.environ.get("PYTHONPATH", "")
        folders = [str(Path(one).absolute()) for one in given.split(os.pathsep) if one]
        return cls(sys.executable, os.pathsep.join(folders))

    @property
    def environ(self) -> Mapping[str, str]:
        """What must be in the environment, besides all else, so that it is found."""
        return {"PYTHONPATH": self.path}

    def command(self, *arguments: str) -> list[str]:
        """How it is started."""
        return [self.python, "-P", "-m", "rostra", *arguments]


@dataclass(frozen=True)
class Request:
    """One upgrade that somebody asked for."""

    id: str
    code: Code


class Report:
    """What is said about the upgrade `id`, into the file and into the log."""

    def __init__(self, places: Places, id_: str) -> None:
        self._places = places
        self.id = id_
        self._said = _read_report(places, id_).said

    def say(self, sentence: str) -> None:
        """For whoever waits for it."""
        self._write(sentence, None)

    def end(self, code: int, sentence: str) -> None:
        """The last word: it is over, with this exit code."""
        self._write(sentence, code)
        forget(self._places)

    def _write(self, sentence: str, code: int | None) -> None:
        note("upgrade", said=sentence, level="error" if code else "info")
        self._said = [*self._said, sentence]
        told = json.dumps(asdict(_Told(self.id, self._said, code))).encode()
        try:
            write_whole(_report_file(self._places), told, 0o644)
        except OSError as reason:  # a full disk ends no upgrade
            note("the upgrade's report cannot be written", level="error", reason=reason)


@dataclass(frozen=True)
class _Told:
    id: str
    said: list[str] = field(default_factory=list)
    code: int | None = None


# in the supervisor


def asked(places: Places) -> Request | None:
    """The request that lies in the folder; one that cannot be understood is removed."""
    path = _request_file(places)
    try:
        told = json.loads(path.read_bytes())
        return Request(str(told["id"]), Code(str(told["python"]), str(told["path"])))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, KeyError, TypeError) as reason:
        note("the request of an upgrade cannot be read", level="error", reason=reason)
        forget(places)
        return None


def forget(places: Places) -> None:
    """Nobody asks for anything."""
    with contextlib.suppress(OSError):
        _request_file(places).unlink(missing_ok=True)


# in `rostra upgrade`


def ask(places: Places, code: Code, say: Callable[[str], None]) -> None:
    """Let the `rostra serve` on the folder go over to `code`, and `say` what it says meanwhile.

    Raises Misconfigured when none runs or an upgrade is under way, RostraError when it failed.
    """
    server = folder.holder(places)
    if server is None:
        raise Misconfigured(
            f"No rostra serve runs on the data folder {places.root}: "
            "name another with --data, or simply start the new version."
        )
    request = Request(secrets.token_hex(8), code)
    _leave(places, request)
    heard, began = 0, time.monotonic()
    while (told := _read_report(places, request.id)).code is None:
        for sentence in told.said[heard:]:
            say(sentence)
        heard = len(told.said)
        _lose_patience(places, server, heard, time.monotonic() - began)
        time.sleep(_LOOK_SECONDS)
    *rest, last = told.said
    for sentence in rest[heard:]:
        say(sentence)
    if told.code:
        raise RostraError(last)
    say(last)


def _lose_patience(places: Places, server: int, heard: int, waited: float) -> None:
    """Raise RostraError when there is nothing more to wait for."""
    if folder.holder(places) != server:
        raise RostraError("The running rostra serve has ended meanwhile: see its log.")
    if not heard and waited > _PICKED_UP_SECONDS:
        forget(places)
        raise RostraError(
            f"The running rostra serve (process {server}) does not answer: if its version knows no "
            "upgrades yet, restart it between two events. Nothing was changed."
        )
    if waited > _LONGEST_SECONDS:
        raise RostraError("The upgrade is not at its end yet, and goes on: see the server's log.")


def _leave(places: Places, request: Request) -> None:
    path = _request_file(places)
    fresh = path.with_name(f"{path.name}.{request.id}")
    told = {"id": request.id, "python": request.code.python, "path": request.code.path}
    try:
        write_whole(fresh, json.dumps(told).encode(), 0o644)
        try:
            os.link(fresh, path)
        finally:
            fresh.unlink()
    except FileExistsError:
        raise Misconfigured("An upgrade is under way already: wait for its end.") from None
    except OSError as reason:
        raise Misconfigured(
            f"The data folder {places.root} cannot be written ({reason.strerror}): "
            "run this as the user who runs `rostra serve`."
        ) from None


def _read_report(places: Places, id_: str) -> _Told:
    """What was said about the upgrade `id_`: nothing, if the report is of another."""
    try:
        told = _Told(**json.loads(_report_file(places).read_bytes()))
    except (OSError, ValueError, TypeError):
        return _Told(id_)
    return told if told.id == id_ else _Told(id_)


def _request_file(places: Places) -> Path:
    return places.run / "upgrade.request"


def _report_file(places: Places) -> Path:
    return places.run / "upgrade.report"
