"""Pages by gzip, where that gives nothing away. Plain ASGI.

What is packed shows by its length whether a part of it repeats another. Whoever can make a reader's
browser ask for a page with words of theirs in it, and can see how long the answers are, finds out
what else stands in it, letter by letter (BREACH). So no page of a signed-in reader is packed when
another site made the browser ask: it says so itself (Fetch Metadata, Sec-Fetch-Site). Pages on
which secrets are shown are never packed. There is no secret in our forms: where they come from is
known by Origin.
"""

from __future__ import annotations

import gzip
from collections.abc import Mapping

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

SHORTEST, LONGEST = 1024, 1024 * 1024
"""Bytes: below, it is not worth it; above, it would keep others waiting."""

_LEVEL = 5
_KINDS = ("text/html", "application/rss+xml", "application/manifest+json")
_SECRET = (
    "/settings", "/sign-in", "/sign-up", "/forgotten", "/oauth", "/admin", "/welcome", "/api/",
)  # fmt: skip


class Packing:
    """Packs whole answers of GET that are pages. Streams, files and refusals pass as they are."""

    def __init__(self, app: ASGIApp, *, https: bool) -> None:
        self.app, self.https = app, https

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        if not may_pack(scope["path"], Headers(scope=scope), https=self.https):
            await self.app(scope, receive, send)
            return
        start: list[Message] = []

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start" and _fits(message):
                start.append(message)
            elif start:
                await send_packed(start.pop(), message, send)
            else:
                await send(message)

        await self.app(scope, receive, sent)


def may_pack(path: str, headers: Mapping[str, str], *, https: bool) -> bool:
    """Whether the answer to such a request may be packed. Over plain HTTP browsers do not say which
    site asked, and whoever listens there reads everything anyway."""
    if path.startswith(_SECRET) or not takes_gzip(headers):
        return False
    if "cookie" not in headers and "authorization" not in headers:
        return True
    site = headers.get("sec-fetch-site")
    return site in {"same-origin", "none"} or (site is None and not https)


def takes_gzip(headers: Mapping[str, str]) -> bool:
    """Whether who asks can unpack (RFC 9110, 12.5.3)."""
    for part in headers.get("accept-encoding", "")[:500].split(","):
        name, _, weight = part.partition(";")
        if name.strip().lower() == "gzip":
            return weight.replace(" ", "") not in {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    return False


def _fits(start: Message) -> bool:
    headers = Headers(raw=start["headers"])
    length = headers.get("content-length", "")
    return (
        start["status"] == 200
        and headers.get("content-type", "").startswith(_KINDS)
        and "content-encoding" not in headers
        and "set-cookie" not in headers
        and length.isdecimal()
        and SHORTEST <= int(length) <= LONGEST
    )


async def send_packed(start: Message, body: Message, send: Send) -> None:
    """An answer whose body is one message, as those of our pages are."""
    headers = MutableHeaders(scope=start)
    if not body.get("more_body", False):
        packed = gzip.compress(body.get("body", b""), _LEVEL, mtime=0)
        headers["Content-Encoding"], headers["Content-Length"] = "gzip", str(len(packed))
        headers.add_vary_header("Accept-Encoding")
        headers.add_vary_header("Sec-Fetch-Site")
        body = {**body, "body": packed}
    await send(start)
    await send(body)
