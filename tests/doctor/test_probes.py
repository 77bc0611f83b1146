"""Looking at real sockets and at servers that behave, or do not."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from aioice import stun

from rostra.doctor import probes
from rostra.doctor.facts import Trouble
from rostra.ice_servers import IceServer
from rostra.programme import opus
from rostra.rated import NAME, Cost, Rating, dump
from rostra.settings import resolve

SEEN = ("198.51.100.4", 4_444)
Answer = Callable[[Any], list[bytes]]


def said(request: Any, kind: Any, **attributes: Any) -> bytes:
    names = {name.replace("_", "-"): value for name, value in attributes.items()}
    return bytes(stun.Message(request.message_method, kind, request.transaction_id, names))


def mapped(request: Any) -> list[bytes]:
    return [said(request, stun.Class.RESPONSE, XOR_MAPPED_ADDRESS=SEEN)]


def refuses(code: int) -> Answer:
    return lambda request: [said(request, stun.Class.ERROR, ERROR_CODE=(code, "no"))]


def babbles(request: Any) -> list[bytes]:
    stranger = stun.Message(stun.Method.BINDING, stun.Class.RESPONSE)
    return [b"", b"hello", bytes(stranger), *mapped(request)]


class Server(asyncio.DatagramProtocol):
    """Answers what it is asked as a test likes."""

    def __init__(self, answer: Answer) -> None:
        self._answer = answer
        self._transport: Any = None

    def connection_made(self, transport: Any) -> None:
        self._transport = transport

    def datagram_received(self, data: bytes, addr: Any) -> None:
        for each in self._answer(stun.parse_message(data)):
            self._transport.sendto(each, addr)


@asynccontextmanager
async def serving(answer: Answer) -> AsyncIterator[str]:
    loop = asyncio.get_running_loop()
    transport, _ = await loop.create_datagram_endpoint(
        lambda: Server(answer), local_addr=("127.0.0.1", 0)
    )
    yield f"127.0.0.1:{transport.get_extra_info('sockname')[1]}"
    transport.close()


@pytest.mark.parametrize("answer", [mapped, babbles])
async def test_a_stun_server_tells_our_address(answer: Answer) -> None:
    async with serving(answer) as where:
        asked = await probes.ask(IceServer(f"stun:{where}"))
    assert (asked.trouble, asked.mapped) == (None, SEEN[0])
    assert 0 < asked.seconds < probes.ASK_SECONDS


@pytest.mark.parametrize(
    ("scheme", "answer", "trouble"),
    [
        ("stun", lambda request: [], Trouble.SILENT),
        ("stun", refuses(400), Trouble.REFUSED),
        ("stun", lambda request: [said(request, stun.Class.RESPONSE)], Trouble.CLOSED),
        ("turn", lambda request: [], Trouble.SILENT),
        ("turn", refuses(403), Trouble.CREDENTIALS),
        ("turn", refuses(486), Trouble.REFUSED),
    ],
)
async def test_a_server_in_trouble_is_told_from_the_others(
    scheme: str, answer: Answer, trouble: Trouble, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(probes, "ASK_SECONDS", 0.4)
    async with serving(answer) as where:
        asked = await probes.ask(IceServer(f"{scheme}:{where}", "name", "word"))
    assert asked.trouble is trouble


async def test_names_and_ports_that_are_not_there() -> None:
    unknown = await probes.ask(IceServer("stun:nowhere.invalid"))
    closed = await probes.ask(IceServer("turn:127.0.0.1:9?transport=tcp", "u", "p"))
    untried = await probes.ask(IceServer("stuns:a.example"))
    troubles = [asked.trouble for asked in (unknown, closed, untried)]
    assert troubles == [Trouble.UNKNOWN, Trouble.CLOSED, Trouble.UNTRIED]


def test_ports_in_use_are_not_free() -> None:
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as plain:
        plain.bind(("127.0.0.1", 0))
        port = plain.getsockname()[1]
        assert probes.free_ports(range(port, port + 1)) == 0
    assert probes.free_ports(range(port, port + 1)) == 1
    assert probes.free_ports(None) == 1


def test_a_missing_codec_has_a_sentence(monkeypatch: pytest.MonkeyPatch, tmp_path: Any) -> None:
    assert probes.missing_codecs(48_000) == []
    monkeypatch.setenv("ROSTRA_LIBOPUS", str(tmp_path / "none.so"))
    opus._library.cache_clear()
    try:
        (sentence,) = probes.missing_codecs(48_000)
    finally:
        opus._library.cache_clear()
    assert "ROSTRA_LIBOPUS" in sentence


async def test_all_facts_together_take_no_longer_than_the_slowest() -> None:
    servers = ("turn:name:word@192.0.2.200", "stun:192.0.2.201", "stun:192.0.2.202")
    loop = asyncio.get_running_loop()
    began = loop.time()
    facts = await probes.look(resolve({"ice_servers": servers}, {}), datetime.now(UTC))
    assert loop.time() - began < 6
    assert [asked.server.username for asked in facts.asked] == ["name", "", ""]
    assert facts.files > 0


async def test_what_was_measured_before_is_a_fact_and_so_is_its_damage(tmp_path: Path) -> None:
    settings, now = resolve({"data": str(tmp_path)}, {}), datetime.now(UTC)
    before = await probes.look(settings, now)
    assert (before.rating, before.rating_trouble) == (None, "")
    cost = Cost(16_000, 0.4, 2.0, 5_000)
    rating = Rating("0.1.0", "2026-11-21T18:00:00+00:00", 2, 1 << 34, "AMD", 3_500.0, cost, cost)
    (tmp_path / NAME).write_bytes(dump(rating))
    assert (await probes.look(settings, now)).rating == rating
    (tmp_path / NAME).write_bytes(b"{")
    damaged = await probes.look(settings, now)
    assert damaged.rating is None
    assert "rated.json" in damaged.rating_trouble
