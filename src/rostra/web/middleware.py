"""What every request passes: plain ASGI, no business of its own.

From the outside in: `Doorway` (headers of safety, counting, the last exception), `OneOrigin`
(whose page sent this?), `WholeBody` (read within bounds before anything looks at it).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import structlog
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rostra.errors import BadInput, NotAllowed, RostraError, TooLarge
from rostra.tls import STRICT_TRANSPORT
from rostra.web.callers import QUOTA_HEADERS, bearer_of
from rostra.web.open_doors import headers_of, is_open, is_preflight
from rostra.web.problems import problem
from rostra.web.tally import Tally

log = structlog.get_logger()

MAX_BODY = 64 * 1024
"""Bytes of any body: the largest we take is an offer of a speaker."""

SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_LOOPBACK = ("127.0.0.1", "localhost", "::1")

POLICY = "Content-Security-Policy"


def policy(*reached: str, leads_to: str | None = None, framed: str | None = None) -> str:
    """The policy of a page whose script may talk to us, and to the origins in `reached`.

    Its forms lead to us, and by us to `leads_to`: Chromium looks at redirects as well. It may show
    pages of the origin `framed` in a frame.
    """
    frames = f"frame-src {framed}; " if framed else ""
    forms = " ".join(("form-action 'self'", *([leads_to] if leads_to else ())))
    talks_to = " ".join(("connect-src 'self'", *reached))
    return (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        f"{talks_to}; {frames}media-src 'self' blob:; {forms}; base-uri 'none'; "
        "frame-ancestors 'none'"
    )


HEADERS = {
    POLICY: policy(),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Permissions-Policy": "microphone=(self), camera=(), geolocation=()",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cache-Control": "no-store",
}


class Doorway:
    """The outermost: nothing gets past it, neither without headers nor as an exception."""

    def __init__(self, app: ASGIApp, tally: Tally, *, https: bool) -> None:
        self.app, self.tally = app, tally
        self.headers = HEADERS | dict([STRICT_TRANSPORT] if https else [])

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        state = scope.setdefault("state", {})
        if is_open(scope["path"]):
            # Some clients of the API end its addresses with a slash, which means nothing there.
            scope["path"] = scope["path"].rstrip("/")
        more = {**self.headers, **headers_of(scope["path"])}

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                self.tally.answered(message["status"])
                headers = MutableHeaders(scope=message)
                for name, value in (more | state.get(QUOTA_HEADERS, {})).items():
                    headers.setdefault(name, value)
            await send(message)

        if is_preflight(scope["method"], scope["path"], Headers(scope=scope)):
            await Response(status_code=204)(scope, receive, sent)
            return
        try:
            await self.app(scope, receive, sent)
        except Exception:
            # The answer has gone out (problems.py); what is left is to note it.
            log.exception("unforeseen", method=scope["method"], path=scope["path"])


class OneOrigin:
    """Unsafe methods need a Bearer token or the exact Origin, port included: cookies ignore ports.

    Open doors (open_doors.py) take nothing but tokens, so they may be used from any page.
    """

    def __init__(self, app: ASGIApp, public_url: str) -> None:
        self.app, self.public_url = app, public_url
        self.allowed = allowed_origins(public_url)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http":
            headers = Headers(scope=scope)
            error = self._objection(scope, headers)
            if error is not None:
                answer = await problem(Request(scope), error)
                await answer(scope, receive, send)
                return
        await self.app(scope, receive, send)

    def _objection(self, scope: Scope, headers: Headers) -> RostraError | None:
        if len(headers.getlist("host")) > 1:
            return BadInput("A request may have only one Host header.")
        if scope["method"] in SAFE or is_open(scope["path"]) or _has_token(headers):
            return None
        if headers.get("origin") in self.allowed:
            return None
        return NotAllowed(
            f"This request did not come from a page of {self.public_url}: "
            "open the page there, or send a token."
        )


def allowed_origins(public_url: str) -> frozenset[str]:
    """The public origin; on loopback also its other names, with the same port."""
    parts = urlsplit(public_url)
    if parts.hostname not in _LOOPBACK:
        return frozenset({public_url})
    port = f":{parts.port}" if parts.port else ""
    names = (f"[{name}]" if ":" in name else name for name in _LOOPBACK)
    return frozenset(f"{parts.scheme}://{name}{port}" for name in names)


class WholeBody:
    """Bodies are read here, up to MAX_BODY, and handed on in one piece.

    Those of the doors in `streaming` (method and path) pass as they come.
    """

    def __init__(self, app: ASGIApp, streaming: frozenset[tuple[str, str]] = frozenset()) -> None:
        self.app, self.streaming = app, streaming

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        if (scope["method"], scope["path"]) in self.streaming:
            await self.app(scope, *_closed_unless_whole(receive, send))
            return
        try:
            body = await _read(Headers(scope=scope), receive)
        except TooLarge as error:
            answer = await problem(Request(scope), error)
            answer.headers["Connection"] = "close"
            await answer(scope, receive, send)
            return
        if body is None:
            return  # whoever sent it is gone
        await self.app(scope, _once(body, receive), send)


async def _read(headers: Headers, receive: Receive) -> bytes | None:
    declared = headers.get("content-length", "0")
    if declared.isdecimal() and int(declared) > MAX_BODY:
        raise _too_large()
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            return None
        body += message.get("body", b"")
        if len(body) > MAX_BODY:
            raise _too_large()
        if not message.get("more_body", False):
            return bytes(body)


def _closed_unless_whole(receive: Receive, send: Send) -> tuple[Receive, Send]:
    """An answer that does not wait for the end of the body ends the connection instead."""
    whole = False

    async def watched() -> Message:
        nonlocal whole
        message = await receive()
        whole = message["type"] == "http.request" and not message.get("more_body", False)
        return message

    async def sent(message: Message) -> None:
        if message["type"] == "http.response.start" and not whole:
            MutableHeaders(scope=message)["Connection"] = "close"
        await send(message)

    return watched, sent


def _once(body: bytes, receive: Receive) -> Receive:
    given = False

    async def replay() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return replay


def _too_large() -> TooLarge:
    return TooLarge(f"The body is too large: {MAX_BODY // 1024} KiB at most.")


def _has_token(headers: Mapping[str, str]) -> bool:
    return bearer_of(headers) is not None
