"""Accounts as the Mastodon API shows them: https://docs.joinmastodon.org/entities/Account/."""

from __future__ import annotations

from functools import lru_cache

from rostra.people.editing import Own
from rostra.people.profiles import Profile
from rostra.people.rules import SEEN
from rostra.square.text import bio_of
from rostra.web.mastodon.answers import Document, day
from rostra.web.parts import Origins

_ROLES = {
    "admin": ("1", "Administrator", "#b45309", "1"),
    "moderator": ("2", "Moderator", "#0f766e", "1040"),
}
"""Number, name, colour and permissions of the roles that profiles show. Permissions are Mastodon's
bits: 1 for all, 16 for reports, 1024 for people."""

_NO_ROLE = ("-99", "", "", "0")


def account(profile: Profile, origins: Origins) -> Document:
    """Somebody as anybody sees them: of a suspended one only that they are."""
    seen = profile.state in SEEN
    page = f"{origins.public_url}/@{profile.handle}"
    shown: Document = {
        "id": profile.id,
        "username": profile.handle,
        "acct": profile.handle,
        "display_name": profile.name if seen else "",
        "locked": profile.locked,
        "bot": profile.bot,
        "discoverable": not profile.hidden,
        "indexable": not profile.hidden,
        "noindex": profile.hidden,
        "group": False,
        "created_at": f"{day(profile.created_ms)}T00:00:00.000Z",
        "note": bio(profile.bio, origins) if seen else "",
        "url": page,
        "uri": page,
        **_pictures(profile, origins, seen=seen),
        "followers_count": profile.followers if seen else 0,
        "following_count": profile.following if seen else 0,
        "statuses_count": profile.posts if seen else 0,
        "last_status_at": _last_day(profile) if seen else None,
        "hide_collections": False,
        "emojis": [],
        "roles": _roles(profile) if seen else [],
        "fields": _fields(profile, origins) if seen else [],
    }
    if profile.state == "limited":
        shown["limited"] = True
    if not seen:
        shown["suspended"] = True
    return shown


def bio(text: str, origins: Origins) -> str:
    """The HTML of what somebody says of themselves."""
    return _bio(text, origins.public_url) if text else ""


@lru_cache(2048)
def _bio(text: str, origin: str) -> str:
    # An author stands on many pages.
    return bio_of(text, origin)


def credential_account(
    profile: Profile, origins: Origins, own: Own, *, requests: int = 0
) -> Document:
    """Somebody as they see themselves; `requests` are those to follow them."""
    return account(profile, origins) | {
        "source": {
            "privacy": own.default_visibility,
            "sensitive": own.default_sensitive,
            "language": own.language or None,
            "note": profile.bio,
            "fields": [
                {"name": name, "value": value, "verified_at": None}
                for name, value in profile.fields
            ],
            "follow_requests_count": requests,
            "hide_collections": False,
            "discoverable": not profile.hidden,
            "indexable": not profile.hidden,
            "attribution_domains": [],
            "quote_policy": "public",
        },
        "role": role(profile.role),
    }


def role(name: str) -> Document:
    """A role of ours as the API's Role."""
    number, title, colour, permissions = _ROLES.get(name, _NO_ROLE)
    return {
        "id": number,
        "name": title,
        "color": colour,
        "permissions": permissions,
        "highlighted": bool(title),
    }


def picture(file: str | None, drawn: str, origins: Origins) -> str:
    """The address of a picture among the media, else of the drawn one."""
    return f"{origins.public_url}{f'/media/{file}' if file else drawn}"


def _pictures(profile: Profile, origins: Origins, *, seen: bool) -> Document:
    avatar = picture(profile.avatar if seen else None, f"/avatars/{profile.handle}.png", origins)
    header = picture(profile.header if seen else None, f"/headers/{profile.handle}.png", origins)
    return {
        "avatar": avatar,
        "avatar_static": avatar,
        "avatar_description": "",
        "header": header,
        "header_static": header,
        "header_description": "",
    }


def _last_day(profile: Profile) -> str | None:
    return day(profile.last_post_id >> 16) if profile.last_post_id else None


def _roles(profile: Profile) -> list[Document]:
    if profile.role not in _ROLES:
        return []
    number, title, colour, _ = _ROLES[profile.role]
    return [{"id": number, "name": title, "color": colour}]


def _fields(profile: Profile, origins: Origins) -> list[Document]:
    return [
        {"name": name, "value": _line(value, origins), "verified_at": None}
        for name, value in profile.fields
    ]


def _line(text: str, origins: Origins) -> str:
    """HTML of one line: without the paragraph in which other texts stand."""
    return bio_of(text, origins.public_url).removeprefix("<p>").removesuffix("</p>")
