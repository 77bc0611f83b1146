"""What the value of a choice may be: each checks one, and raises BadInput in a sentence. Pure.

A value comes from a form (text, or a list of texts), from a program (JSON) or from the database.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from typing import Any

from rostra.errors import BadInput
from rostra.lines import checked_line, checked_text

Check = Callable[[object, str], Any]
"""From a value and what it is called, to the value as it is kept."""

_LANGUAGE = re.compile(r"[a-z]{2,3}(-[A-Za-z0-9]{2,8}){0,2}")


def line(longest: int, *, needed: bool = False) -> Check:
    """One line of text."""

    def check(value: object, what: str) -> str:
        text = _text(value, what)
        return checked_line(text, what, longest) if needed or text.strip() else ""

    return check


def paragraphs(longest: int) -> Check:
    """Text of several lines."""

    def check(value: object, what: str) -> str:
        return checked_text(_text(value, what), what, longest)

    return check


def one_of(*names: str) -> Check:
    """One of a few words."""

    def check(value: object, what: str) -> str:
        if value not in names:
            raise BadInput(f"The {what} must be one of {', '.join(names)}.")
        return str(value)

    return check


def whole(low: int, high: int) -> Check:
    """A whole number."""

    def check(value: object, what: str) -> int:
        text = str(value).strip()
        number = int(text) if text.isascii() and text.isdecimal() and len(text) < 10 else -1
        if isinstance(value, bool) or not low <= number <= high:
            raise BadInput(f"The {what} must be a whole number from {low} to {high}.")
        return number

    return check


def switch(value: object, what: str) -> bool:
    """Yes or no."""
    answers = {True: True, False: False, "yes": True, "no": False, "": False}
    if not isinstance(value, bool | str) or value not in answers:
        raise BadInput(f"The {what} must be yes or no.")
    return answers[value]


def sentences(most: int, longest: int) -> Check:
    """Sentences in their order, one on each line; empty ones are left out."""

    def check(value: object, what: str) -> tuple[str, ...]:
        rows = [row for row in _rows(value, what, "\n") if row.strip()]
        if len(rows) > most:
            raise BadInput(f"There are too many {what}: {most} at most.")
        return tuple(checked_line(row, f"sentence among the {what}", longest) for row in rows)

    return check


def languages(value: object, what: str) -> tuple[str, ...]:
    """Codes of languages (BCP 47), with spaces or commas between."""
    codes = [code for row in _rows(value, what, ",") for code in row.split()]
    wrong = next((code for code in codes if not _LANGUAGE.fullmatch(code)), None)
    if wrong is not None or len(codes) > 20:
        raise BadInput(f"The {what} must be at most 20 codes such as en, fr or pt-BR.")
    return tuple(dict.fromkeys(codes))


def _rows(value: object, what: str, between: str) -> Sequence[str]:
    if isinstance(value, str):
        return value.split(between)
    if isinstance(value, list | tuple) and all(isinstance(row, str) for row in value):
        return value
    raise BadInput(f"The {what} must be text.")


def _text(value: object, what: str) -> str:
    if not isinstance(value, str):
        raise BadInput(f"The {what} must be text.")
    return value
