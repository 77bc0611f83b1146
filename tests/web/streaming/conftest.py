"""The square behind a real listening socket in this process, with its hub listening."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from typing import Any

import httpx
import pytest
from wsproto import ConnectionType, WSConnection
from wsproto.events import (
    AcceptConnection,
    CloseConnection,
    Message,
    Ping,
    RejectConnection,
    RejectData,
    Request,
)

from rostra.square.actions import publish
from rostra.square.rules import Wish
from rostra.web.acting import acting
from rostra.web.process import _Server, configuration, listening
from rostra.web.streaming.hub import Hub


@dataclass
class Served:
    """Where it listens, and the hub inside."""

    square: Any
    hub: Hub
    port: int

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def post(self, account: Any, text: str, **more: Any) -> Any:
        async with acting(self.square.parts) as act:
            return await publish(act, account, Wish(text, **more))

    def client(self, token: str | None = None) -> httpx.AsyncClient:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.AsyncClient(base_url=self.address, headers=headers, timeout=10)

    async def socket(self, path: str, *headers: tuple[str, str], protocol: str = "") -> Socket:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        socket = Socket(reader, writer)
        wanted = [(name.encode(), value.encode()) for name, value in headers]
        await socket.say(
            Request(
                host=f"127.0.0.1:{self.port}", target=path, extra_headers=wanted,
                subprotocols=[protocol] if protocol else [],
            )
        )  # fmt: skip
        return socket


class Socket:
    """The client's side of a WebSocket."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer
        self.connection = WSConnection(ConnectionType.CLIENT)
        self._events: list[Any] = []
        self.pings = True

    async def say(self, event: Any) -> None:
        self.writer.write(self.connection.send(event))
        await self.writer.drain()

    async def event(self) -> Any:
        """The next of what the server says; None when it closed the connection."""
        async with asyncio.timeout(10):
            while True:
                while self._events:
                    event = self._events.pop(0)
                    if isinstance(event, Ping):
                        if self.pings:
                            await self.say(event.response())
                        continue
                    if isinstance(event, RejectData):
                        continue
                    return event
                data = await self.reader.read(65536)
                if not data:
                    return None
                self.connection.receive_data(data)
                self._events = list(self.connection.events())

    async def text(self) -> str:
        event = await self.event()
        assert isinstance(event, Message), event
        return str(event.data)

    async def accepted(self) -> AcceptConnection:
        event = await self.event()
        assert isinstance(event, AcceptConnection), event
        return event

    async def rejected(self) -> int:
        event = await self.event()
        assert isinstance(event, RejectConnection), event
        return event.status_code

    async def closed(self) -> int:
        while True:
            event = await self.event()
            if event is None:
                return 1006
            if isinstance(event, CloseConnection):
                return int(event.code)

    def close(self) -> None:
        self.writer.close()


@pytest.fixture
async def served(square) -> AsyncIterator[Served]:
    with listening("127.0.0.1", 0) as door:
        here = f"http://127.0.0.1:{door.getsockname()[1]}"
        square.parts.settings = replace(square.parts.settings, public_url=here)
        made = configuration(square.parts)
        app: Any = made.app
        server = _Server(made)
        server.at_end = app.state.hub.close
        going_on = [
            asyncio.create_task(server.serve(sockets=[door])),
            asyncio.create_task(app.state.hub.listen()),
        ]
        await asyncio.sleep(0)
        yield Served(square, app.state.hub, door.getsockname()[1])
        app.state.hub.close()
        server.should_exit = True
        await going_on[0]
        going_on[1].cancel()
        await asyncio.gather(*going_on, return_exceptions=True)
