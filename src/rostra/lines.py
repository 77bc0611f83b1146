"""Text that people wrote, within bounds: one line, or some paragraphs. Pure."""

from __future__ import annotations

import unicodedata

from rostra.errors import BadInput


def checked_line(text: str, what: str, longest: int) -> str:
    """One line of printable text, trimmed. Raises BadInput when empty or longer than `longest`."""
    line = " ".join("".join(" " if _unprintable(c) else c for c in text).split())
    if not line:
        raise BadInput(f"The {what} is empty: give it at least one character.")
    if len(line) > longest:
        raise BadInput(f"The {what} is too long: {longest} characters at most.")
    return line


def checked_paragraphs(text: str, what: str, longest: int) -> str:
    """Lines of printable text, trimmed, at most one empty one between two; it may be empty.

    Raises BadInput when longer than `longest`.
    """
    rows = [" ".join("".join(" " if _unprintable(c) else c for c in row).split())
            for row in text.splitlines()]  # fmt: skip
    whole = "\n".join(row for at, row in enumerate(rows) if row or (at and rows[at - 1])).strip()
    if len(whole) > longest:
        raise BadInput(f"The {what} is too long: {longest} characters at most.")
    return whole


def _unprintable(character: str) -> bool:
    # Cf holds the characters that turn text around (bidi overrides), but also emoji joiners.
    category = unicodedata.category(character)
    joins = character in "\u200c\u200d"
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and not joins)
