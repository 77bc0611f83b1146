"""Strangers' bytes in, a request or a refusal out. Pure: no socket, no clock.

The bytes are parsed by llhttp (through httptools), which is strict; what it does not judge is
judged here: how long a head or a body may be, one Host, no pipelining past what fits one read.
Of the headers only those in `WANTED` are looked at, so that a cookie is never even kept.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

import httptools

LONGEST_HEAD = 8 * 1024
LONGEST_BODY = 64
_LONGEST_CODED_BODY = 1024  # a body in chunks, with all that frames it
WANTED = frozenset(
    (b"accept-encoding", b"accept-language", b"content-type", b"if-none-match", b"if-range",
     b"range", b"rostra-rehearsal")
)  # fmt: skip
_END = b"\r\n\r\n"
_LONGEST_KEPT = 2 * 1024


@dataclass(frozen=True, slots=True)
class Request:
    """One whole request. `headers` has lower-case names: those of WANTED, and x-forwarded-for."""

    method: str
    target: str
    headers: Mapping[str, str]
    body: bytes
    keep_alive: bool


@dataclass(frozen=True, slots=True)
class Refusal:
    """Bytes that are no request of ours: answer this and close."""

    status: int
    sentence: str


@dataclass(slots=True)
class _Heard:
    """What the parser calls."""

    target: bytes = b""
    headers: dict[str, str] = field(default_factory=dict)
    hosts: int = 0
    length: int = 0
    chunked: bool = False
    expects: bool = False
    connection: bytes = b""
    body: bytes = b""
    head_complete: bool = False
    complete: bool = False

    def on_url(self, url: bytes) -> None:
        self.target += url

    def on_header(self, name: bytes, value: bytes) -> None:
        name = name.lower()
        if name == b"host":
            self.hosts += 1
        elif name == b"content-length":
            self.length = int(value)
        elif name == b"transfer-encoding":
            self.chunked = True
        elif name == b"connection":
            self.connection += b"," + value.lower()
        elif name == b"expect":
            self.expects = value.lower() == b"100-continue"
        elif name == b"x-forwarded-for":  # several are one, in their order (RFC 9110, 5.3)
            before = self.headers.get("x-forwarded-for")
            said = value.decode("latin-1")
            self.headers["x-forwarded-for"] = said if before is None else f"{before},{said}"
        elif name in WANTED:
            self.headers.setdefault(name.decode(), value.decode("latin-1"))

    def on_headers_complete(self) -> None:
        self.head_complete = True

    def on_body(self, body: bytes) -> None:
        if not self.complete:
            self.body += body

    def on_message_complete(self) -> None:
        self.complete = True


@lru_cache(maxsize=512)
def understood(data: bytes) -> Request | None:
    """The request that `data` is, the whole of it and nothing more; None for all else.

    In a crowd the same few hundred bytes come thousands of times a second, so they are not parsed
    each time; what is not understood here is for a `Door`.
    """
    if len(data) > _LONGEST_KEPT or not data.endswith(_END):
        return None
    door = Door()
    found = door.take(data)
    return found if isinstance(found, Request) and not door.rest else None


class Door:
    """Takes one request. It holds nothing of the head but what is wanted of it."""

    __slots__ = ("_body_bytes", "_end", "_head_bytes", "_heard", "_last", "_parser", "rest")

    def __init__(self) -> None:
        self._heard = _Heard()
        self._parser = httptools.HttpRequestParser(self._heard)
        self._head_bytes = 0
        self._last = b""  # the end of what came, in case it is the beginning of the empty line
        self._end = False
        self._body_bytes = 0
        self.rest = b""  # what came behind the request

    @property
    def in_body(self) -> bool:
        """Whether the head is whole, and the body is waited for."""
        return self._end

    @property
    def expects(self) -> bool:
        """Whether the body is only sent once we answer 100."""
        return self._end and self._heard.expects and not self._body_bytes

    def take(self, data: bytes) -> Request | Refusal | None:
        """What `data`, together with what came before, is; None while more must come."""
        try:
            if not self._end:
                data = self._head(data)
            if not self._end:
                return self._too_long()
            return self._body(data)
        except httptools.HttpParserUpgrade:
            return self._whole(b"")
        except (httptools.HttpParserError, httptools.HttpParserCallbackError):
            return Refusal(400, "This is not a request that HTTP/1.1 allows.")

    def _head(self, data: bytes) -> bytes:
        """Feed the head; returns what is left for the body."""
        if not self._head_bytes:
            data = data.lstrip(b"\r\n")  # RFC 9112, 2.2: empty lines before a request are nothing
        joint = self._last + data
        found = joint.find(_END)
        size = len(data) if found < 0 else found + len(_END) - len(self._last)
        self._head_bytes += size
        self._last = joint[-3:]
        if self._head_bytes > LONGEST_HEAD:
            return b""
        self._end = found >= 0
        self._parser.feed_data(data[:size])
        return data[size:]

    def _too_long(self) -> Refusal | None:
        if self._head_bytes > LONGEST_HEAD:
            return Refusal(431, "The head of a request may have 8 KiB at most.")
        return None

    def _body(self, data: bytes) -> Request | Refusal | None:
        heard = self._heard
        if not heard.head_complete:
            return Refusal(400, "A request must begin with a line of its own.")
        if heard.hosts > 1 or (heard.hosts == 0 and self._parser.get_http_version() == "1.1"):
            return Refusal(400, "A request must name exactly one Host.")
        if heard.length > LONGEST_BODY:
            return _TOO_LARGE
        if heard.complete:
            return self._whole(data)
        wanted = data if heard.chunked else data[: heard.length - self._body_bytes]
        self._body_bytes += len(wanted)
        self._parser.feed_data(wanted)
        if len(heard.body) > LONGEST_BODY or self._body_bytes > _LONGEST_CODED_BODY:
            return _TOO_LARGE
        return self._whole(data[len(wanted) :]) if heard.complete else None

    def _whole(self, rest: bytes) -> Request:
        """The request; `rest` came behind it. After a body in chunks nothing is taken up again."""
        heard = self._heard
        self.rest = rest
        return Request(
            method=self._parser.get_method().decode("ascii"),
            target=heard.target.decode("latin-1"),
            headers=heard.headers,
            body=heard.body,
            keep_alive=self._keeps_alive() and not heard.chunked,
        )

    def _keeps_alive(self) -> bool:
        """Whether more may follow. llhttp forgets it with the end of the request."""
        said = {word.strip() for word in self._heard.connection.split(b",")}
        if self._parser.get_http_version() == "1.1":
            return b"close" not in said
        return b"keep-alive" in said


_TOO_LARGE = Refusal(413, "Nothing that may be sent here has more than 64 bytes.")
