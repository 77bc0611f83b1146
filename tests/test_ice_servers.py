"""STUN and TURN servers: addresses, lent credentials, and the headers that carry them."""

from __future__ import annotations

import base64
import hashlib
import hmac

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.ice_servers import IceServer, lent, link, read_ice_server, read_links


@pytest.mark.parametrize(
    ("text", "server", "address", "transport"),
    [
        ("stun:a.example", IceServer("stun:a.example"), ("a.example", 3478), "udp"),
        ("stuns:a.example", IceServer("stuns:a.example"), ("a.example", 5349), "tcp"),
        ("turn:a.example:99", IceServer("turn:a.example:99"), ("a.example", 99), "udp"),
        (
            "turn:joe:p%40ss%3A@[2001:db8::1]:3478?transport=tcp",
            IceServer("turn:[2001:db8::1]:3478?transport=tcp", "joe", "p@ss:"),
            ("2001:db8::1", 3478),
            "tcp",
        ),
        ("turns:u:p@a.example", IceServer("turns:a.example", "u", "p"), ("a.example", 5349), "tcp"),
    ],
)
def test_an_address_is_read(
    text: str, server: IceServer, address: tuple[str, int], transport: str
) -> None:
    read = read_ice_server(text)
    assert read == server
    assert (read.address, read.transport) == (address, transport)


@pytest.mark.parametrize(
    "text",
    ["", "a.example", "turn:", "http://a", "turn:u@a", "stun:u:p@a", "stun:a?transport=tcp",
     "turn:a:0", "turn:a:70000", "turn:a?transport=sctp", "turn:é:p@a", "turn:u:%0A@a", "turn:a b"],
)  # fmt: skip
def test_what_is_no_address_is_told(text: str) -> None:
    with pytest.raises(ValueError, match=r"must|neither"):
        read_ice_server(text)


def test_credentials_are_lent_as_coturn_expects_them() -> None:
    servers = [IceServer("stun:a"), IceServer("turn:b", "own", "word"), IceServer("turn:c")]
    first, second, third = lent(servers, "s3cret", "seat-7", 1_800_000_000)
    assert (first, second) == (servers[0], servers[1])
    assert third.username == "1800000000:seat-7"
    expected = hmac.new(b"s3cret", b"1800000000:seat-7", hashlib.sha1).digest()
    assert base64.b64decode(third.credential) == expected
    assert lent(servers, None, "seat-7", 1) == tuple(servers)


printable = st.text(st.characters(min_codepoint=32, max_codepoint=126), min_size=1)


@given(username=printable, credential=printable)
def test_a_header_says_what_it_was_made_of(username: str, credential: str) -> None:
    servers = [IceServer("turn:a.example?transport=tcp", username, credential), IceServer("stun:b")]
    assert read_links(map(link, servers)) == servers
    assert read_links([", ".join(map(link, servers))]) == servers


@given(st.lists(st.text()))
def test_no_header_is_too_strange(values: list[str]) -> None:
    assert read_links(values) == []


def test_other_links_are_passed_over() -> None:
    assert read_links(['<https://a/x>; rel="next", <turn:a>; rel=ice-server']) == [
        IceServer("turn:a")
    ]
