"""All doors of the Mastodon API, by subject."""

from __future__ import annotations

from rostra.web.mastodon import (
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
    reactions,
    relationships,
    reports,
    scheduled,
    statuses,
    tags,
    timelines,
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
    reactions,
    relationships,
    reports,
    scheduled,
    statuses,
    tags,
    timelines,
)
