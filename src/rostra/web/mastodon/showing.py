"""From views to the JSON of the API, with what has to be looked up outside the database."""

from __future__ import annotations

from collections.abc import Sequence

from rostra.people.queries import Account
from rostra.programme.manifest import Manifest
from rostra.square.filtering import FilterSet
from rostra.square.posts import PostView
from rostra.web.mastodon.answers import Document
from rostra.web.mastodon.entities_status import Sight, status
from rostra.web.parts import WebParts
from rostra.web.spaces import manifests_of


async def shown(
    parts: WebParts, views: Sequence[PostView], viewer: Account | None
) -> list[Document]:
    """The posts as `viewer` reads them."""
    sight = await sight_of(parts, views, viewer)
    return [status(view, sight) for view in await filtered(parts, views, viewer)]


async def filtered(
    parts: WebParts, views: Sequence[PostView], viewer: Account | None
) -> list[PostView]:
    """`views` with the filters of `viewer` that they meet; what is one's own meets none."""
    if viewer is None or not views:
        return list(views)
    return met(views, await parts.circles.filters(parts.database, viewer), viewer, parts.now_ms())


def met(
    views: Sequence[PostView], filters: FilterSet, viewer: Account, now_ms: int
) -> list[PostView]:
    """`views` with those of the viewer's `filters` that they meet; what is their own meets none."""
    return [
        view if view.shown.post.author_id == viewer.id else filters.on(view, now_ms)
        for view in views
    ]


async def sight_of(parts: WebParts, views: Sequence[PostView], viewer: Account | None) -> Sight:
    """What is needed to show `views`: the Spaces they are about, as they are now."""
    spaces = await spaces_of(parts, views)
    return Sight(parts.origins, parts.now_ms(), viewer.id if viewer else None, spaces)


async def spaces_of(parts: WebParts, views: Sequence[PostView]) -> dict[str, Manifest]:
    """The Spaces that posts, or what they boost or quote, are about, by slug."""
    every = (each for view in views for each in (view, view.boost, view.quote) if each is not None)
    slugs = {each.post.space_slug for each in every} - {None}
    found = await manifests_of(parts, [slug for slug in slugs if slug is not None])
    return {manifest.slug: manifest for manifest in found}
