"""The modules of the square's pages, in the order in which they open their doors."""

from __future__ import annotations

from rostra.web.square import (
    around,
    conversations,
    editing,
    feeds,
    later,
    posts,
    profile,
    timelines,
    writing,
)

DOORS = (around, feeds, timelines, profile, writing, later, conversations, editing, posts)
