"""The square's application in a temporary folder, with a stage that is played by the test."""

from __future__ import annotations

import json
import secrets
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import pytest
from fastapi import FastAPI

from rostra.bus.memory import MemoryBus
from rostra.clock import SystemClock
from rostra.people import actions as people
from rostra.people.queries import Account
from rostra.programme.places import Places
from rostra.rooms import actions as rooms
from rostra.settings import WebSettings
from rostra.web.app import create_app
from rostra.web.callers import STREAMING
from rostra.web.parts import WebParts
from rostra.web.streaming.hub import Hub
from tests.conftest import KINDS, Fresh

HERE = Path(__file__).parent
ON_BOTH = (
    "account/", "mastodon/", "square/",
    "test_circles", "test_moderation", "test_notices", "test_relation_pages",
)  # fmt: skip
"""Files whose tests run on both databases: doors behind which most of it is read and written."""

ORIGIN = "http://127.0.0.1:8000"
ANSWER = "v=0\r\nanswer\r\n"


@dataclass
class Square:
    """The application, its parts, and what the stage was asked."""

    app: FastAPI
    parts: WebParts
    bus: MemoryBus
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)
    refusal: dict[str, Any] | None = None
    restarted: dict[str, Any] = field(default_factory=dict)

    def client(self, token: str | None = None, **options: Any) -> httpx.AsyncClient:
        """A client that says `token`; an error in the application is an error of the test."""
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        transport = httpx.ASGITransport(_streams_end(self.app), client=("127.0.0.1", 9))
        return httpx.AsyncClient(transport=transport, base_url=ORIGIN, headers=headers, **options)

    async def account(self, handle: str, role: str = "host") -> Account:
        async with self.parts.database.writing() as connection:
            return await people.add_person(
                connection, handle, role=role, now_ms=self.parts.now_ms()
            )

    async def token(self, handle: str) -> str:
        async with self.parts.database.writing() as connection:
            return await people.make_token(connection, handle, now_ms=self.parts.now_ms())

    async def space(self, owner: Account, slug: str) -> None:
        async with self.parts.database.writing() as connection:
            wish = rooms.Wish(title=slug, slug=slug)
            await rooms.create_space(
                connection, self.parts.places, owner, wish, now_ms=self.parts.now_ms()
            )

    def seat(self, slug: str, role: str = "speaker") -> str:
        secret, now = self.parts.secret, self.parts.now()
        return rooms.invite(secret, slug, role=role, name="Ana", now=now)[0]

    async def stage(self, slug: str) -> None:
        """Open the lobby and answer as that Space's stage would."""
        await rooms.open_lobby(self.parts.places, slug)
        for what in ("command", "whip", "status"):
            await self.bus.serve(f"stage.{slug}.{what}", self._answering(what))

    def _answering(self, what: str) -> Any:
        async def answer(body: bytes) -> bytes:
            asked = json.loads(body)
            self.asked.append((what, asked))
            if self.refusal is not None:
                return json.dumps({"error": self.refusal}).encode()
            phases = {"start": "live", "resume": "live", "pause": "paused", "end": "ended"}
            told = {"ok": True, "phase": phases.get(asked.get("move", ""), "lobby"), "state": {}}
            session = {"session": secrets.token_urlsafe(24), "etag": "e1", "answer": ANSWER}
            more = {"offer": session, "patch": self.restarted}.get(asked.get("op", ""), {})
            return json.dumps(told | more).encode()

        return answer


def _streams_end(app: Any) -> Any:
    """The application for a client that has heard enough of a stream when it began: such answers
    never end by themselves, and this client reads whole ones. See streaming/ for real ones."""

    async def heard(scope: Any, receive: Any, send: Any) -> None:
        if not scope["path"].startswith((STREAMING, "/stream")):
            await app(scope, receive, send)
            return
        whole, asked = [False], [False]

        async def gone() -> Any:
            if asked[0]:
                return {"type": "http.disconnect"}
            message = await receive()
            asked[0] = not message.get("more_body")
            return message

        async def sent(message: Any) -> None:
            whole[0] = message["type"] == "http.response.body" and not message.get("more_body")
            await send(message)

        await app(scope, gone, sent)
        if not whole[0]:
            await send({"type": "http.response.body", "body": b"", "more_body": False})

    return heard


_MADE: list[FastAPI] = []


def app_with(parts: WebParts) -> FastAPI:
    """The application over other parts: its four hundred doors are made once for all tests."""
    if not _MADE:
        _MADE.append(create_app(parts))
    app = _MADE[0]
    app.state.parts, app.state.hub = parts, Hub(parts)
    app.middleware_stack = None  # built anew for the first request, over the new parts
    return app


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """On which databases a test of the square runs."""
    if "database_kind" not in metafunc.fixturenames:
        return
    file = metafunc.definition.path.relative_to(HERE).as_posix()
    only = metafunc.config.getoption("--web-database")
    kinds = [only] if only else KINDS if file.startswith(ON_BOTH) else KINDS[:1]
    metafunc.parametrize("database_kind", kinds, scope="module")


@pytest.fixture
async def square(tmp_path: Path, fresh: Fresh, database_kind: str) -> AsyncIterator[Square]:
    async with open_square(tmp_path, fresh, database_kind) as made:
        yield made


@asynccontextmanager
async def open_square(folder: Path, fresh: Fresh, database_kind: str) -> AsyncIterator[Square]:
    """A square in `folder`, for tests that have their own loop."""
    places = Places(folder)
    secret = secrets.token_bytes(32)
    places.secret.write_bytes(secret)
    database = await fresh.open(database_kind, places.database)
    settings = WebSettings("127.0.0.1", 8000, ORIGIN, "http://127.0.0.1:8001")
    bus = MemoryBus()
    parts = WebParts(places, settings, database, bus, SystemClock(), secret)
    yield Square(app_with(parts), parts, bus)
    await bus.close()
    await database.close()
