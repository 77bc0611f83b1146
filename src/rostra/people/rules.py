"""What a handle, a name and a role may be; how long links and sessions are good. Pure."""

from __future__ import annotations

import re
import unicodedata

from rostra.errors import BadInput

ROLES = ("admin", "moderator", "host", "member")
STATES = ("active", "pending", "limited", "suspended", "leaving", "gone")
"""What an account is: only *active* and *limited* ones may act. A *limited* one is seen by those
who follow it and by whoever asks for it, nowhere else; a *pending* one waits for approval; one
that is *leaving* is being deleted; of one that is *gone* the handle is left, so that nobody takes
it to be taken for another."""

STAFF = ("admin", "moderator")
"""Who may see and change what is others': a password alone does not let them in."""

ACTING = frozenset({"active", "limited"})
SEEN = frozenset({"active", "limited"})
LEAVING_CHORE = "leave"
"""The chore that deletes an account; its `state` is what the account was before."""

HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
LINK_MS = DAY_MS
"""A one-time sign-in link is good for a day."""

SESSION_MS = 30 * DAY_MS
"""A session is good for thirty days."""

LONGEST_NAME = 80
_HANDLE = re.compile(r"[a-z0-9](?:[a-z0-9_]{0,28}[a-z0-9])?")


def checked_handle(text: str) -> str:
    """The handle as it was given, without a leading @. Raises BadInput."""
    handle = text.removeprefix("@")
    if not _HANDLE.fullmatch(handle):
        raise BadInput(
            "A handle may only have small letters, digits and inner underscores, 30 at most: "
            "choose another, for example ada_l."
        )
    return handle


def checked_role(text: str) -> str:
    """One of ROLES. Raises BadInput."""
    if text not in ROLES:
        raise BadInput(
            f"There is no role {text[:40]!r}: it must be admin, moderator, host or member."
        )
    return text


def checked_line(text: str, what: str, longest: int) -> str:
    """One line of printable text, trimmed. Raises BadInput when empty or longer than `longest`."""
    line = " ".join("".join(" " if _unprintable(c) else c for c in text).split())
    if not line:
        raise BadInput(f"The {what} is empty: give it at least one character.")
    if len(line) > longest:
        raise BadInput(f"The {what} is too long: {longest} characters at most.")
    return line


def _unprintable(character: str) -> bool:
    # Cf holds the characters that turn text around (bidi overrides), but also emoji joiners.
    category = unicodedata.category(character)
    joins = character in "\u200c\u200d"
    return category in {"Cc", "Cs", "Zl", "Zp"} or (category == "Cf" and not joins)


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
