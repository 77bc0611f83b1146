"""The way of a listener to the sound, byte by byte."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.rehearsal.listener import (
    Ask,
    Beginnings,
    Errand,
    Joining,
    Live,
    Lost,
    More,
    Over,
    Refused,
    backoff,
    quiet_limit,
    read_beginning,
    read_head,
)
from rostra.wire.malformed import Malformed

ERRAND = Errand("127.0.0.1:8001", "demo", "loopback")
LIVE_HEAD = (
    b"HTTP/1.1 200 OK\r\nContent-Type: audio/mp4\r\nConnection: close\r\nRostra-Class: crowd\r\n"
    b"Rostra-Mark: abc\r\nRostra-Programme: p1\r\n\r\n"
)


def page(body: bytes = b"<html>", *more: bytes) -> bytes:
    lines = [b"HTTP/1.1 200 OK", b"Content-Length: %d" % len(body), *more]
    return b"\r\n".join(lines) + b"\r\n\r\n" + body


def test_it_asks_for_the_page_and_then_for_the_sound_on_the_same_connection(programme: Any) -> None:
    joining = Joining(ERRAND, Beginnings(), 0.0, page=True)
    assert joining.request.startswith(b"GET /s/demo HTTP/1.1\r\nHost: 127.0.0.1:8001\r\n")
    assert b"Rostra-Rehearsal: loopback\r\n" in joining.request
    step = joining.take(page())
    assert isinstance(step, Ask)
    assert not step.anew
    assert step.request.startswith(b"GET /live/demo/opus.mp4 HTTP/1.1\r\n")
    step = joining.take(LIVE_HEAD + programme.response(3, 5))
    assert isinstance(step, Live)
    assert (step.kind, step.mark, step.programme) == ("crowd", "abc", "p1")
    assert step.beginning.media_time == programme.start(3)
    assert step.body == programme.response(3, 5)


def test_the_rest_of_the_page_may_be_discarded_unread() -> None:
    joining = Joining(ERRAND, Beginnings(), 0.0, page=True)
    assert joining.take(page(b"x" * 10_000)[:4_000]) == More(joining.skip)
    left = joining.skip
    assert isinstance(joining.skipped(left - 1), More)
    assert isinstance(joining.skipped(1), Ask)


def test_a_page_that_closes_its_connection_is_followed_by_another() -> None:
    step = Joining(ERRAND, Beginnings(), 0.0, page=True).take(page(b"<html>", b"Connection: close"))
    assert isinstance(step, Ask)
    assert step.anew


def test_who_was_cut_off_says_what_it_has_and_shows_its_mark() -> None:
    joining = Joining(ERRAND, Beginnings(), 0.0, page=False, after=12.34, mark="abc")
    assert joining.request.startswith(b"GET /live/demo/opus.mp4?after=12.340&mark=abc HTTP/1.1\r\n")


def test_who_has_a_head_waits_for_sound_as_long_as_its_class_may_be_quiet() -> None:
    joining = Joining(ERRAND, Beginnings(), 0.0, page=False, after=12.34)
    assert joining.patience == 8.0
    assert isinstance(joining.take(LIVE_HEAD), More)
    assert joining.patience == quiet_limit(7.68) > 7.68


@pytest.mark.parametrize(
    ("answer", "step"),
    [
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 7\r\n\r\n", Refused(503, 7.0)),
        (b"HTTP/1.1 503 Busy\r\n\r\n", Refused(503, 1.0)),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: 99999\r\n\r\n", Refused(503, 120.0)),
        (b"HTTP/1.1 503 Busy\r\nRetry-After: soon\r\n\r\n", Refused(503, 1.0)),
        (b"HTTP/1.1 429 Slow\r\nRetry-After: 2\r\n\r\n", Refused(429, 2.0)),
        (b"HTTP/1.1 410 Gone\r\n\r\n", Over(410)),
        (b"HTTP/1.1 404 None\r\n\r\n", Over(404)),
        (b"HTTP/1.1 403 No\r\n\r\n", Over(403)),
        (b"HTTP/1.1 302 Found\r\nLocation: http://elsewhere/\r\n\r\n",
         Lost("the server answered 302")),
        (b"SSH-2.0-x\r\n", Lost("What answers does not speak HTTP/1.1.")),
    ],
)  # fmt: skip
@pytest.mark.parametrize("first", [True, False])
def test_refusals_are_understood_and_redirects_not_followed(
    answer: bytes, step: object, first: bool
) -> None:
    assert Joining(ERRAND, Beginnings(), 0.0, page=first).take(answer) == step


@given(st.integers(1, 3000))
def test_bytes_may_come_in_any_pieces(make_programme: Any, size: int) -> None:
    programme = make_programme(3)
    whole = LIVE_HEAD + programme.response(0, 3)
    joining = Joining(ERRAND, Beginnings(), 0.0, page=False)
    at = 0
    while at < len(whole):
        step = joining.take(whole[at : at + size])
        at += size
        if isinstance(step, Live):
            assert step.body == programme.response(0, 3)[: len(step.body)]
            assert read_beginning(step.body) == step.beginning
            return
        assert isinstance(step, More)
    pytest.fail("it never listened")


@given(st.binary(max_size=300))
def test_no_bytes_break_it(data: bytes) -> None:
    for first in (True, False):
        step = Joining(ERRAND, Beginnings(), 0.0, page=first).take(data)
        assert isinstance(step, More | Lost | Refused | Over | Ask | Live)


@given(st.binary(max_size=200))
def test_no_body_breaks_it(data: bytes) -> None:
    step = Joining(ERRAND, Beginnings(), 0.0, page=False).take(LIVE_HEAD + data)
    assert isinstance(step, More | Lost)


def test_a_head_without_end_is_refused() -> None:
    with pytest.raises(Malformed):
        read_head(b"HTTP/1.1 200 OK\r\n" + b"x" * 17_000)


def test_patience_is_that_of_the_page() -> None:
    assert quiet_limit(0.64) == pytest.approx(3.0)
    assert quiet_limit(7.68) == pytest.approx(11.8)
    assert quiet_limit(0.64, 4) == pytest.approx(12.0)
    assert backoff(0, 0.7) == 0
    assert backoff(1, 0.5) == pytest.approx(0.5)
    assert backoff(20, 1.0) == pytest.approx(10.0)
