"""All doors of the Mastodon API, by subject."""

from __future__ import annotations

from rostra.web.mastodon import (
    accounts,
    admin,
    apps,
    authorize,
    blocks,
    conversations,
    filters,
    finding,
    instance,
    lists,
    markers,
    media,
    notifications,
    oauth,
    oembed,
    own_account,
    quotes,
    reactions,
    relationships,
    reports,
    scheduled,
    search,
    statuses,
    tags,
    timelines,
    trends,
)

DOORS = (
    admin, apps, authorize, blocks, conversations, filters, finding, instance, lists, markers,
    media, notifications, oauth, oembed, own_account, quotes, reactions, relationships, reports,
    scheduled, search, statuses, tags, timelines, trends,
    accounts,  # /accounts/{id} takes every address below it that nobody took before
)  # fmt: skip
