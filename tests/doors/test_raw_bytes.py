"""Strangers' bytes at both origins: 4xx and closed, never 5xx, and nobody else notices."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import psutil
import pytest

from rostra.testing.patience import until
from rostra.testing.strangers import MALFORMED, Trickling

pytestmark = pytest.mark.process

ORIGINS = ("port", "live_port")
PATIENCE = 13.0  # seconds: ten are promised, and the machine may be busy
HEAD = b"GET /healthz HTTP/1.1\r\nHost: a\r\n"
OVERSIZED = {
    "64 KiB in one header": (HEAD + b"X: " + b"a" * 65_536 + b"\r\n\r\n", {431}),
    "64 KiB of address": (b"GET /" + b"a" * 65_536 + b" HTTP/1.1\r\nHost: a\r\n\r\n", {414, 431}),
    "64 KiB in many headers": (HEAD + b"X-Y: z\r\n" * 8_192 + b"\r\n", {431}),
    "a megabyte of head": (HEAD + b"X: " + b"a" * 2**20, {431}),
    "10 GB of body": (
        b"POST /whip/open HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"
        b"Content-Length: 10000000000\r\n\r\nabc",
        {401, 404, 413},
    ),
    "a length beyond counting": (
        b"POST /whip/open HTTP/1.1\r\nHost: a\r\nContent-Length: 99999999999999999999\r\n\r\n",
        {400, 413},
    ),
    "a thousand ranges": (
        b"GET /replay/over/opus.mp4 HTTP/1.1\r\nHost: a\r\nConnection: close\r\nRange: bytes="
        + b",".join(b"%d-%d" % (n, n) for n in range(1000)) + b"\r\n\r\n",
        {200, 404, 416, 431},
    ),
}  # fmt: skip


@pytest.fixture(params=ORIGINS)
def origin(request: pytest.FixtureRequest, house: Any) -> tuple[str, int]:
    return "127.0.0.1", getattr(house.served, request.param)


@pytest.fixture(autouse=True)
def heard_on(house: Any) -> Iterator[None]:
    yield
    house.unharmed()


def statuses(origin: tuple[str, int], data: bytes) -> list[int]:
    """What is answered to `data` before the connection is closed."""
    said = b""
    with socket.create_connection(origin, timeout=PATIENCE) as sock:
        try:
            sock.sendall(data)
            while piece := sock.recv(65_536):
                said += piece
        except ConnectionError:
            pass  # it was closed before all was sent, which is a refusal too
    return [int(status) for status in re.findall(rb"(?:^|\n)HTTP/1\.1 (\d{3}) ", said)]


def test_malformed_requests_are_refused(origin: tuple[str, int]) -> None:
    for name, data in MALFORMED.items():
        answered = statuses(origin, data)
        assert answered == [400], (name, answered)


def test_oversized_requests_are_refused(origin: tuple[str, int]) -> None:
    for name, (data, wanted) in OVERSIZED.items():
        answered = statuses(origin, data)
        assert set(answered) <= wanted, (name, answered)
        assert answered or len(data) > 60_000, f"{name}: closed without a word"


def test_a_request_smuggled_behind_a_refused_one_is_not_answered(origin: tuple[str, int]) -> None:
    inner = b"GET /healthz HTTP/1.1\r\nHost: a\r\n\r\n"
    for name, data in MALFORMED.items():
        if name != "http 2 preface":
            assert statuses(origin, data + inner) == [400], name


def silent_and_slow(origin: tuple[str, int]) -> None:
    silent = [socket.create_connection(origin, timeout=PATIENCE) for _ in range(100)]
    begun = time.monotonic()
    slow = socket.create_connection(origin, timeout=PATIENCE)
    trickled = Trickling(slow, HEAD + b"X: " + b"a" * 1000, every=0.1)
    until(lambda: trickled.closed() or b"408" in trickled.said, "it is cut off", PATIENCE)
    for sock in silent:
        said = sock.recv(500)
        assert said == b"" or said.startswith(b"HTTP/1.1 408 "), said
        sock.close()
    slow.close()
    assert 9 < time.monotonic() - begun < PATIENCE
    assert trickled.sent > 50


def idle_after_an_answer(origin: tuple[str, int]) -> None:
    with socket.create_connection(origin, timeout=25) as sock:
        sock.sendall(HEAD + b"\r\n")
        begun, said = time.monotonic(), b""
        while piece := sock.recv(65_536):  # head and body may come one after the other
            said += piece
        assert said.startswith(b"HTTP/1.1 200 ")
        assert time.monotonic() - begun < 20


@pytest.fixture(scope="module", autouse=True)
def waits(house: Any) -> Iterator[Callable[..., Future[None]]]:
    """Those for whom the server waits, at both origins, from before the first test."""
    ports = [getattr(house.served, name) for name in ORIGINS]
    with ThreadPoolExecutor(2 * len(ports)) as threads:
        begun = {
            (wait, port): threads.submit(wait, ("127.0.0.1", port))
            for port in ports
            for wait in (silent_and_slow, idle_after_an_answer)
        }
        yield lambda wait, origin: begun[wait, origin[1]]


def test_who_is_silent_or_slow_is_closed_within_ten_seconds(
    waits: Any, origin: tuple[str, int]
) -> None:
    waits(silent_and_slow, origin).result()


def test_an_idle_connection_that_was_answered_is_closed_too(
    waits: Any, origin: tuple[str, int]
) -> None:
    waits(idle_after_an_answer, origin).result()


def test_nothing_is_left_of_them(house: Any) -> None:
    """Whatever came here before: no connection of theirs is open any more."""
    parts = house.served.parts().items()
    doors = [process for name, process in parts if re.search(r"web|edge \d", name)]
    assert len(doors) >= 2

    def forgotten() -> bool:
        open_now = [c for door in doors for c in door.net_connections("tcp")]
        inside = {house.served.port, house.served.live_port}
        theirs = [c for c in open_now if c.status != psutil.CONN_LISTEN and c.laddr.port in inside]
        return len(theirs) <= 10  # the demo's voices, our listener, a kept connection

    until(forgotten, "their connections are closed", 20)
