"""What of a found post is shown in a list of results: the words around what was found. Pure."""

from __future__ import annotations

import unicodedata

from rostra.folding import spans
from rostra.square.search_terms import Terms

LONGEST = 280
"""Characters of an excerpt, in the middle of longer texts."""

_BEFORE = 80
Piece = tuple[str, bool]
"""A part of the text, and whether it is what was looked for."""


def excerpt(text: str, terms: Terms) -> list[Piece]:
    """The part of `text` that has the first match, in pieces; dots where it was cut."""
    text = unicodedata.normalize("NFC", text)
    places = _matches(text, terms)
    start, end = _cut(text, places[0][0] if places else 0)
    pieces: list[Piece] = [("… ", False)] if start else []
    at = start
    for first, last in places:
        if first >= at and last <= end:
            pieces += [(text[at:first], False), (text[first:last], True)]
            at = last
    pieces.append((text[at:end], False))
    if end < len(text):
        pieces.append((" …", False))
    return [piece for piece in pieces if piece[0]]


def _cut(text: str, first: int) -> tuple[int, int]:
    if len(text) <= LONGEST:
        return 0, len(text)
    start = max(0, min(first - _BEFORE, len(text) - LONGEST))
    if start:
        space = text.find(" ", start, first)
        start = space + 1 if space >= 0 else start
    end = min(len(text), start + LONGEST)
    if end < len(text):
        space = text.rfind(" ", max(first, start), end)
        end = space if space > first else end
    return start, end


def _matches(text: str, terms: Terms) -> list[tuple[int, int]]:
    """Where each phrase, and each hashtag, stands: from the first letter to behind the last."""
    found = list(spans(text))
    tokens = [token for token, _, _ in found]
    tags = [(mark[2:],) for mark in terms.marks if mark.startswith("t:")]
    places = set()
    for phrase in (*terms.words, *tags):
        for n in range(len(tokens) - len(phrase) + 1):
            if tuple(tokens[n : n + len(phrase)]) == phrase:
                places.add((found[n][1], found[n + len(phrase) - 1][2]))
    return sorted(places)
