"""What is refused, in the language of whoever reads it. Pure, but for the files read once.

Whoever raises an error writes one English sentence and knows of no languages; here it is found
again, as a template with the places that were filled in, and filled into its French. The templates
lie in texts/refusals.fr, by area; tests/web/test_refusals.py reads the whole source and holds that
none is missing and none is left over. What is not known stays English.

A place may have words of its own (texts/refusals.fr/words.json): it then takes nothing else, so
that no sentence is half translated. A place named `sentence` holds a refusal itself. A sentence is
searched from the left for each piece of a template, without going back, so that no text makes it
slow: those with the most text of their own are tried first.

Pages, their scripts and the APIs are all told in the language that pages choose (`language_of`):
what the reader chose, else what their browser or application asks for, as Mastodon does; programs
that ask for nothing read English. The answers of OAuth stay English, where RFC 6749 allows nothing
but ASCII, and so do those over WebSockets, which programs alone read.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent / "texts" / "refusals.fr"
LONGEST = 1000
"""Characters of a sentence that is looked for: longer ones are not ours."""

_SENTENCE = "sentence"
_DEEPEST = 3
_PLACE = re.compile(r"\{(\w+)\}")

Words = Mapping[str, str]


@dataclass(frozen=True)
class Template:
    """A text around places: `pieces` are one more than `places`."""

    pieces: tuple[str, ...]
    places: tuple[str, ...]

    @classmethod
    def of(cls, text: str) -> Template:
        parts = _PLACE.split(text)
        return cls(tuple(parts[::2]), tuple(parts[1::2]))

    def values_in(self, text: str) -> tuple[str, ...] | None:
        """What stands in the places of `text`, each as short as can be; None if it is another."""
        first, *between, last = self.pieces
        start, end = len(first), len(text) - len(last)
        if end < start or not text.startswith(first) or not text.endswith(last):
            return None
        values = []
        for piece in between:
            found = text.find(piece, start, end)
            if found < 0:
                return None
            values.append(text[start:found])
            start = found + len(piece)
        return (*values, text[start:end])

    def filled(self, values: Words) -> str:
        first, *others = self.pieces
        pairs = zip(self.places, others, strict=True)
        return first + "".join(values[place] + piece for place, piece in pairs)


class Table:
    """Texts of one kind: whole ones, and templates, from the most particular on."""

    def __init__(self, texts: Words) -> None:
        self.whole = {text: other for text, other in texts.items() if not _PLACE.search(text)}
        pairs = [
            (Template.of(text), Template.of(other))
            for text, other in texts.items()
            if text not in self.whole
        ]
        self.templates = sorted(pairs, key=lambda pair: -sum(map(len, pair[0].pieces)))


class Phrasebook:
    """Tables by the name of the place whose texts they hold; `sentence` for whole refusals."""

    def __init__(self, tables: Mapping[str, Words]) -> None:
        self._tables = {place: Table(texts) for place, texts in tables.items()}

    def translated(self, text: str, place: str = _SENTENCE, depth: int = 0) -> str | None:
        """The other language's text; itself where the place takes anything, None if unknown."""
        table = self._tables.get(place)
        if table is None:
            return text
        if text in table.whole:
            return table.whole[text]
        if len(text) > LONGEST or depth > _DEEPEST:
            return None
        for template, other in table.templates:
            values = template.values_in(text)
            if values is not None:
                told = self._all(template.places, values, depth + 1)
                if told is not None:
                    return other.filled(told)
        return None

    def _all(self, places: Sequence[str], values: Sequence[str], depth: int) -> Words | None:
        told = {}
        for place, value in zip(places, values, strict=True):
            known = self.translated(value, place, depth)
            if known is None:
                return None
            told[place] = known
        return told


def tables() -> dict[str, dict[str, str]]:
    """All tables as they lie in the files. A sentence stands in one file only."""
    found: dict[str, dict[str, str]] = json.loads((FOLDER / "words.json").read_text("utf-8"))
    sentences: dict[str, str] = {}
    for path in sorted(FOLDER.glob("*.json")):
        if path.stem != "words":
            area = json.loads(path.read_text("utf-8"))
            assert not sentences.keys() & area.keys(), (path, sentences.keys() & area.keys())
            sentences |= area
    return {**found, _SENTENCE: sentences}


@cache
def _french() -> Phrasebook:
    return Phrasebook(tables())


def in_language(language: str, sentence: str) -> str:
    """The refusal `sentence`, which is English, in `language` as far as it is known there."""
    if language != "fr":
        return sentence
    return _french().translated(sentence) or sentence
