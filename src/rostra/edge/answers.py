"""What is sent back: a head and parts, each bytes or a stretch of a file. Pure.

Every answer may be read by any page of any site (CORS): nothing here depends on who asks.
"""

from __future__ import annotations

import functools
import json
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, Protocol

from rostra.errors import RostraError
from rostra.wire.http import head

Headers = Sequence[tuple[str, str]]

CORS: Headers = (
    ("Access-Control-Allow-Origin", "*"),
    ("Access-Control-Expose-Headers",
     "Rostra-Class, Rostra-Mark, Rostra-Programme, Retry-After, Content-Range, ETag"),
    ("Timing-Allow-Origin", "*"),
    ("X-Content-Type-Options", "nosniff"),
)  # fmt: skip
PREFLIGHT: Headers = (
    ("Access-Control-Allow-Methods", "GET, HEAD, POST, OPTIONS"),
    ("Access-Control-Allow-Headers", "Content-Type, Range, If-Range, If-None-Match"),
    ("Access-Control-Max-Age", "86400"),
)
NO_STORE = ("Cache-Control", "no-store")
JSON_TYPE = "application/json; charset=utf-8"


class Source(Protocol):
    """A file that stays open while a stretch of it is being sent."""

    @property
    def fd(self) -> int: ...

    def hold(self) -> None: ...

    def release(self) -> None: ...


class Stretch(NamedTuple):
    """Bytes of a file that are sent without being read."""

    source: Source
    offset: int
    length: int


Part = bytes | memoryview | Stretch


@dataclass(frozen=True, slots=True)
class Answer:
    """A whole response of known length. HEAD and 304 are sent without the parts."""

    status: int
    headers: Headers = ()
    parts: tuple[Part, ...] = ()
    error: str = ""  # the code of an error, for counting
    replay: bool = field(default=False)  # a player may leave this for minutes and come back
    _framed: dict[tuple[bool, bool], tuple[int, bytes]] = field(
        default_factory=dict, repr=False, compare=False
    )

    @property
    def length(self) -> int:
        return sum(part.length if isinstance(part, Stretch) else len(part) for part in self.parts)

    def head(self, *, keep_alive: bool, wall_s: int) -> bytes:
        """The head as it is sent at `wall_s` seconds of wall time."""
        return self._first(keep_alive, wall_s)

    def begun(self, *, keep_alive: bool, wall_s: int) -> tuple[bytes, tuple[Part, ...]]:
        """What is sent: the head with the first part, if that is bytes, and the other parts."""
        if self.parts and isinstance(self.parts[0], bytes):
            return self._first(keep_alive, wall_s, self.parts[0]), self.parts[1:]
        return self._first(keep_alive, wall_s), self.parts

    def _first(self, keep_alive: bool, wall_s: int, body: bytes = b"") -> bytes:
        """The head and `body`, kept: the same page is sent to thousands in a second."""
        key = (keep_alive, bool(body))
        made_s, made = self._framed.get(key, (-1, b""))
        if made_s != wall_s:
            made = self._head(keep_alive, wall_s) + body
            self._framed[key] = wall_s, made
        return made

    def _head(self, keep_alive: bool, wall_s: int) -> bytes:
        framing: list[tuple[str, str]] = [("Date", date(wall_s))]
        if self.status not in (204, 304):
            framing.append(("Content-Length", str(self.length)))
        framing.append(("Connection", "keep-alive" if keep_alive else "close"))
        return head(self.status, (*self.headers, *CORS, *framing))


@functools.lru_cache(maxsize=8)
def date(wall_s: int) -> str:
    """The time as HTTP writes it."""
    return time.strftime("%a, %d %b %Y %H:%M:%S GMT", time.gmtime(wall_s))


def text(body: str, content_type: str, *headers: tuple[str, str], status: int = 200) -> Answer:
    """An answer that is text."""
    return Answer(status, (("Content-Type", content_type), *headers), (body.encode(),))


def error(reason: RostraError, **more: object) -> Answer:
    """The JSON that says what is wrong; `more` goes into it."""
    return problem(reason.status, reason.code, reason.sentence, reason.retry_after, more)


def problem(
    status: int,
    code: str,
    sentence: str,
    retry_after: int | None = None,
    more: Mapping[str, object] | None = None,
) -> Answer:
    """The same, of its pieces; `retry_after` in seconds."""
    body = json.dumps({"error": code, "sentence": sentence, **(more or {})}, ensure_ascii=False)
    headers = [("Content-Type", JSON_TYPE), NO_STORE]
    if retry_after is not None:
        headers.append(("Retry-After", str(retry_after)))
    return Answer(status, headers, (body.encode(),), error=code)
