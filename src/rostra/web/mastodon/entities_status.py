"""Posts as the Mastodon API shows them: https://docs.joinmastodon.org/entities/Status/."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

from rostra.programme.manifest import Manifest
from rostra.square.posts import FilterHit, Poll, Post, PostView
from rostra.square.queries import Revision
from rostra.square.text import html_of
from rostra.web.mastodon.answers import Document, moment, moment_if_any
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_media import media_attachment
from rostra.web.parts import Origins


@dataclass(frozen=True)
class Sight:
    """What is needed beside a view to show it: addresses, the moment, and Spaces by their slug."""

    origins: Origins
    now_ms: int
    viewer_id: str | None = None
    spaces: Mapping[str, Manifest] = field(default_factory=dict)


def status(view: PostView, sight: Sight) -> Document:
    """A post as the viewer sees it, with what it boosts or quotes."""
    post = view.post
    shown = _plain(view, sight)
    shown["reblog"] = None if view.boost is None else _plain(view.boost, sight)
    if view.boost is not None:
        shown |= {key: shown["reblog"][key] for key in _OF_THE_BOOSTED}
    if post.author_id == sight.viewer_id:
        shown["pinned"] = post.pinned_ms is not None
    return shown


_OF_THE_BOOSTED = (
    "content", "spoiler_text", "sensitive", "language", "media_attachments", "mentions", "tags",
    "card", "poll", "replies_count", "reblogs_count", "favourites_count", "quotes_count",
    "favourited", "reblogged", "bookmarked", "muted", "in_reply_to_id", "in_reply_to_account_id",
)  # fmt: skip


def address_of(post: Post, handle: str, origins: Origins) -> str:
    """The page of a post, which is also its URI."""
    return f"{origins.public_url}/@{handle}/{post.id}"


def _plain(view: PostView, sight: Sight) -> Document:
    post, origins = view.post, sight.origins
    address = address_of(post, view.author.handle, origins)
    return {
        "id": str(post.id),
        "created_at": moment(post.created_ms),
        "in_reply_to_id": None if post.reply_to is None else str(post.reply_to),
        "in_reply_to_account_id": post.reply_to_author,
        "sensitive": view.is_sensitive,
        "spoiler_text": post.warning,
        "visibility": post.visibility,
        "language": post.language or None,
        "uri": address,
        "url": address,
        "replies_count": post.replies,
        "reblogs_count": post.boosts,
        "favourites_count": post.favourites,
        "quotes_count": post.quotes,
        "edited_at": moment_if_any(post.edited_ms),
        "content": content(post, origins),
        "reblog": None,
        "application": _application(view),
        "account": account(view.author, origins),
        "media_attachments": [media_attachment(each, origins) for each in post.attached.media],
        "mentions": [
            {
                "id": each.id,
                "username": each.handle,
                "acct": each.handle,
                "url": f"{origins.public_url}/@{each.handle}",
            }
            for each in post.attached.mentions
        ],
        "tags": [tag_link(each, origins) for each in post.attached.tags],
        "emojis": [],
        "card": _card(post, sight),
        "poll": None if view.poll is None else poll(view.poll, post, sight),
        "quote": _quote(view, sight),
        "quote_approval": _quote_approval(post, sight.viewer_id),
        "favourited": view.mine.favourited,
        "reblogged": view.mine.boosted,
        "muted": view.mine.muted,
        "bookmarked": view.mine.bookmarked,
        "filtered": [filter_result(hit, post) for hit in view.filters],
    }


def content(post: Post, origins: Origins) -> str:
    """The HTML of a post's words."""
    handles = frozenset(each.handle for each in post.attached.mentions)
    return _content(post.text, handles, origins.public_url) if post.text else ""


@lru_cache(2048)
def _content(text: str, handles: frozenset[str], origin: str) -> str:
    # The same few hundred posts are shown to everybody, again and again.
    return html_of(text, handles, origin)


def poll(found: Poll, post: Post, sight: Sight) -> Document:
    """https://docs.joinmastodon.org/entities/Poll/"""
    over = found.is_over(sight.now_ms)
    hidden = found.hide_totals and not over
    own = post.author_id == sight.viewer_id
    return {
        "id": str(found.post_id),
        "expires_at": moment(found.expires_ms),
        "expired": over,
        "multiple": found.multiple,
        "votes_count": sum(option.votes for option in found.options),
        "voters_count": found.voters,
        "voted": bool(found.chosen) or own,
        "own_votes": list(found.chosen),
        "options": [
            {"title": option.title, "votes_count": None if hidden else option.votes}
            for option in found.options
        ],
        "emojis": [],
    }


def tag_link(tag: str, origins: Origins) -> Document:
    """A hashtag in a post."""
    return {"name": tag, "url": f"{origins.public_url}/tags/{tag}"}


def filter_result(hit: FilterHit, post: Post) -> Document:
    """https://docs.joinmastodon.org/entities/FilterResult/"""
    return {
        "filter": {
            "id": str(hit.filter_id),
            "title": hit.title,
            "context": list(hit.contexts),
            "expires_at": moment_if_any(hit.expires_ms),
            "filter_action": hit.action,
        },
        "keyword_matches": list(hit.words) or None,
        "status_matches": [str(post.id)] if hit.by_post else None,
    }


def context(above: Sequence[PostView], below: Sequence[PostView], sight: Sight) -> Document:
    """https://docs.joinmastodon.org/entities/Context/"""
    return {
        "ancestors": [status(view, sight) for view in above],
        "descendants": [status(view, sight) for view in below],
    }


def revision(before: Revision, view: PostView, sight: Sight) -> Document:
    """https://docs.joinmastodon.org/entities/StatusEdit/"""
    post = view.post._replace(text=before.text, attached=before.attached)
    options = [{"title": each} for each in before.options]
    return {
        "content": content(post, sight.origins),
        "spoiler_text": before.warning,
        "sensitive": before.sensitive,
        "created_at": moment(before.created_ms),
        "account": account(view.author, sight.origins),
        "media_attachments": [
            media_attachment(each, sight.origins) for each in before.attached.media
        ],
        "emojis": [],
        **({"poll": {"options": options}} if options else {}),
    }


def source(post: Post) -> Document:
    """https://docs.joinmastodon.org/entities/StatusSource/"""
    return {"id": str(post.id), "text": post.text, "spoiler_text": post.warning}


def _application(view: PostView) -> Document | None:
    if view.application is None:
        return None
    name, website = view.application
    return {"name": name, "website": website or None}


def _quote_approval(post: Post, viewer_id: str | None) -> Document:
    """https://docs.joinmastodon.org/entities/QuoteApproval/"""
    quoters = post.quotable if post.is_open else "nobody"
    own = viewer_id is not None and viewer_id == post.author_id
    known = {"public": "automatic", "followers": "unknown", "nobody": "denied"}[quoters]
    return {
        "automatic": [] if quoters == "nobody" else [quoters],
        "manual": [],
        "current_user": "automatic" if own else known,
    }


def _quote(view: PostView, sight: Sight) -> Document | None:
    if view.post.quote_of is None:
        return None
    if view.post.quote_revoked:
        return {"state": "revoked", "quoted_status": None}
    if view.quote is None:
        # Deleted, or not for this viewer: which of the two is nobody's business.
        return {"state": "deleted", "quoted_status": None}
    return {"state": "accepted", "quoted_status": _plain(view.quote, sight)}


def _card(post: Post, sight: Sight) -> Document | None:
    """The Space that a post is about, as a link with a title: apps show it as a card."""
    space = sight.spaces.get(post.space_slug or "")
    if space is None:
        return None
    return {
        "url": f"{sight.origins.live_url}/s/{space.slug}",
        "title": space.title,
        "description": space.host,
        "language": space.language or None,
        "type": "link",
        "author_name": space.host,
        "author_url": "",
        "authors": [],
        "provider_name": "Rostra",
        "provider_url": sight.origins.public_url,
        "html": "",
        "width": 0,
        "height": 0,
        "image": f"{sight.origins.public_url}/static/icon.svg",
        "image_description": "",
        "embed_url": "",
        "blurhash": None,
        "published_at": space.starts_at,
    }
