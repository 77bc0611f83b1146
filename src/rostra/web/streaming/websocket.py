"""Streams over WebSocket: many on one connection, which the client subscribes to by messages.

https://docs.joinmastodon.org/methods/streaming/#websocket. Nothing but a token says who asks (in
the query, as the sub-protocol, or as a Bearer header): browsers send cookies along from any page,
so that cookies count for nothing here. Messages are small and bounded by the server (process.py),
which also asks for a sign of life and closes what gives none.
"""

from __future__ import annotations

import asyncio
from contextlib import suppress
from typing import Any

import orjson
from starlette.datastructures import Headers, QueryParams
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from rostra.errors import BadInput, NotAllowed, NotFound, NotSignedIn, RostraError
from rostra.people import queries as people
from rostra.web.callers import LONGEST_TOKEN, STREAMING, bearer_of
from rostra.web.parts import WebParts
from rostra.web.rules import Caller, Rule, check_account, check_scope
from rostra.web.streaming.channels import SCOPES, Channel, channel_of
from rostra.web.streaming.hub import Hub
from rostra.web.streaming.line import Line
from rostra.web.streaming.sse import holds_by, may_hear_notices

POLICY_VIOLATION, GOING_AWAY = 1008, 1012
PATHS = {STREAMING, f"{STREAMING}/"}


class Sockets:
    """Takes what comes over WebSocket; all else goes on to `app`."""

    def __init__(self, app: ASGIApp, parts: WebParts, hub: Hub) -> None:
        self._app, self._parts, self._hub = app, parts, hub

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "websocket":
            await self._app(scope, receive, send)
            return
        await receive()  # websocket.connect
        try:
            line, caller, accepted = await self._joined(scope)
        except RostraError as error:
            await _refuse(send, error)
            return
        try:
            await self._hub.prepare(line)
            await send({"type": "websocket.accept", "subprotocol": accepted})
            await self._converse(line, caller, receive, send)
        finally:
            self._hub.leave(line)

    async def _joined(self, scope: Scope) -> tuple[Line, Caller, str | None]:
        """A new line, who it is, and the sub-protocol to accept. Raises NotFound, NotSignedIn, …"""
        if scope["path"] not in PATHS:
            raise NotFound("There is nothing at this address.")
        given, headers = QueryParams(scope["query_string"]), Headers(scope=scope)
        offered = scope["subprotocols"][0] if scope["subprotocols"] else None
        token = given.get("access_token") or bearer_of(headers) or offered
        caller = await self._caller(token or "")
        assert caller.account is not None
        first = None
        if given.get("stream"):
            first = _wanted(dict(given), caller)
        holds = holds_by(self._parts, caller.account.id, token, "")
        line = self._hub.join(caller.account.id, holds, notices=may_hear_notices(caller))
        if first is not None:
            self._hub.subscribe(line, first)
        return line, caller, offered

    async def _caller(self, token: str) -> Caller:
        if not token:
            raise NotSignedIn("A stream needs a token: send it as access_token.")
        bearer = None
        if len(token) <= LONGEST_TOKEN:
            async with self._parts.database.reading() as connection:
                bearer = await people.by_api_token(connection, token)
        if bearer is None or bearer.account is None:
            raise NotSignedIn("This token is not known here, or is no person's.")
        caller = Caller(bearer.account, None, bearer.application_id, bearer.scopes)
        check_account(Rule.SIGNED_IN, caller, None)
        return caller

    async def _converse(self, line: Line, caller: Caller, receive: Receive, send: Send) -> None:
        both: list[asyncio.Task[Any]] = [
            asyncio.create_task(_write(line, send)),
            asyncio.create_task(self._read(line, caller, receive, send)),
            asyncio.create_task(line.ending.wait()),
        ]
        await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        for task in both:
            task.cancel()
        found = await asyncio.gather(*both, return_exceptions=True)
        if line.ended:
            code = GOING_AWAY if line.ended == "restart" else POLICY_VIOLATION
            with suppress(OSError):  # it went at the same moment
                await send({"type": "websocket.close", "code": code})
        for each in found:
            if isinstance(each, Exception) and not isinstance(each, OSError):
                raise each

    async def _read(self, line: Line, caller: Caller, receive: Receive, send: Send) -> None:
        """What the client says, until it goes."""
        while True:
            message = await receive()
            if message["type"] == "websocket.disconnect":
                return
            try:
                self._do(line, caller, message)
            except RostraError as error:
                said = {"error": error.sentence, "status": error.status}
                await send({"type": "websocket.send", "text": orjson.dumps(said).decode()})

    def _do(self, line: Line, caller: Caller, message: Message) -> None:
        asked = _read_message(message)
        channel = _wanted(asked, caller)
        if asked.get("type") == "subscribe":
            self._hub.subscribe(line, channel)
        elif asked.get("type") == "unsubscribe":
            line.channels.discard(channel)
        else:
            raise BadInput("The type of a message must be subscribe or unsubscribe.")


async def _write(line: Line, send: Send) -> None:
    while not line.ended:
        for event in await line.next(None):
            await send({"type": "websocket.send", "text": event.as_message})


async def _refuse(send: Send, error: RostraError) -> None:
    """Answer as a door does, before there is a WebSocket."""
    body = orjson.dumps({"error": error.sentence})
    headers = [(b"content-type", b"application/json"), (b"content-length", b"%d" % len(body))]
    if error.retry_after is not None:
        headers.append((b"retry-after", b"%d" % error.retry_after))
    status = {"type": "websocket.http.response.start", "status": error.status, "headers": headers}
    await send(status)
    await send({"type": "websocket.http.response.body", "body": body})


def _read_message(message: Message) -> dict[str, Any]:
    """Raises BadInput for what is no JSON object."""
    try:
        asked = orjson.loads(message.get("text") or message.get("bytes") or b"")
    except orjson.JSONDecodeError:
        asked = None
    if not isinstance(asked, dict):
        raise BadInput("A message must be a JSON object with type and stream.")
    return asked


def _wanted(asked: dict[str, Any], caller: Caller) -> Channel:
    """The stream that a query or message names. Raises NotFound, BadInput, NotAllowed."""
    name, tag, number = (str(asked.get(key, "")) for key in ("stream", "tag", "list"))
    channel = channel_of(name, tag, number)
    try:
        check_scope(caller, SCOPES[channel.name])
    except NotAllowed:
        raise NotAllowed(
            f"This application may not look on there: it needs {SCOPES[channel.name]}."
        ) from None
    return channel
