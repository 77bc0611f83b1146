"""What people have to do with each other, as the Mastodon API shows it; docs.joinmastodon.org."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from rostra.people.profiles import Profile
from rostra.square.filtering import Filter, FilteredPost, Keyword
from rostra.square.lists import List
from rostra.square.markers import Marker
from rostra.square.relationships import Relationship
from rostra.square.tags import FeaturedTag
from rostra.web.mastodon.answers import Document, day, moment, moment_if_any
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_status import tag_link
from rostra.web.parts import Origins


def relationship(found: Relationship) -> Document:
    """https://docs.joinmastodon.org/entities/Relationship/"""
    return {
        "id": found.id,
        "following": found.following,
        "showing_reblogs": found.boosts,
        "notifying": found.notify,
        "languages": None,
        "followed_by": found.followed_by,
        "blocking": found.blocking,
        "blocked_by": found.blocked_by,
        "muting": found.muting,
        "muting_notifications": found.muting_notices,
        "muting_expires_at": moment_if_any(found.muting_until_ms),
        "requested": found.requested,
        "requested_by": found.requested_by,
        "domain_blocking": False,
        "endorsed": found.endorsed,
        "note": found.note,
    }


def muted_account(profile: Profile, until_ms: int | None, origins: Origins) -> Document:
    """https://docs.joinmastodon.org/entities/MutedAccount/"""
    return account(profile, origins) | {"mute_expires_at": moment_if_any(until_ms)}


def familiar_followers(account_id: str, people: Iterable[Profile], origins: Origins) -> Document:
    """https://docs.joinmastodon.org/entities/FamiliarFollowers/"""
    return {"id": account_id, "accounts": [account(each, origins) for each in people]}


def user_list(found: List) -> Document:
    """https://docs.joinmastodon.org/entities/List/"""
    return {
        "id": str(found.id),
        "title": found.title,
        "replies_policy": found.replies,
        "exclusive": found.exclusive,
    }


def markers(found: Iterable[Marker]) -> Document:
    """https://docs.joinmastodon.org/entities/Marker/, by timeline"""
    return {
        each.timeline: {
            "last_read_id": str(each.last_read_id),
            "version": each.version,
            "updated_at": moment(each.updated_ms),
        }
        for each in found
    }


def filter_v2(found: Filter) -> Document:
    """https://docs.joinmastodon.org/entities/Filter/"""
    return {
        "id": str(found.id),
        "title": found.title,
        "context": list(found.contexts),
        "expires_at": moment_if_any(found.expires_ms),
        "filter_action": found.action,
        "keywords": [filter_keyword(each) for each in found.keywords],
        "statuses": [filter_status(each) for each in found.posts],
    }


def filter_keyword(found: Keyword) -> Document:
    """https://docs.joinmastodon.org/entities/FilterKeyword/"""
    return {"id": str(found.id), "keyword": found.text, "whole_word": found.whole}


def filter_status(found: FilteredPost) -> Document:
    """https://docs.joinmastodon.org/entities/FilterStatus/"""
    return {"id": str(found.id), "status_id": str(found.post_id)}


def filter_v1(found: Filter, keyword: Keyword) -> Document:
    """https://docs.joinmastodon.org/entities/V1_Filter/: one keyword with its filter around it"""
    return {
        "id": str(keyword.id),
        "phrase": keyword.text,
        "context": list(found.contexts),
        "whole_word": keyword.whole,
        "expires_at": moment_if_any(found.expires_ms),
        "irreversible": found.action == "hide",
    }


def tag(name: str, origins: Origins, *, following: bool, featuring: bool = False) -> Document:
    """https://docs.joinmastodon.org/entities/Tag/; there are no trends yet, so no history"""
    return tag_link(name, origins) | {
        "id": name,
        "history": list[Document](),
        "following": following,
        "featuring": featuring,
    }


def featured_tag(found: FeaturedTag, handle: str, origins: Origins) -> Document:
    """https://docs.joinmastodon.org/entities/FeaturedTag/"""
    return {
        "id": str(found.id),
        "name": found.tag,
        "url": f"{origins.public_url}/@{handle}/tagged/{found.tag}",
        "statuses_count": str(found.posts),
        "last_status_at": day(found.last_id >> 16) if found.last_id else None,
    }


def accounts(people: Sequence[tuple[int, Profile]], origins: Origins) -> list[Document]:
    """The people of a page of one of our rosters."""
    return [account(person, origins) for _, person in people]
