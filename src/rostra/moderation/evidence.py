"""What was reported, as it was at that moment: it outlives edits and deletions.

The document has `account` (handle, name, bio, avatar), `space` (slug, title, phase; None unless a
Space was reported) and `posts`, each with id, text, warning, visibility, media, created_ms. Of
media it holds the names of the files, not the files.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from rostra.people.profiles import Profile
from rostra.rooms.queries import Space
from rostra.square.posts import Post

Document = dict[str, Any]


def evidence(profile: Profile, space: Space | None, posts: Iterable[Post]) -> Document:
    """The document for a report about these."""
    return {
        "account": {
            "handle": profile.handle,
            "name": profile.name,
            "bio": profile.bio,
            "avatar": profile.avatar,
        },
        "space": space and {"slug": space.slug, "title": space.title, "phase": space.phase},
        "posts": [_of_post(post) for post in posts],
    }


def post_ids(document: Document) -> tuple[int, ...]:
    """The posts that a document holds, as they were named."""
    return tuple(int(post["id"]) for post in document["posts"])


def _of_post(post: Post) -> Document:
    return {
        "id": str(post.id),  # 63 bits are too many for numbers in JSON
        "text": post.text,
        "warning": post.warning,
        "visibility": post.visibility,
        "space": post.space_slug,
        "created_ms": post.created_ms,
        "media": [
            {
                "kind": medium.kind,
                "file": medium.file,
                "preview": medium.preview,
                "description": medium.description,
            }
            for medium in post.attached.media
        ],
    }
