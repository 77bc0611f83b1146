"""All doors of the Mastodon API, by subject."""

from __future__ import annotations

from rostra.web.mastodon import (
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
    scheduled,
    statuses,
    tags,
    timelines,
)

DOORS = (
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
    scheduled,
    statuses,
    tags,
    timelines,
)
