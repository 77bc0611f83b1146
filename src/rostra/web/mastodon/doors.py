"""All doors of the Mastodon API, by subject."""

from __future__ import annotations

from rostra.web.mastodon import (
    admin,
    apps,
    authorize,
    finding,
    instance,
    media,
    oauth,
    reactions,
    reports,
    scheduled,
    statuses,
    timelines,
)

DOORS = (
    admin,
    apps,
    authorize,
    finding,
    instance,
    media,
    oauth,
    reactions,
    reports,
    scheduled,
    statuses,
    timelines,
)
