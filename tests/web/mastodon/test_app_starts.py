"""What common apps ask when they start, as their public sources say, and the shape they read.

An app that misses one of these shows an error or nothing at all, whatever else works.
"""

from __future__ import annotations

from typing import Any

import pytest

ACCOUNT = {
    "id", "username", "acct", "display_name", "locked", "bot", "created_at", "note", "url",
    "avatar", "avatar_static", "header", "header_static", "followers_count", "following_count",
    "statuses_count", "emojis", "fields",
}  # fmt: skip
STATUS = {
    "id", "uri", "url", "created_at", "account", "content", "visibility", "sensitive",
    "spoiler_text", "media_attachments", "mentions", "tags", "emojis", "reblogs_count",
    "favourites_count", "replies_count", "in_reply_to_id", "in_reply_to_account_id", "reblog",
    "poll", "card", "language", "favourited", "reblogged", "bookmarked", "muted", "filtered",
}  # fmt: skip
INSTANCE = {
    "domain", "title", "version", "description", "usage", "thumbnail", "languages",
    "configuration", "registrations", "contact", "rules", "api_versions", "source_url",
}  # fmt: skip
INSTANCE_BEFORE = {
    "uri", "title", "version", "description", "short_description", "email", "urls", "stats",
    "languages", "registrations", "approval_required", "invites_enabled", "configuration", "rules",
}  # fmt: skip
PREFERENCES = {
    "posting:default:visibility", "posting:default:sensitive", "posting:default:language",
    "reading:expand:media", "reading:expand:spoilers",
}  # fmt: skip
RELATIONSHIP = {
    "id", "following", "showing_reblogs", "notifying", "followed_by", "blocking", "blocked_by",
    "muting", "muting_notifications", "requested", "domain_blocking", "endorsed", "note",
}  # fmt: skip
OWN_ACCOUNT = ACCOUNT | {"source"}
POLICY = {"for_not_following", "for_not_followers", "summary"}
GROUPED = {"accounts", "statuses", "notification_groups"}
ANY: set[str] = set()

Call = tuple[str, Any]
"""A path, and the keys of what it brings; within a list where it brings many."""

ME: Call = ("/api/v1/accounts/verify_credentials", OWN_ACCOUNT)
NOW: Call = ("/api/v2/instance", INSTANCE)
BEFORE: Call = ("/api/v1/instance", INSTANCE_BEFORE)
EMOJIS: Call = ("/api/v1/custom_emojis", [ANY])
WISHES: Call = ("/api/v1/preferences", PREFERENCES)
FILTERS: Call = ("/api/v2/filters", [ANY])
LISTS: Call = ("/api/v1/lists", [ANY])
NEWS: Call = ("/api/v1/announcements", [ANY])
TAGS: Call = ("/api/v1/followed_tags", [ANY])
HOME: Call = ("/api/v1/timelines/home?limit=40", [STATUS])
NOTICES: Call = ("/api/v1/notifications?limit=30", [ANY])
POLICIES: Call = ("/api/v2/notifications/policy", POLICY)
REQUESTS: Call = ("/api/v1/follow_requests?limit=80", [ACCOUNT])
MARKERS: Call = ("/api/v1/markers?timeline[]=home&timeline[]=notifications", ANY)
APPS: dict[str, list[Call]] = {
    "Tusky": [
        ME, NOW, BEFORE, EMOJIS, ("/api/v1/filters", [ANY]), FILTERS, NEWS, LISTS, HOME,
        ("/api/v1/notifications?exclude_types[]=follow_request&limit=30", [ANY]),
        ("/api/v1/markers?timeline[]=notifications", ANY), ("/api/v1/trends/tags", [ANY]),
        ("/api/v1/scheduled_statuses", [ANY]), ("/api/v1/conversations", [ANY]), REQUESTS,
        ("/api/v1/instance/rules", [ANY]),
    ],
    "Ice Cubes": [
        NOW, ME, EMOJIS, WISHES, LISTS, TAGS, NEWS, FILTERS, HOME, MARKERS, POLICIES,
        ("/api/v1/timelines/home", [STATUS]), ("/api/v1/timelines/public?local=true", [STATUS]),
        ("/api/v2/notifications?limit=30&grouped_types[]=follow", GROUPED),
        ("/api/v1/accounts/relationships?id[]={id}", [RELATIONSHIP]),
        ("/api/v1/accounts/{id}/featured_tags", [ANY]), ("/api/v2/suggestions", [{"account"}]),
        ("/api/v1/trends/tags", [ANY]), ("/api/v1/trends/statuses?offset=0", [STATUS]),
        ("/api/v1/trends/links?offset=0", [ANY]), ("/api/v1/conversations", [ANY]),
        ("/api/v1/instance/peers", [ANY]), ("/.well-known/nodeinfo", {"links"}),
    ],
    "Elk": [
        BEFORE, NOW, ME, WISHES, EMOJIS, FILTERS, LISTS, TAGS, MARKERS, HOME, NOTICES,
        ("/api/v1/accounts/lookup?acct=ada", ACCOUNT), ("/api/v1/trends/statuses", [STATUS]),
        ("/api/v1/accounts/{id}/statuses?exclude_replies=true", [STATUS]),
        ("/api/v1/timelines/public?limit=30", [STATUS]),
    ],
    "Phanpy": [
        ("/.well-known/oauth-authorization-server", {"code_challenge_methods_supported"}),
        NOW, BEFORE, ME, WISHES, FILTERS, LISTS, TAGS, NEWS, REQUESTS, HOME, NOTICES, POLICIES,
        MARKERS, ("/api/v1/notifications/requests", [ANY]), EMOJIS,
        ("/api/v1/accounts/familiar_followers?id[]={id}", [{"id", "accounts"}]),
        ("/api/v1/accounts/{id}/statuses?pinned=true", [STATUS]),
    ],
    "Mastodon for Android and Moshidon": [
        NOW, BEFORE, ME, WISHES, EMOJIS, FILTERS, LISTS, MARKERS, HOME, NOTICES, NEWS,
        ("/api/v1/instance/extended_description", {"content"}), POLICIES,
        ("/api/v1/notifications?limit=40&types[]=mention", [ANY]),
        ("/api/v1/notifications/unread_count", {"count"}), ("/api/v1/suggestions", [ACCOUNT]),
        ("/api/v1/directory?order=active&local=true", [ACCOUNT]),
        ("/api/v1/bookmarks", [STATUS]), ("/api/v1/favourites", [STATUS]),
    ],
    "Ivory and Mona": [
        NOW, ME, EMOJIS, WISHES, FILTERS, LISTS, TAGS, MARKERS,
        ("/api/v1/timelines/home?limit=40&min_id=0", [STATUS]), ("/api/v1/blocks", [ACCOUNT]),
        ("/api/v1/timelines/home?limit=40&since_id=1", [STATUS]), ("/api/v1/mutes", [ACCOUNT]),
        ("/api/v1/domain_blocks", [ANY]), ("/api/v1/accounts/{id}/following?limit=80", [ACCOUNT]),
        ("/api/v1/accounts/{id}/lists", [ANY]), ("/api/v1/trends/tags", [ANY]),
    ],
}  # fmt: skip


@pytest.mark.parametrize("app", APPS)
async def test_an_app_starts(square, app):
    ada = await square.account("ada", "member")
    await square.account("ben", "member")
    async with square.client(await square.token("ada")) as client:
        posted = await client.post("/api/v1/statuses", json={"status": "Hello #world"})
        assert posted.status_code == 200, posted.text
        for path, shape in APPS[app]:
            answer = await client.get(path.format(id=ada.id))
            assert answer.status_code == 200, (path, answer.status_code, answer.text)
            assert answer.headers["access-control-allow-origin"] == "*"
            _check(answer.json(), shape, path)


def _check(found: Any, shape: Any, path: str) -> None:
    if isinstance(shape, list):
        assert isinstance(found, list), (path, found)
        for each in found:
            _check(each, shape[0], path)
        return
    if shape:
        assert isinstance(found, dict) and not shape - found.keys(), (path, shape - found.keys())
    if shape is STATUS:
        _check(found["account"], ACCOUNT, path)
