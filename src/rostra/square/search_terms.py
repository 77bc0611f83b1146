"""What somebody typed into the search, as terms. Pure; any text is good, and none is an error.

    council vote            both words        "bridge is closed"      a phrase
    -rain  -"too late"      without it        from:ada  from:me       who wrote it
    has:media image audio video poll link space quote     is:reply  is:sensitive
    language:fr   #tag      before:2026-11-01   after:2026-11   during:2026      days in UTC
    in:library              one's own posts, and those one favourited or bookmarked

A minus goes before operators too. What looks like an operator and is none is a phrase of its parts.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from rostra.folding import tokens
from rostra.square.search_words import in_language, tagged

LONGEST = 500
"""Characters that are read; the rest is left out."""

MOST_TERMS = 24
MOST_TOKENS = 32
"""Terms that are read, and tokens of one phrase."""

_PIECE = re.compile(r'(-?)(?:([A-Za-z]+):)?("[^"]*"?|[^\s"]+|(?<=:)|(?=\s|$))')
_HANDLE = re.compile(r"@?([a-z0-9_]{1,32})(?:@[a-z0-9.:-]{1,253})?")
_DATE = re.compile(r"(\d{4})(?:-(\d{1,2})(?:-(\d{1,2}))?)?")
_MARKS = {
    "has": frozenset({"media", "image", "audio", "video", "poll", "link", "space", "quote"}),
    "is": frozenset({"reply", "sensitive"}),
}
_LANGUAGE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]{2,8})?")
_PLACES = frozenset({"all", "public", "library"})

Phrase = tuple[str, ...]


@dataclass(frozen=True)
class Terms:
    """All that must be true of what is found. Tokens are of folding.py, marks of search_words.py.

    `after_ms` is the first moment that is in, `before_ms` the first that is not.
    """

    words: tuple[Phrase, ...] = ()
    without: tuple[Phrase, ...] = ()
    marks: tuple[str, ...] = ()
    without_marks: tuple[str, ...] = ()
    authors: tuple[str, ...] = ()
    without_authors: tuple[str, ...] = ()
    library: bool = False
    after_ms: int | None = None
    before_ms: int | None = None

    @property
    def empty(self) -> bool:
        """Whether nothing was asked for, so that nothing is to be found."""
        return self == Terms()


@dataclass(frozen=True)
class _Term:
    kind: Literal["words", "marks", "authors", "library", "days", ""]
    value: Phrase = ()
    days: tuple[int | None, int | None] = (None, None)


def parse(text: str) -> Terms:
    """The terms of what was typed."""
    lists: dict[str, list[Phrase]] = {}
    library, after, before = False, [0], [1 << 47]
    for minus, term in _terms(text[:LONGEST]):
        if term.kind == "library":
            library = library or not minus
        elif term.kind == "days":
            after.append(term.days[0] or 0)
            before.append(term.days[1] or before[0])
        elif term.value:
            lists.setdefault(("-" if minus else "") + term.kind, []).append(term.value)
    return Terms(
        words=_once(lists.get("words")),
        without=_once(lists.get("-words")),
        marks=_firsts(lists.get("marks")),
        without_marks=_firsts(lists.get("-marks")),
        authors=_firsts(lists.get("authors")),
        without_authors=_firsts(lists.get("-authors")),
        library=library,
        after_ms=max(after) or None,
        before_ms=min(before) if min(before) != before[0] else None,
    )


def _once(found: list[Phrase] | None) -> tuple[Phrase, ...]:
    return tuple(dict.fromkeys(found or ()))


def _firsts(found: list[Phrase] | None) -> tuple[str, ...]:
    return tuple(dict.fromkeys(each[0] for each in found or ()))


def _terms(text: str) -> Iterator[tuple[bool, _Term]]:
    read = 0
    for minus, name, value in _PIECE.findall(text):
        term = _term(name.lower(), value.strip('"')) if name else _plain(value)
        if term is None:
            term = _Term("words", _phrase(f"{name} {value}"))
        if term.kind in ("library", "days") or term.value:
            read += 1
            if read > MOST_TERMS:
                return
            yield minus == "-" and term.kind != "days", term


def _plain(value: str) -> _Term:
    if value.startswith("#") and tokens(value):
        return _Term("marks", (tagged(value),))
    return _Term("words", _phrase(value))


def _phrase(text: str) -> Phrase:
    return tuple(tokens(text)[:MOST_TOKENS])


def _term(name: str, value: str) -> _Term | None:
    """The term of an operator, None where it is none of ours or cannot be meant so."""
    value = value.lower()
    if name == "from" and (match := _HANDLE.fullmatch(value)):
        return _Term("authors", (match[1],))
    if value in _MARKS.get(name, ()):
        return _Term("marks", (f"{name[0]}:{value}",))
    if name == "language" and _LANGUAGE.fullmatch(value):
        return _Term("marks", (in_language(value),))
    if name == "in" and value in _PLACES:
        return _Term("library") if value == "library" else _Term("")
    if name in ("before", "after", "during") and (days := _days(value)):
        first, end = days
        spans = {"before": (None, first), "after": (end, None), "during": (first, end)}
        return _Term("days", days=spans[name])
    return None


def _days(value: str) -> tuple[int, int] | None:
    """Where a day, a month or a year begins and ends, in milliseconds since the epoch."""
    match = _DATE.fullmatch(value)
    if match is None or not match[0].isascii():
        return None
    year, month, day = int(match[1]), int(match[2] or 1), int(match[3] or 1)
    try:
        first = datetime(year, month, day, tzinfo=UTC)
        if match[3]:
            return _ms(first), _ms(first) + 86_400_000
        ahead = (year, month + 1) if match[2] else (year + 1, 1)
        ahead = (ahead[0] + 1, 1) if ahead[1] > 12 else ahead
        return _ms(first), _ms(datetime(*ahead, 1, tzinfo=UTC))
    except (ValueError, OverflowError):
        return None  # there is no such day


def _ms(moment: datetime) -> int:
    return max(1, int(moment.timestamp() * 1000))
