"""Which addresses may be used from any page of the web, and what browsers are told there. Pure.

Apps that run in a browser (the API's clients, players that speak WHIP) come from other origins. So
on these addresses nothing but tokens says who asks: a cookie never counts, or a page elsewhere
could act in the name of who is signed in here.
"""

from __future__ import annotations

from collections.abc import Mapping

_API = (
    "/api/v1/", "/api/v2/", "/api/oembed", "/oauth/token", "/oauth/revoke", "/oauth/userinfo",
    "/.well-known/", "/nodeinfo/", "/avatars/", "/headers/", "/media/", "/health",
)  # fmt: skip
_WHIP = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, GET, HEAD, POST, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-Match",
    "Access-Control-Expose-Headers": "Location, ETag, Link, Retry-After, Accept-Patch",
    "Access-Control-Max-Age": "86400",
}
_TO_PROGRAMS = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Allow-Methods": "OPTIONS, GET, HEAD, POST, PUT, PATCH, DELETE",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, Idempotency-Key, *",
    "Access-Control-Expose-Headers": (
        "Link, X-RateLimit-Limit, X-RateLimit-Remaining, X-RateLimit-Reset, Retry-After, "
        "Location, ETag"
    ),
    "Access-Control-Max-Age": "86400",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_NONE: Mapping[str, str] = {}


def is_open(path: str) -> bool:
    """Whether any page may use `path`, where only tokens count."""
    return path.startswith("/whip/") or _is_api(path)


def is_counted(path: str) -> bool:
    """Whether requests to `path` are counted and limited as those of the API are."""
    return path.startswith(("/api/v1/", "/api/v2/", "/api/oembed", "/oauth/"))


def headers_of(path: str) -> Mapping[str, str]:
    """What browsers are told of `path` for pages of other origins."""
    if path.startswith("/whip/"):
        return _WHIP
    return _TO_PROGRAMS if _is_api(path) else _NONE


def is_preflight(method: str, path: str, headers: Mapping[str, str]) -> bool:
    """Whether a browser asks if a page elsewhere may do what it wants to do (Fetch, CORS)."""
    asks = "access-control-request-method" in headers and "origin" in headers
    return method == "OPTIONS" and asks and _is_api(path)


def _is_api(path: str) -> bool:
    return path.startswith(_API) and not path.startswith("/healthz")
