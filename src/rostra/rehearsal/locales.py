"""The words of the report and its numbers, as each language writes them."""

from __future__ import annotations

import functools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from rostra.errors import BadInput

PAGES = Path(__file__).parent / "pages"
LANGUAGES = ("en", "fr")
_THIN_SPACE = "\u202f"
_SPACE = "\u00a0"  # between a number and its unit: they stay on one line


@dataclass(frozen=True)
class Locale:
    """A language: its words by name, its marks in numbers, and up to which number it says one."""

    language: str
    words: Mapping[str, str]
    thousands: str
    point: str
    last_singular: int

    def say(self, name: str, count: int | None = None, **values: str) -> str:
        """The words `name` with `values` put in, and `count`, by which the form is chosen."""
        if count is not None:
            one = f"{name}_one"
            if one in self.words and (count == 1 or count <= self.last_singular):
                name = one
            values["n"] = self.whole(count)
        return self.words[name].format_map(values)

    def whole(self, number: float) -> str:
        """120,000"""
        return f"{round(number):,}".replace(",", self.thousands)

    def short(self, number: float) -> str:
        """No more digits than matter: 0.04, 0.61, 3.1, 12, 1,200."""
        if number >= 9.95 or number == round(number):
            return self.whole(number)
        text = f"{number:.1f}" if number >= 0.995 else f"{max(number, 0.001):.2g}"
        return text.replace(".", self.point)

    def seconds(self, number: float) -> str:
        return f"{self.short(number)}{_SPACE}s"

    def moment(self, t: float) -> str:
        """Time since the start: 1:05 or 1:01:05."""
        minutes, rest = divmod(round(t), 60)
        hours, minutes = divmod(minutes, 60)
        return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"

    def kibibytes(self, number: float) -> str:
        return f"{self.short(number)}{_SPACE}{self.words['kib']}"

    def mebibytes(self, number: float) -> str:
        if number >= 1024:
            return f"{self.short(number / 1024)}{_SPACE}{self.words['gib']}"
        return f"{self.short(number)}{_SPACE}{self.words['mib']}"

    def bits(self, per_second: float) -> str:
        """3.1 Gbit/s"""
        for size, unit in ((1e9, "Gbit/s"), (1e6, "Mbit/s")):
            if per_second >= size:
                return f"{self.short(per_second / size)}{_SPACE}{unit}"
        return f"{self.short(per_second / 1e3)}{_SPACE}kbit/s"


def locale(language: str) -> Locale:
    """The locale of one of LANGUAGES. Raises BadInput for another."""
    if language not in LANGUAGES:
        raise BadInput(f"There is no report in {language!r}: choose one of {', '.join(LANGUAGES)}.")
    return _read(language)


@functools.cache
def _read(language: str) -> Locale:
    words: dict[str, str] = json.loads((PAGES / f"text.{language}.json").read_text("utf-8"))
    if language == "fr":
        return Locale(language, words, _THIN_SPACE, ",", 1)
    return Locale(language, words, ",", ".", -1)
