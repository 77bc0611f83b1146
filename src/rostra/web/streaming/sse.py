"""Streams as server-sent events: those of the API, and the pages' own.

A comment every 15 s (`:thump`, as Mastodon's) tells both sides that the other is there. A stream
that cannot be written to for so long is closed; so is one whose reader went away, at once.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress

from fastapi import FastAPI
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response
from starlette.types import Receive, Scope, Send

from rostra.errors import BadInput, NotSignedIn
from rostra.people import queries as people
from rostra.people import sessions
from rostra.people.queries import Account
from rostra.people.scopes import covers
from rostra.web.callers import COOKIE, STREAMING, known_caller, token_of
from rostra.web.door import page_door
from rostra.web.mastodon.door import api_door
from rostra.web.parts import WebParts, parts_of
from rostra.web.rules import Caller, Rule
from rostra.web.streaming.channels import NOTICES_SCOPE, SCOPES, Channel, channel_of
from rostra.web.streaming.hub import Hub, hub_of
from rostra.web.streaming.line import Holds, Line

THUMP_SECONDS = 15.0
HANGS_SECONDS = 20.0
GOODBYE_SECONDS = 1.0
_EVENTS = "text/event-stream"
_HEAD = [(b"content-type", _EVENTS.encode()), (b"cache-control", b"no-store"),
         (b"x-accel-buffering", b"no")]  # fmt: skip


def add_doors(app: FastAPI) -> None:
    api_door(app, "GET", f"{STREAMING}/health", Rule.ANYONE, health, brings="text/plain")
    for name, scope in SCOPES.items():
        path = f"{STREAMING}/{name.replace(':', '/')}"
        api_door(app, "GET", path, Rule.SIGNED_IN, stream, scope=scope, brings=_EVENTS)
    page_door(app, "GET", "/stream", Rule.SIGNED_IN, own_stream)


async def health(request: Request) -> PlainTextResponse:
    """Whether streams can be opened"""
    return PlainTextResponse("OK")


async def stream(request: Request) -> Response:
    """A stream of events, as docs.joinmastodon.org says"""
    given = request.query_params
    name = str(request.scope["path"]).removeprefix(f"{STREAMING}/").replace("/", ":")
    if given.get("only_media", "").lower() in {"true", "1", "on"}:
        name = f"{name}:media" if f"{name}:media" in SCOPES else name
    channel = channel_of(name, given.get("tag", ""), given.get("list", ""))
    caller = known_caller(request)
    return _opened(request, account_of(caller), channel, notices=may_hear_notices(caller))


async def own_stream(request: Request) -> Response:
    """What a page is told while it is open: ids alone"""
    if token_of(request) is not None:
        raise BadInput(f"This stream is for pages: applications use {STREAMING}/user.")
    given = request.query_params
    channel = channel_of(given.get("of", "user"), given.get("tag", ""), given.get("list", ""))
    return _opened(request, account_of(known_caller(request)), channel, brief=True)


def account_of(caller: Caller) -> Account:
    if caller.account is None:
        raise NotSignedIn("A stream needs the token of a person.")
    return caller.account


def may_hear_notices(caller: Caller) -> bool:
    return caller.scopes is None or covers(caller.scopes, NOTICES_SCOPE)


def holds_by(parts: WebParts, account_id: str, token: str | None, session: str) -> Holds:
    """To be asked from time to time: whether the token or session still stands for the account."""

    async def holds() -> bool:
        async with parts.database.reading() as connection:
            if token is None:
                found = await sessions.by_secret(connection, session, parts.now_ms())
                account = found[0] if found is not None else None
            else:
                bearer = await people.by_api_token(connection, token)
                account = bearer.account if bearer is not None else None
        return account is not None and account.id == account_id and account.may_act

    return holds


def _opened(
    request: Request, account: Account, channel: Channel, *, brief: bool = False,
    notices: bool = True,
) -> Response:  # fmt: skip
    parts, hub = parts_of(request), hub_of(request)
    holds = holds_by(parts, account.id, token_of(request), request.cookies.get(COOKIE, ""))
    line = hub.join(account.id, holds, brief=brief, notices=notices)
    hub.subscribe(line, channel)
    if brief and channel.name != "user":
        hub.subscribe(line, Channel("user:notification"))
    return EventStream(hub, line)


class EventStream(Response):
    """An answer that goes on until one of both sides ends it."""

    def __init__(self, hub: Hub, line: Line) -> None:
        super().__init__()
        self._hub, self._line = hub, line

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await self._hub.prepare(self._line)
            await send({"type": "http.response.start", "status": 200, "headers": list(_HEAD)})
            gone = await self._tell(receive, send)
        finally:
            self._hub.leave(self._line)
        if not gone:
            with suppress(TimeoutError):  # it takes nothing, which is why it ends
                async with asyncio.timeout(GOODBYE_SECONDS):
                    await send({"type": "http.response.body", "body": b"", "more_body": False})

    async def _tell(self, receive: Receive, send: Send) -> bool:
        """Until one of both sides ends it: whether it was the other."""
        going = asyncio.create_task(_until_gone(receive))
        others = [
            asyncio.create_task(self._write(send)),
            asyncio.create_task(self._line.ending.wait()),
        ]
        try:
            await asyncio.wait([going, *others], return_when=asyncio.FIRST_COMPLETED)
            return going.done()
        finally:
            for task in (going, *others):
                task.cancel()
            await asyncio.gather(going, *others, return_exceptions=True)

    async def _write(self, send: Send) -> None:
        """Raises TimeoutError where nothing can be written for long."""
        chunk = b":)\n"
        while not self._line.ended:
            async with asyncio.timeout(HANGS_SECONDS):
                await send({"type": "http.response.body", "body": chunk, "more_body": True})
            waiting = await self._line.next(THUMP_SECONDS)
            chunk = b"".join(event.as_sse for event in waiting) or b":thump\n"


async def _until_gone(receive: Receive) -> None:
    while (await receive())["type"] != "http.disconnect":
        pass
