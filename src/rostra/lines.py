"""Text that people wrote, within bounds: one line, or some paragraphs. Pure."""

from __future__ import annotations

import re
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


def checked_text(text: str, what: str, longest: int) -> str:
    """Text of several lines, perhaps none, trimmed. Raises BadInput when longer than `longest`."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    plain = "\n".join(
        "".join(" " if _unprintable(c) else c for c in line).rstrip() for line in lines
    )
    plain = re.sub(r"\n{3,}", "\n\n", plain).strip()
    if len(plain) > longest:
        raise BadInput(f"The {what} is too long: {longest} characters at most.")
    return plain


def _unprintable(character: str) -> bool:
    # Cf holds the characters that turn text around (bidi overrides), but also emoji joiners.
    category = unicodedata.category(character)
    joins = character in "\u200c\u200d"
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and not joins)
