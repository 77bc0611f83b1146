"""What the kernel lets through to a speaker's socket: real datagrams, a real filter."""

from __future__ import annotations

import socket
from collections.abc import Iterator

import pytest

from rostra.stage.sieve import attach, program
from rostra.stage.udp import bound

LARGEST = 100
SOUND = b"\x80" + bytes(20)
CHECK = b"\x00\x01" + bytes(20)


@pytest.fixture(params=["127.0.0.1", "::1"])
def host(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def sockets(host: str) -> Iterator[list[socket.socket]]:
    """Ours and four others."""
    opened = [bound(host, None) for _ in range(5)]
    yield opened
    for each in opened:
        each.close()


def come(ours: socket.socket, sent: list[tuple[socket.socket, bytes]]) -> list[bytes]:
    """What of it can be read. On loopback it is there, or dropped, when sendto has returned."""
    for other, data in sent:
        other.sendto(data, ours.getsockname()[:2])
    found = []
    while True:
        try:
            found.append(ours.recv(9_000))
        except BlockingIOError:
            return found


def test_strangers_get_through_with_stun_only(sockets: list[socket.socket]) -> None:
    ours, stranger, *_ = sockets
    assert attach(ours, program([], LARGEST))
    first_bytes = [bytes([number]) + bytes(20) for number in range(256)]
    assert come(ours, [(stranger, data) for data in first_bytes]) == first_bytes[:4]


def test_known_addresses_get_through(sockets: list[socket.socket]) -> None:
    ours, *known, stranger = sockets
    attach(ours, program([each.getsockname()[:2] for each in known], LARGEST))
    sent = [(each, SOUND + bytes([n])) for n, each in enumerate([*known, stranger])]
    assert come(ours, sent) == [SOUND + bytes([n]) for n in range(3)]


def test_another_address_with_a_known_port_is_a_stranger() -> None:
    with bound("127.0.0.1", None) as ours, bound("127.0.0.2", None) as other:
        attach(ours, program([("127.0.0.3", other.getsockname()[1])], LARGEST))
        assert come(ours, [(other, SOUND), (other, CHECK)]) == [CHECK]


@pytest.mark.parametrize("first", [SOUND[:1], CHECK[:1]])
def test_what_is_empty_or_too_large_does_not(sockets: list[socket.socket], first: bytes) -> None:
    ours, friend, *_ = sockets
    attach(ours, program([friend.getsockname()[:2]], LARGEST))
    sizes = (0, 1, LARGEST, LARGEST + 1, 8_000)
    sent = [(friend, (first + bytes(size))[:size]) for size in sizes]
    assert [len(data) for data in come(ours, sent)] == [1, LARGEST]


def test_a_new_filter_takes_the_place_of_the_old(sockets: list[socket.socket]) -> None:
    ours, friend, *_ = sockets
    attach(ours, program([friend.getsockname()[:2]], LARGEST))
    attach(ours, program([], LARGEST))
    assert come(ours, [(friend, SOUND), (friend, CHECK)]) == [CHECK]


def test_as_many_addresses_as_a_guard_keeps_fit(host: str) -> None:
    with bound(host, None) as ours, bound(host, None) as last:
        others = [(host, port) for port in range(1, 40)]
        attach(ours, program([*others, last.getsockname()[:2]], LARGEST))
        assert come(ours, [(last, SOUND)]) == [SOUND]
