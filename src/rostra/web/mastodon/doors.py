"""All doors of the Mastodon API, by subject."""

from __future__ import annotations

from rostra.web.mastodon import (
    apps,
    authorize,
    finding,
    instance,
    media,
    oauth,
    reactions,
    scheduled,
    statuses,
    timelines,
)

DOORS = (
    apps,
    authorize,
    finding,
    instance,
    media,
    oauth,
    reactions,
    scheduled,
    statuses,
    timelines,
)
