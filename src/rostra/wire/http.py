"""The little of HTTP/1.1 that the edge writes and reads itself: heads, ranges, queries. Pure.

Requests are parsed by httptools; what is here is bounded, so that strangers' bytes cost little.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache
from http import HTTPStatus
from typing import NamedTuple
from urllib.parse import unquote_to_bytes

from rostra.errors import BadInput, RostraError

LONGEST_QUERY = 2_048
MOST_PARAMETERS = 32
_LONGEST_RANGE = 256
_REASONS = {status.value: status.phrase.encode("ascii") for status in HTTPStatus}
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_UNSAFE_VALUE = re.compile(r"[\x00-\x08\x0a-\x1f\x7f]")
_RANGE = re.compile(r"([0-9]{0,18})-([0-9]{0,18})")


class NotSatisfiable(RostraError):
    """The range lies beyond the end of what is there; say `Content-Range: bytes */<size>`."""

    status, code = 416, "not_satisfiable"


class ByteRange(NamedTuple):
    """Bytes `start` up to, not including, `stop`, of `size`."""

    start: int
    stop: int
    size: int

    @property
    def length(self) -> int:
        return self.stop - self.start

    @property
    def content_range(self) -> str:
        """The value of the Content-Range header."""
        return f"bytes {self.start}-{self.stop - 1}/{self.size}"


def head(status: int, headers: Iterable[tuple[str, str]]) -> bytes:
    """The head of a response, the empty line included.

    Raises ValueError for a header name or value that could end the line or the head.
    """
    return _head(status, tuple(headers))


@lru_cache(maxsize=256)  # in a crowd the same few are sent thousands of times a second
def _head(status: int, headers: tuple[tuple[str, str], ...]) -> bytes:
    lines = [b"HTTP/1.1 %d %s" % (status, _REASONS.get(status, b""))]
    for name, value in headers:
        if not _TOKEN.fullmatch(name) or _UNSAFE_VALUE.search(value):
            raise ValueError(f"the header {name!r} cannot be sent")
        lines.append(f"{name}: {value}".encode("latin-1"))
    return b"\r\n".join(lines) + b"\r\n\r\n"


def parse_range(value: str | None, size: int) -> ByteRange | None:
    """The one range asked for of `size` bytes, or None when the whole is to be sent.

    As RFC 9110 (section 14.2) allows, several ranges, other units and malformed ones are ignored.
    Raises NotSatisfiable when the range begins at or after the end.
    """
    if value is None or len(value) > _LONGEST_RANGE or value[:6].lower() != "bytes=":
        return None
    found = _RANGE.fullmatch(value[6:].strip(" \t"))
    if found is None:
        return None
    first, last = found.groups()
    if not first:
        return _suffix(last, size)
    start, stop = int(first), int(last) + 1 if last else size
    if stop <= start and last:
        return None
    if start >= size:
        raise _beyond(size)
    return ByteRange(start, min(stop, size), size)


def _suffix(last: str, size: int) -> ByteRange | None:
    if not last:
        return None
    if int(last) == 0 or size == 0:
        raise _beyond(size)
    return ByteRange(max(0, size - int(last)), size, size)


def _beyond(size: int) -> NotSatisfiable:
    return NotSatisfiable(f"There are only {size} bytes: ask for a range within them.")


def parse_query(query: bytes | str) -> dict[str, str]:
    """The parameters of a query string (without its `?`); of a repeated one the first counts.

    Raises BadInput when it is longer than 2,048 bytes, has more than 32 parameters, or is not
    UTF-8 underneath its percent signs.
    """
    text = query.decode("latin-1") if isinstance(query, bytes) else query
    if len(text) > LONGEST_QUERY:
        raise BadInput("The part of the address after the question mark is too long.")
    pairs = [part for part in text.split("&") if part]
    if len(pairs) > MOST_PARAMETERS:
        raise BadInput("The address has too many parameters.")
    parameters: dict[str, str] = {}
    for pair in pairs:
        name, _, value = pair.partition("=")
        parameters.setdefault(_plain(name), _plain(value))
    return parameters


def _plain(text: str) -> str:
    try:
        return unquote_to_bytes(text.replace("+", " ").encode("latin-1")).decode()
    except UnicodeError:
        raise BadInput("The address is not UTF-8 text.") from None
