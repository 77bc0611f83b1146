"""What this server takes, which clients ask before they send: the limits that hold elsewhere."""

from __future__ import annotations

import rostra
from rostra.darkroom.kinds import JPEG
from rostra.people import editing
from rostra.people.rules import LONGEST_NAME
from rostra.square import media, rules, tags
from rostra.square.text import LINK_COUNTS_AS
from rostra.web.bodies import LARGEST
from rostra.web.mastodon.answers import Document
from rostra.web.parts import Origins

API_VERSION = "4.5.0"
"""Of Mastodon, whose API is spoken here; clients compare it with what they need."""

API_NUMBER = 7
"""The same as a number (`api_versions`): 7 is that of 4.5."""

VERSION = f"{API_VERSION} (compatible; Rostra {rostra.__version__})"
PICTURES = ("image/jpeg", "image/png", "image/webp", "image/gif")
SOUNDS = (
    "audio/mpeg", "audio/mp4", "audio/x-m4a", "audio/aac", "audio/ogg", "audio/opus", "audio/flac",
    "audio/wav", "audio/x-wav", "audio/webm",
)  # fmt: skip


def streaming_url(origins: Origins) -> str:
    """Where streams are, without the path."""
    scheme, _, rest = origins.public_url.partition("://")
    return f"{'wss' if scheme == 'https' else 'ws'}://{rest}"


def configuration(origins: Origins, longest_post: int) -> Document:
    """entities/Instance#configuration; `longest_post` is the operator's choice."""
    return {
        "urls": {
            "streaming": streaming_url(origins),
            "status": None,
            "about": f"{origins.public_url}/",
            "privacy_policy": None,
            "terms_of_service": None,
        },
        "vapid": {"public_key": ""},
        "accounts": {
            "max_featured_tags": tags.MOST_FEATURED,
            "max_pinned_statuses": rules.MOST_PINS,
            "max_profile_fields": editing.MOST_FIELDS,
            "profile_field_name_limit": editing.LONGEST_FIELD,
            "profile_field_value_limit": editing.LONGEST_FIELD,
            "max_display_name_length": LONGEST_NAME,
            "max_note_length": editing.LONGEST_BIO,
            "avatar_description_limit": 0,
            "header_description_limit": 0,
        },
        "statuses": {
            "max_characters": longest_post,
            "max_media_attachments": rules.MOST_MEDIA,
            "characters_reserved_per_url": LINK_COUNTS_AS,
            "supported_mime_types": ["text/plain"],
        },
        "media_attachments": {
            "description_limit": media.LONGEST_DESCRIPTION,
            "supported_mime_types": [*PICTURES, *SOUNDS],
            "image_size_limit": LARGEST["picture"],
            "image_matrix_limit": JPEG.megapixels * 1_000_000,
            "video_size_limit": LARGEST["sound"],
            "video_frame_rate_limit": 60,
            "video_matrix_limit": JPEG.megapixels * 1_000_000,
        },
        "polls": {
            "max_options": rules.MOST_OPTIONS,
            "max_characters_per_option": rules.LONGEST_OPTION,
            "min_expiration": rules.SHORTEST_POLL_S,
            "max_expiration": rules.LONGEST_POLL_S,
        },
        "translation": {"enabled": False},
        "timelines_access": {
            "live_feeds": {"local": "public", "remote": "disabled"},
            "hashtag_feeds": {"local": "public", "remote": "disabled"},
            "trending_link_feeds": {"local": "disabled", "remote": "disabled"},
        },
        "limited_federation": True,
    }
