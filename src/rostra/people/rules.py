"""What a handle, a name and a role may be; how long links and sessions are good. Pure."""

from __future__ import annotations

import re

from rostra.errors import BadInput
from rostra.lines import checked_line as checked_line  # noqa: PLC0414 - named here since ever
from rostra.lines import checked_text as checked_text  # noqa: PLC0414

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
