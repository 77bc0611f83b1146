"""Bodies over real connections: who is slow, who stops, who lies about the length."""

from __future__ import annotations

import asyncio
import contextlib
import io
import os
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import ClassVar

import psutil
import pytest
import uvicorn
from PIL import Image

from rostra.testing.patience import in_time
from rostra.web import protocol
from rostra.web.process import configuration
from rostra.web.protocol import DeadlineProtocol


class Hasty(DeadlineProtocol):
    """The same with short deadlines."""

    body_seconds: ClassVar[float] = 0.4


@dataclass
class Open:
    """The application behind a real socket."""

    port: int
    token: str

    async def begin(self, length: int, path: str = "/api/media", **headers: str) -> Talk:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        given = {"Authorization": f"Bearer {self.token}", **headers}
        lines = "".join(f"{name}: {value}\r\n" for name, value in given.items())
        writer.write(
            f"POST {path} HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n{lines}\r\n".encode()
        )
        await writer.drain()
        return Talk(reader, writer)


@dataclass
class Talk:
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter

    async def send(self, data: bytes) -> None:
        with contextlib.suppress(ConnectionError):
            self.writer.write(data)
            await self.writer.drain()

    async def status(self) -> int:
        async with asyncio.timeout(15):
            line = await self.reader.readline()
        return int(line.split()[1]) if line else 0

    async def close(self) -> None:
        self.writer.close()
        with contextlib.suppress(ConnectionError):
            await self.writer.wait_closed()


@pytest.fixture
async def served(square) -> AsyncIterator[Open]:
    await square.account("ana", "moderator")
    token = await square.token("ana")
    server = uvicorn.Server(configuration(square.parts, Hasty))
    server.capture_signals = contextlib.nullcontext  # type: ignore[method-assign]
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        running = asyncio.create_task(server.serve(sockets=[door]))
        await in_time(lambda: server.started, "it listens")
        yield Open(door.getsockname()[1], token)
        server.should_exit = True
        await running


def picture() -> bytes:
    made = io.BytesIO()
    noise = Image.frombytes("RGB", (100, 60), os.urandom(100 * 60 * 3))
    noise.save(made, "PNG")
    return made.getvalue()


async def test_an_upload_may_take_longer_than_other_bodies(served: Open) -> None:
    data = picture()
    step = len(data) // 8 + 1
    talk = await served.begin(len(data))
    for start in range(0, len(data), step):
        await talk.send(data[start : start + step])
        await asyncio.sleep(0.15)  # what is slow here is the sender: it is what is tried
    assert await talk.status() == 201
    await talk.close()


async def test_one_that_stops_or_drips_is_ended(served: Open, square) -> None:
    stopped = await served.begin(100_000)
    await stopped.send(picture()[:2000])
    assert await stopped.status() == 408
    dripping = await served.begin(100_000)
    drips = asyncio.create_task(_drip(dripping))
    assert await dripping.status() == 408
    drips.cancel()
    for talk in (stopped, dripping):
        await talk.close()
    pending = square.parts.limits.uploading
    await in_time(lambda: pending._now == {}, "nothing is held for them")
    assert list(square.parts.places.incoming.glob("*")) == []


async def _drip(talk: Talk) -> None:
    while True:
        await talk.send(b"\x89PNG\r\n\x1a\n")
        await asyncio.sleep(0.05)


async def test_patience_ends(served: Open, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(protocol, "LONGEST_BODY_SECONDS", 1.0)
    talk = await served.begin(10**7)
    await talk.send(picture()[:100])
    flow = asyncio.create_task(_flow(talk))
    assert await talk.status() == 408
    flow.cancel()
    await talk.close()


async def _flow(talk: Talk) -> None:
    while True:
        await talk.send(bytes(1000))
        await asyncio.sleep(0.05)


async def test_nobody_is_patient_with_strangers_nor_at_other_doors(served: Open) -> None:
    served_path = ("/api/spaces", "/api/v1/media/1")
    for path in served_path:
        talk = await served.begin(5000, path)
        flow = asyncio.create_task(_flow_slowly(talk))
        assert await talk.status() == 408, path
        flow.cancel()
        await talk.close()
    stranger = await served.begin(5000, Authorization="Bearer no")
    assert await stranger.status() == 401
    await stranger.close()


async def _flow_slowly(talk: Talk) -> None:
    for _ in range(40):
        await talk.send(bytes(100))
        await asyncio.sleep(0.05)


async def test_lies_about_the_length(served: Open) -> None:
    lie = await served.begin(10 * 2**30)
    assert await lie.status() == 413
    assert b"\r\nconnection: close\r\n" in (await lie.reader.read()).lower()
    await lie.close()
    short = await served.begin(len(picture()) + 500)
    await short.send(picture())
    short.writer.write_eof()
    assert await short.status() in (0, 408)
    await short.close()


async def test_memory_does_not_grow_with_what_is_sent(served: Open) -> None:
    process, most = psutil.Process(), 0
    piece = os.urandom(64 * 1024)
    for turn in range(2):  # the first time some things are loaded
        before = process.memory_info().rss
        talk = await served.begin(15 * 2**20)
        await talk.send(b"\x89PNG\r\n\x1a\n")
        for _ in range(15 * 16 - 1):
            await talk.send(piece)
            most = max(most, process.memory_info().rss - before) if turn else 0
        await talk.send(bytes(64 * 1024 - 8))
        assert await talk.status() == 422
        await talk.close()
    assert most <= 8 * 2**20
