"""Where speakers' sockets are: in the range, and as the world knows them."""

from __future__ import annotations

import errno
import socket
from collections.abc import Iterator

import pytest

from rostra.errors import Unavailable
from rostra.settings import StageSettings
from rostra.stage import udp
from rostra.stage.peer import Peer
from rostra.wire.sdp import read_offer


@pytest.fixture
def free() -> Iterator[range]:
    """Three ports in a row that nobody has."""
    for first in range(42_000, 60_000, 3):
        try:
            for port in (ports := range(first, first + 3)):
                udp.bound("127.0.0.1", range(port, port + 1)).close()
        except OSError:
            continue
        yield ports
        return


def test_every_port_of_the_range_is_used_and_no_other(free: range) -> None:
    sockets = [udp.bound("127.0.0.1", free) for _ in free]
    with pytest.raises(OSError) as caught:
        udp.bound("127.0.0.1", free)
    assert caught.value.errno == errno.EADDRINUSE
    assert sorted(each.getsockname()[1] for each in sockets) == list(free)
    sockets[1].close()
    again = udp.bound("127.0.0.1", free)
    assert again.getsockname()[1] in free
    for each in (*sockets, again):
        each.close()


@pytest.mark.skipif(not socket.has_ipv6, reason="this Python has no IPv6")
def test_addresses_of_either_family_are_bound() -> None:
    for address in ("127.0.0.1", "::1"):
        with udp.bound(address, None) as plain:
            assert plain.getsockname()[0] == address


def test_an_address_that_is_not_ours_is_not_taken_for_a_full_range() -> None:
    with pytest.raises(OSError) as caught:
        udp.bound("198.51.100.1", range(42_000, 42_002))
    assert caught.value.errno == errno.EADDRNOTAVAIL


def test_a_translator_forwards_to_the_address_from_which_we_go_out() -> None:
    assert udp.behind("127.0.0.2", ["127.0.0.1", "::1"]) == ["127.0.0.1"]


def test_where_no_way_is_known_it_may_be_any_of_the_family() -> None:
    assert udp.behind("127.0.0.2", ["10.1.2.3", "10.1.2.4", "fd00::7"]) == ["10.1.2.3", "10.1.2.4"]
    assert udp.behind("2001:db8::1", ["10.1.2.3"]) == []


def test_nothing_is_translated_for_an_address_of_our_own() -> None:
    assert udp.behind("198.51.100.7", ["198.51.100.7", "10.1.2.3"]) == []


def candidates(answer: str) -> list[list[str]]:
    lines = (line for line in answer.splitlines() if line.startswith("a=candidate:"))
    return [line.partition(":")[2].split() for line in lines]


async def answered(speaker, a_tone, settings: StageSettings) -> tuple[Peer, list[list[str]]]:
    person = speaker(a_tone(400))
    offer = read_offer((await person.offer()).encode())
    peer = Peer(lambda number, payload: None, lambda: None, settings=settings)
    try:
        return peer, candidates(await peer.answer(offer))
    finally:
        await person.close()


async def test_a_speaker_is_answered_from_the_range(speaker, a_tone, free: range) -> None:
    peer, told = await answered(speaker, a_tone, StageSettings(udp_ports=free))
    assert told
    assert all(int(each[5]) in free for each in told)
    await peer.close()


async def test_a_full_range_is_one_sentence_and_leaves_no_socket(
    speaker, a_tone, free: range
) -> None:
    settings = StageSettings(udp_ports=free)
    peers = [(await answered(speaker, a_tone, settings))[0] for _ in free]
    with pytest.raises(Unavailable, match=f"between {free[0]} and {free[-1]} is free") as caught:
        await answered(speaker, a_tone, settings)
    assert caught.value.retry_after
    for peer in peers:
        await peer.close()
    for port in free:
        udp.bound("0.0.0.0", range(port, port + 1)).close()


async def test_the_public_address_is_told_beside_the_inner_one(speaker, a_tone) -> None:
    peer, told = await answered(speaker, a_tone, StageSettings(public_ip="203.0.113.7"))
    outer = [each for each in told if each[4] == "203.0.113.7"]
    inner = {(each[4], each[5]): each for each in told if each[7] == "host"}
    assert outer
    for each in outer:
        assert each[7:9] == ["srflx", "raddr"]
        host = inner[each[9], each[5]]
        assert each[11] == host[5]
        assert int(each[3]) < int(host[3])  # who is inside goes straight
    await peer.close()
