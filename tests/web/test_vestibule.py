"""TLS before the square: how many may shake hands at once, how long, and that all is given back."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from rostra.settings import TlsFiles
from rostra.testing.certificates import make_certificate
from rostra.testing.patience import in_time
from rostra.testing.strangers import client_hello
from rostra.tls import pinned_context, server_context
from rostra.web import vestibule
from rostra.web.vestibule import Vestibule


@dataclass
class Heard(asyncio.Protocol):
    """Stands for what speaks HTTP behind the vestibule: repeats what it hears."""

    begun: list[Heard] = field(default_factory=list)
    first_head_by: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport
        self.begun.append(self)

    def data_received(self, data: bytes) -> None:
        assert isinstance(self.transport, asyncio.Transport)
        self.transport.write(data)


@dataclass
class Hall:
    """A listening socket with a vestibule behind it."""

    port: int
    files: TlsFiles
    begun: list[Heard]
    vestibule: Vestibule

    def connect(self) -> socket.socket:
        sock = socket.create_connection(("127.0.0.1", self.port), 10)
        sock.setblocking(False)
        return sock


@pytest.fixture
async def hall(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Hall]:
    monkeypatch.setattr(vestibule, "MOST_WAITING", 3)
    files, begun = make_certificate(tmp_path), []
    context = server_context(files.certificate, files.key)
    with socket.create_server(("127.0.0.1", 0)) as door:
        door.setblocking(False)
        made = Vestibule(door, context, lambda: Heard(begun), seconds=0.5)  # type: ignore[arg-type]
        yield Hall(door.getsockname()[1], files, begun, made)
        made.close()
        await made.wait_closed()


async def spoken(hall: Hall, words: bytes) -> bytes:
    context = pinned_context(hall.files.certificate)
    reader, writer = await asyncio.open_connection("127.0.0.1", hall.port, ssl=context)
    writer.write(words)
    heard = await reader.readexactly(len(words))
    writer.close()
    return heard


async def test_what_is_left_of_the_time_is_told_to_the_protocol(hall: Hall) -> None:
    now = asyncio.get_running_loop().time()
    assert await spoken(hall, b"hello") == b"hello"
    (one,) = hall.begun
    assert one.first_head_by is not None
    assert now < one.first_head_by <= asyncio.get_running_loop().time() + 0.5


async def test_silent_ones_have_their_place_for_a_moment_only(hall: Hall) -> None:
    loop = asyncio.get_running_loop()
    silent = [hall.connect() for _ in range(6)]
    assert await asyncio.wait_for(spoken(hall, b"at last"), 10) == b"at last"
    for sock in silent:
        assert await asyncio.wait_for(loop.sock_recv(sock, 1), 5) == b""
        sock.close()


async def test_one_who_stops_in_the_midst_of_the_handshake_is_let_go(hall: Hall) -> None:
    sock = hall.connect()
    sock.send(client_hello(pinned_context(hall.files.certificate))[:50])
    assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 1), 5) == b""
    sock.close()
    await in_time(lambda: not hall.vestibule._inside, "nobody is inside")
    assert not hall.begun


async def test_the_end_lets_go_of_who_shakes_hands(hall: Hall) -> None:
    sock = hall.connect()
    await in_time(lambda: hall.vestibule._inside, "it is inside")
    hall.vestibule.close()
    await hall.vestibule.wait_closed()
    assert await asyncio.wait_for(asyncio.get_running_loop().sock_recv(sock, 1), 5) == b""
    sock.close()
