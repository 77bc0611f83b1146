"""Names of things: slugs that people choose, identifiers that nobody can guess."""

from __future__ import annotations

import re
import secrets
import unicodedata

from rostra.errors import BadInput

SLUG_LENGTH = 64
_SLUG = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?")


def checked_slug(text: str) -> str:
    """The slug as it was given. Raises BadInput unless it is 1 to 64 of a-z, 0-9 and inner hyphens.

    A checked slug is safe in paths, URLs and bus subjects.
    """
    if len(text) > SLUG_LENGTH or not _SLUG.fullmatch(text):
        raise BadInput(
            "An address may only have small letters, digits and hyphens between them, 64 at most: "
            "choose another, for example town-hall-2026."
        )
    return text


def slug_from_title(title: str) -> str:
    """A slug that resembles `title`, with a short random ending so that it is free."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    words = re.sub(r"[^a-z0-9]+", "-", plain).strip("-")[:48].strip("-")
    ending = secrets.token_hex(3)
    return f"{words}-{ending}" if words else f"space-{ending}"


def new_id() -> str:
    """128 random bits as 22 URL-safe characters, for sessions, programmes, seats and tokens."""
    return secrets.token_urlsafe(16)


def new_programme_id() -> str:
    """80 random bits as 16 characters of a-z and 2-7: safe in file names and playlists."""
    alphabet = "abcdefghijklmnopqrstuvwxyz234567"
    return "".join(secrets.choice(alphabet) for _ in range(16))


class SortableIds:
    """Ids of 63 bits that sort by the time they were made: milliseconds, then 16 bits of chance.

    Two of one process are never alike and never out of order; two of different processes only
    when made in the same millisecond, and then once in 65,536 times.
    """

    def __init__(self) -> None:
        self._last = 0

    def next(self, now_ms: int) -> int:
        """The next id at `now_ms`, milliseconds since the epoch."""
        self._last = max(self._last + 1, (now_ms << 16) | secrets.randbits(16))
        return self._last


sortable_id = SortableIds().next


def sortable_id_at(now_ms: int) -> int:
    """The smallest id of that moment, to compare others with."""
    return now_ms << 16


def new_file_name(ending: str) -> str:
    """128 random bits and `ending`: whoever was not told the name cannot ask for the file."""
    return f"{secrets.token_hex(16)}.{ending}"
