"""All doors of the Mastodon API, by subject."""

from __future__ import annotations

from rostra.web.mastodon import (
    accounts,
    admin,
    apps,
    authorize,
    blocks,
    filters,
    finding,
    instance,
    lists,
    markers,
    media,
    oauth,
    oembed,
    own_account,
    reactions,
    relationships,
    reports,
    scheduled,
    statuses,
    tags,
    timelines,
    trends,
)

DOORS = (
    admin,
    apps,
    authorize,
    blocks,
    filters,
    finding,
    instance,
    lists,
    markers,
    media,
    oauth,
    oembed,
    own_account,
    reactions,
    relationships,
    reports,
    scheduled,
    statuses,
    tags,
    timelines,
    trends,
    accounts,  # after those whose addresses look like an id: /accounts/relationships
)
