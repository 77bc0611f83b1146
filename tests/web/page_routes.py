"""Every page by its route: how its address is filled in; and what is no page, with the reason.

A route that is in neither table makes test_page_routes.py fail: whoever opens a door for browsers
says here what stands on it, and it is walked by all tests that look at every page.
"""

from __future__ import annotations

from collections.abc import Mapping

from fastapi import FastAPI

from rostra.web.app import DOORS
from rostra.web.door import RuledRoute

POSTED = "/@{author}/{post}"
# Route to its addresses; names in them are those of `Furniture`.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/@{handle}": ("/@{author}", "/@{me}"),
    "/@{handle}/followers": ("/@{author}/followers",),
    "/@{handle}/following": ("/@{author}/following",),
    "/@{handle}/media": ("/@{author}/media",),
    "/@{handle}/spaces": ("/@{me}/spaces",),
    "/@{handle}/with_replies": ("/@{author}/with_replies",),
    "/@{handle}/{id}": (POSTED, "/@{me}/{own}"),
    "/@{handle}/{id}/edit": ("/@{me}/{own}/edit", "/@{me}/{pictured}/edit"),
    "/@{handle}/{id}/history": ("/@{me}/{own}/history",),
    "/about": ("/about",),
    "/admin": ("/admin",),
    "/admin/charter": ("/admin/charter",),
    "/admin/people": ("/admin/people",),
    "/admin/storage": ("/admin/storage",),
    "/admin/storage/remove": ("/admin/storage/remove?slug={slug}",),
    "/bookmarks": ("/bookmarks",),
    "/compose": (
        "/compose?text=Hello", "/compose?reply={post}", "/compose?quote={post}",
        "/compose?draft={draft}",
    ),
    "/confirm/{secret}": ("/confirm/{secret}",),
    "/conversations": ("/conversations",),
    "/docs": ("/docs",),
    "/drafts": ("/drafts",),
    "/favourites": ("/favourites",),
    "/forgotten": ("/forgotten",),
    "/keys": ("/keys",),
    "/lists/{id}": ("/lists/{list}",),
    "/live": ("/live",),
    "/moderation": ("/moderation", "/moderation?list=mine", "/moderation?list=resolved"),
    "/moderation/people": ("/moderation/people",),
    "/moderation/people/{handle}": ("/moderation/people/{author}",),
    "/moderation/record": ("/moderation/record",),
    "/moderation/reports/{report}": ("/moderation/reports/{report}",),
    "/notices": ("/notices",),
    "/notices/settings": ("/notices/settings",),
    "/oauth/authorize": ("/oauth/authorize?{oauth}",),
    "/public": ("/public",),
    "/report": ("/report?post={post}", "/report?account={author}", "/report?space={slug}"),
    "/reset/{secret}": ("/reset/{secret}",),
    "/scheduled": ("/scheduled",),
    "/search": ("/search", "/search?q=hello", "/search?q={author}&type=people"),
    "/settings/blocks": ("/settings/blocks",),
    "/settings/data": ("/settings/data",),
    "/settings/filters": ("/settings/filters",),
    "/settings/filters/{id}": ("/settings/filters/{filter}",),
    "/settings/lists": ("/settings/lists",),
    "/settings/lists/{id}": ("/settings/lists/{list}",),
    "/settings/mutes": ("/settings/mutes",),
    "/settings/newcomers": ("/settings/newcomers",),
    "/settings/profile": ("/settings/profile",),
    "/settings/reports": ("/settings/reports",),
    "/settings/requests": ("/settings/requests",),
    "/settings/security": ("/settings/security",),
    "/settings/security/again": ("/settings/security/again",),
    "/settings/sessions": ("/settings/sessions",),
    "/settings/standing": ("/settings/standing",),
    "/sign-in/{secret}": ("/sign-in/{secret}",),
    "/sign-up": ("/sign-up",),
    "/spaces": ("/spaces",),
    "/spaces/{slug}/stage": ("/spaces/{slug}/stage",),
    "/tags/{tag}": ("/tags/{tag}",),
    "/uploads": ("/uploads",),
    "/welcome": ("/welcome", "/welcome?step=name", "/welcome?step=people", "/welcome?step=safety"),
}  # fmt: skip
FOR_STRANGERS = {
    "/sign-in": ("/sign-in",),
    "/sign-in/second": ("/sign-in/second",),
}
"""Pages that lead away whoever is signed in."""

NO_PAGES = {
    "/@{handle}.rss": "a feed, read by programs",
    "/admin/moderation": "leads to /moderation",
    "/avatars/{name}": "a picture",
    "/favicon.ico": "a picture",
    "/feeds/tags/{tag}.rss": "a feed, read by programs",
    "/headers/{name}": "a picture",
    "/healthz": "for machines",
    "/manifest.webmanifest": "JSON",
    "/media/{name}": "a file",
    "/metrics": "for machines",
    "/openapi.json": "JSON",
    "/robots.txt": "for machines",
    "/settings": "leads to /settings/profile",
    "/settings/data/{secret}.zip": "a file",
    "/spaces/{slug}": "leads to the live origin",
    "/static/square/{name}": "a file of ours",
    "/static/stage/{name}": "a file of ours",
    "/static/{mark}/square/{name}": "a file of ours",
    "/static/{mark}/{name}": "a file of ours",
    "/static/{name}": "a file of ours",
    "/stream": "a stream",
    "/whip/{slug}": "for machines",
    "/whip/{slug}/{session}": "for machines",
}


def page_routes() -> frozenset[str]:
    """The routes at which browsers may ask for a page."""
    app = FastAPI(openapi_url=None, docs_url=None, redoc_url=None)
    app.router.route_class = RuledRoute
    for each in DOORS:
        each.add_doors(app)
    return frozenset(
        route.path
        for route in app.router.routes
        if isinstance(route, RuledRoute) and "GET" in route.methods and not route.include_in_schema
    )


def addresses(known: Mapping[str, str]) -> list[str]:
    """The addresses of all pages for somebody signed in, filled with what is known."""
    return [each.format_map(known) for some in PAGES.values() for each in some]
