"""Bytes in, requests out."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.edge.door import LONGEST_HEAD, Door, Refusal, Request

GET = b"GET /live/a/opus.mp4?after=1 HTTP/1.1\r\nHost: x\r\nRange: bytes=0-\r\nCookie: s=1\r\n\r\n"
POST = b"POST /live/a/react HTTP/1.1\r\nHost: x\r\nContent-Length: 4\r\n\r\n"


def taken(data: bytes, cuts: list[int] | None = None) -> Request | Refusal | None:
    door, found = Door(), None
    edges = [0, *sorted(cut % (len(data) + 1) for cut in cuts or []), len(data)]
    for start, stop in pairwise(edges):
        if found is None and start < stop:
            found = door.take(data[start:stop])
    return found


@given(st.lists(st.integers(0, 1000), max_size=12))
def test_a_request_is_the_same_however_it_is_cut(cuts: list[int]) -> None:
    assert taken(GET, cuts) == taken(GET)
    assert taken(POST + b"\xf0\x9f\x91\x8f", cuts) == taken(POST + b"\xf0\x9f\x91\x8f")


def test_only_wanted_headers_are_kept_and_never_a_cookie() -> None:
    found = taken(GET)
    assert isinstance(found, Request)
    assert found.headers == {"range": "bytes=0-"}
    assert found.target == "/live/a/opus.mp4?after=1"
    assert found.keep_alive


@pytest.mark.parametrize(
    ("version", "connection", "kept"),
    [("1.1", "", True), ("1.1", "close", False), ("1.1", "x, Close", False),
     ("1.0", "", False), ("1.0", "keep-alive", True)],
)  # fmt: skip
def test_connections_are_kept_as_the_client_says(version: str, connection: str, kept: bool) -> None:
    line = f"Connection: {connection}\r\n" if connection else ""
    found = taken(f"GET / HTTP/{version}\r\nHost: x\r\n{line}\r\n".encode())
    assert isinstance(found, Request)
    assert found.keep_alive is kept


def test_what_comes_behind_a_request_is_given_back() -> None:
    door = Door()
    assert isinstance(door.take(POST + b"abcdGET / HT"), Request)
    assert door.rest == b"GET / HT"


def test_a_body_in_chunks_is_taken_and_ends_the_connection() -> None:
    head = b"POST /r HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    found = taken(head + b"2\r\nab\r\n1\r\nc\r\n0\r\n\r\n")
    assert isinstance(found, Request)
    assert (found.body, found.keep_alive) == (b"abc", False)


def test_a_head_of_8_kib_is_taken_and_one_byte_more_is_not() -> None:
    frame = b"GET / HTTP/1.1\r\nHost: x\r\nX: %s\r\n\r\n"
    filling = LONGEST_HEAD - len(frame % b"")
    assert isinstance(taken(frame % (b"a" * filling)), Request)
    refused = taken(frame % (b"a" * (filling + 1)))
    assert isinstance(refused, Refusal)
    assert refused.status == 431


def test_empty_lines_in_front_and_an_upgrade_nobody_wants_do_no_harm() -> None:
    assert isinstance(taken(b"\r\n\r\n" + GET), Request)
    wish = b"GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n"
    assert isinstance(taken(wish), Request)


def test_an_expected_body_is_asked_for() -> None:
    door = Door()
    assert door.take(POST[:-2] + b"Expect: 100-continue\r\n\r\n") is None
    assert door.expects
    assert door.in_body


@given(st.binary(max_size=300))
def test_any_bytes_are_a_request_a_refusal_or_a_beginning(data: bytes) -> None:
    found = taken(data)
    assert found is None or isinstance(found, Request) or found.status in (400, 413, 431)


@given(st.data())
def test_any_change_of_a_request_is_answered(data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(POST) - 1))
    changed = POST[:at] + data.draw(st.binary(max_size=4)) + POST[at + 1 :] + b"abcd"
    found = taken(changed)
    assert found is None or isinstance(found, Request) or found.status in (400, 413, 431)
