"""Requests straight to the application, with any bytes in them: what no honest client would send.

Thousands of them are made, so there is no client in between, and nothing sets right what is wrong.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes, urlencode

from starlette.datastructures import Headers

from rostra.web.callers import STREAMING

FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back."""

    status: int
    headers: Headers
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode("utf-8", "replace")

    def json(self) -> Any:
        return json.loads(self.body)


class Asker:
    """Asks `app` in the name of whoever has `token`, or a cookie among `headers`."""

    def __init__(self, app: Any, token: str | None = None, **headers: str) -> None:
        self._app, self._always = app, dict(headers)
        if token:
            self._always["authorization"] = f"Bearer {token}"

    async def get(self, target: str, **options: Any) -> Answer:
        return await self.ask("GET", target, **options)

    async def post(self, target: str, **options: Any) -> Answer:
        return await self.ask("POST", target, **options)

    async def put(self, target: str, **options: Any) -> Answer:
        return await self.ask("PUT", target, **options)

    async def ask(
        self,
        method: str,
        target: str,
        *,
        headers: dict[str, str] | None = None,
        content: bytes | str = b"",
        json: Any = None,
        data: Any = None,
    ) -> Answer:
        """`target` as it stands in the request line; bodies as with httpx."""
        body, kind = _body(content, json, data)
        said = {"host": "127.0.0.1:8000", **kind, **self._always, **(headers or {})}
        if body:
            said["content-length"] = str(len(body))
        path, _, query = target.partition("?")
        raw = path.encode("utf-8", "surrogatepass")
        scope = {
            "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": method,
            "scheme": "http", "path": unquote_to_bytes(raw).decode("utf-8", "replace"),
            "raw_path": raw,
            "query_string": query.encode("utf-8", "surrogatepass"), "root_path": "",
            "headers": list(_raw(said.items())), "client": ("127.0.0.1", 9),
            "server": ("127.0.0.1", 8000),
        }  # fmt: skip
        return await self._answer(scope, body)

    async def _answer(self, scope: dict[str, Any], body: bytes) -> Answer:
        said, whole = asyncio.Event(), asyncio.Event()
        start: dict[str, Any] = {}
        pieces: list[bytes] = []
        asked = False
        endless = scope["path"].startswith((STREAMING, "/stream"))

        async def receive() -> dict[str, Any]:
            nonlocal asked
            if not asked:
                asked = True
                return {"type": "http.request", "body": body, "more_body": False}
            await (said if endless else whole).wait()
            return {"type": "http.disconnect"}

        async def send(message: dict[str, Any]) -> None:
            if message["type"] == "http.response.start":
                start.update(message)
                said.set()
            else:
                pieces.append(message.get("body", b""))
                if not message.get("more_body"):
                    whole.set()

        await self._app(scope, receive, send)
        return Answer(start["status"], Headers(raw=start["headers"]), b"".join(pieces))


def _body(content: bytes | str, document: Any, data: Any) -> tuple[bytes, dict[str, str]]:
    if document is not None:
        return json.dumps(document).encode(), {"content-type": "application/json"}
    if data is not None:
        return urlencode(data, True, errors="surrogatepass").encode(), {"content-type": FORM}
    return content.encode() if isinstance(content, str) else content, {}


def _raw(headers: Iterable[tuple[str, str]]) -> Iterable[tuple[bytes, bytes]]:
    for name, value in headers:
        yield name.lower().encode("latin-1"), value.encode("utf-8", "surrogatepass")
