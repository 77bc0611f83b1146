"""Where somebody goes on to after signing in: only to pages of ours. Pure."""

from __future__ import annotations

from urllib.parse import urlsplit

LONGEST = 3000


def own_path(text: str) -> str | None:
    """`text` if it is a path of ours, with its query; None for anything that leads elsewhere."""
    if not text.startswith("/") or len(text) > LONGEST or "\\" in text:
        return None
    if not text.isascii() or not text.isprintable() or " " in text:
        return None
    try:
        parts = urlsplit(text)
    except ValueError:
        return None
    # `//host` is another place.
    elsewhere = parts.scheme or parts.netloc or text.startswith("//")
    return None if elsewhere or parts.path.startswith(("/sign-in", "/sign-out")) else text
