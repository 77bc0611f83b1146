"""Files of posts as the Mastodon API shows them."""

from __future__ import annotations

from rostra.square.posts import Medium
from rostra.web.mastodon.answers import Document
from rostra.web.parts import Origins


def media_attachment(medium: Medium, origins: Origins) -> Document:
    """https://docs.joinmastodon.org/entities/MediaAttachment/"""
    return {
        "id": str(medium.id),
        "type": medium.kind,
        "url": f"{origins.public_url}/media/{medium.file}",
    }
