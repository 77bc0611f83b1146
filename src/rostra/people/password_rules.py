"""What a password may be (NIST SP 800-63B-4, 3.1.1.2): length, no known one, nothing else. Pure.

It is compared as its code points in NFC, with every kind of space as the plain one (RFC 8265,
OpaqueString), so that another keyboard types the same password. Nothing is cut off.
"""

from __future__ import annotations

import gzip
import unicodedata
from collections.abc import Iterable
from functools import cache
from importlib import resources
from itertools import pairwise

from rostra.errors import BadInput

SHORTEST_ALONE = 15
"""Characters, where the password is all that is asked for."""

SHORTEST_WITH_SECOND = 8
"""Characters, where a second factor is asked for as well."""

LONGEST = 256
_SHORTEST_ABOUT = 4
"""Handles and names shorter than this say nothing about a password that holds them."""


def prepared(text: str) -> str:
    """`text` as it is hashed and compared. Raises BadInput when no keyboard could have typed it."""
    if len(text) > LONGEST:
        raise BadInput(f"The password is too long: {LONGEST} characters at most.")
    spaced = "".join(" " if unicodedata.category(c) == "Zs" else c for c in text)
    if any(unicodedata.category(c) in {"Cc", "Cs"} for c in spaced):
        raise BadInput("The password has a character that cannot be typed: leave it out.")
    return unicodedata.normalize("NFC", spaced)


def checked_password(text: str, *, shortest: int, about: Iterable[str]) -> str:
    """A new password, prepared. `about` are the handle, the name, the title of the square.

    Raises BadInput when it is too short or long, or one that others would try first.
    """
    password = prepared(text)
    if len(password) < shortest:
        raise BadInput(
            f"The password is too short: it needs {shortest} characters, for example four words."
        )
    if is_known(password):
        raise BadInput(
            "This password is among the first that others would try: choose another, "
            "for example four words that have nothing to do with each other."
        )
    if _is_about(password, about):
        raise BadInput(
            "This password says who you are or where you are: choose one that nobody can derive."
        )
    return password


def is_known(password: str) -> bool:
    """Whether it is a common or leaked one, two of them in a row, or the same thing repeated."""
    plain, known = password.lower(), known_passwords()
    if plain in known or plain.replace(" ", "") in known or _repeats(plain) or _runs(plain):
        return True
    plain = plain.replace(" ", "")
    return any(plain[:at] in known and plain[at:] in known for at in range(1, len(plain)))


@cache
def known_passwords() -> frozenset[str]:
    """40,000 common and leaked passwords, in small letters (known_passwords.LICENSE)."""
    packed = resources.files("rostra.people").joinpath("known_passwords.txt.gz").read_bytes()
    return frozenset(gzip.decompress(packed).decode().split("\n"))


def _repeats(plain: str) -> bool:
    """Whether it is one short piece again and again, the last time perhaps not whole."""
    return any(
        (plain[:size] * (len(plain) // size + 1))[: len(plain)] == plain
        for size in range(1, min(8, len(plain) // 2) + 1)
    )


def _runs(plain: str) -> bool:
    """Whether each character follows the one before, up or down, as in abcdefgh."""
    steps = {ord(b) - ord(a) for a, b in pairwise(plain)}
    return steps in ({1}, {-1})


def _is_about(password: str, about: Iterable[str]) -> bool:
    """Whether little is left of it without these words."""
    rest = password.lower()
    for word in about:
        if len(word) >= _SHORTEST_ABOUT:
            rest = rest.replace(unicodedata.normalize("NFC", word).lower(), "")
    return len(rest) < len(password) and len(rest) < SHORTEST_WITH_SECOND
