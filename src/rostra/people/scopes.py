"""What an application may be allowed to do, by the names of the Mastodon API. Pure.

`read` covers `read:statuses`; `follow`, of older apps, covers what people have to do with others;
`profile` is enough to see who somebody is. https://docs.joinmastodon.org/api/oauth-scopes/
"""

from __future__ import annotations

from collections.abc import Iterable

from rostra.errors import OAuthRefused

_READ = (
    "accounts", "blocks", "bookmarks", "favourites", "filters", "follows", "lists", "me", "mutes",
    "notifications", "search", "statuses",
)  # fmt: skip
_WRITE = (
    "accounts", "blocks", "bookmarks", "conversations", "favourites", "filters", "follows",
    "lists", "media", "mutes", "notifications", "reports", "statuses",
)  # fmt: skip
_ADMIN = (
    "accounts", "canonical_email_blocks", "domain_allows", "domain_blocks", "email_domain_blocks",
    "ip_blocks", "reports",
)  # fmt: skip
SCOPES: tuple[str, ...] = (
    "profile", "read", *(f"read:{each}" for each in _READ),
    "write", *(f"write:{each}" for each in _WRITE), "follow", "push",
    "admin:read", *(f"admin:read:{each}" for each in _ADMIN),
    "admin:write", *(f"admin:write:{each}" for each in _ADMIN),
)  # fmt: skip
"""All that are known, in the order in which they are shown."""

DEFAULT = "read"
ANY = "any"
"""What a door names that takes every token of an application, whatever its scopes."""

_LONGEST = 500
_ALSO = {
    "follow": frozenset(
        f"{way}:{what}" for way in ("read", "write") for what in ("blocks", "follows", "mutes")
    ),
    "profile": frozenset({"read:me"}),
    "read:accounts": frozenset({"read:me"}),
}


def read_scopes(text: str) -> tuple[str, ...]:
    """The scopes in `text`, once each, in our order. Raises OAuthRefused for one that is not."""
    wanted = set(text[: _LONGEST + 1].replace("+", " ").split()) or {DEFAULT}
    unknown = wanted - set(SCOPES)
    if unknown or len(text) > _LONGEST:
        name = min(unknown, default="")[:40]
        raise OAuthRefused("invalid_scope", f"There is no scope {name!r}: see /docs.")
    return tuple(scope for scope in SCOPES if scope in wanted)


def covers(granted: Iterable[str], wanted: str) -> bool:
    """Whether one of `granted` is `wanted`, the part of it before a colon, or includes it."""
    return any(
        wanted in (each, ANY) or wanted.startswith(f"{each}:") or wanted in _ALSO.get(each, ())
        for each in granted
    )


def check_within(wanted: Iterable[str], granted: Iterable[str]) -> None:
    """Whether an application that registered for `granted` may ask for `wanted`.

    Raises OAuthRefused.
    """
    had = tuple(granted)
    for each in wanted:
        if not covers(had, each):
            raise OAuthRefused(
                "invalid_scope", f"The application did not register for the scope {each}."
            )
