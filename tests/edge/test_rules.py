"""The small rules of the edge: marks, limits, census, admission, patience, addresses, languages."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.edge.admission import (
    LATEST_S,
    Waiting,
    admits,
    edges_wanted,
    rated,
    retry_after,
    socket_memory,
)
from rostra.edge.cadence import BUSY, CALM
from rostra.edge.census import Fetched, hears
from rostra.edge.deadlines import Deadlines, Wait
from rostra.edge.mark import LIFETIME_S, Mark, sign, verify
from rostra.edge.reactions import Limiter, network, which
from rostra.edge.routes import Kind, WrongMethod, route
from rostra.edge.showing import language_of, takes_gzip
from rostra.errors import BadInput, NotFound

SECOND = 1_000_000_000
SECRET = bytes(range(32))


def test_a_mark_comes_back_as_it_was_signed() -> None:
    text = sign(SECRET, Mark(1_800_000_000, BUSY))
    assert len(text) == 22
    assert verify(SECRET, text, 1_800_000_100) == Mark(1_800_000_000, BUSY)


@given(st.text(max_size=40))
def test_a_mark_that_we_did_not_sign_is_none(text: str) -> None:
    assert verify(SECRET, text, 1_800_000_000) is None


def test_a_mark_of_another_secret_or_day_or_with_one_bit_changed_is_none() -> None:
    text = sign(SECRET, Mark(1_800_000_000, CALM))
    assert verify(bytes(32), text, 1_800_000_000) is None
    assert verify(SECRET, text, 1_800_000_001 + LIFETIME_S) is None
    assert verify(SECRET, "A" + text[1:], 1_800_000_000) is None


def test_an_address_may_react_eight_times_at_once_and_then_four_times_a_second() -> None:
    limiter = Limiter(b"salt")
    at_once = [limiter.allows("10.0.0.1", SECOND) for _ in range(12)]
    assert at_once == [True] * 8 + [False] * 4
    later = [limiter.allows("10.0.0.1", SECOND + n * SECOND // 20) for n in range(1, 201)]
    assert sum(later) == 40  # ten seconds
    assert limiter.allows("10.0.0.2", SECOND)


def test_ipv6_counts_by_household_and_mapped_addresses_as_ipv4() -> None:
    assert network("2001:db8::1") == network("2001:db8::ffff:2")
    assert network("2001:db8::1") != network("2001:db8:0:1::1")
    assert network("::ffff:10.0.0.1") == network("10.0.0.1")
    assert network("fe80::1%eth0") == network("fe80::2")


@pytest.mark.parametrize(
    ("body", "found"),
    [("❤️", 1), ("❤", 1), (" 👏\n", 0), ("🔥", None), ("", None), ("️", None), ("👏👏", None)],
)
def test_a_reaction_is_one_of_those_offered(body: str, found: int | None) -> None:
    assert which(body.encode(), ("👏", "❤️")) is found


def test_ten_seconds_taken_make_a_listener_unless_the_programme_stands_still() -> None:
    assert not hears(9 * SECOND, 0)
    assert hears(10 * SECOND, 0)
    assert hears(10 * SECOND, 20 * SECOND)
    assert not hears(3600 * SECOND, 21 * SECOND)


def test_listeners_by_hls_are_what_was_fetched_in_thirty_seconds() -> None:
    fetched = Fetched()
    for tick in range(40):  # ten players, a segment each 1.92 s
        for _ in range(10):
            fetched.add(1_920_000_000, tick * 1_920_000_000)
    assert fetched.listeners(40 * 1_920_000_000) in (9, 10)
    assert fetched.listeners(120 * SECOND) == 0
    assert fetched.empty


def test_what_a_machine_is_trusted_with_is_its_scarcest_means() -> None:
    assert rated(files=1064, processes=2, memory=10**10, cores=8) == 2000
    assert rated(files=10**6, processes=8, memory=16 * 10**6, cores=8) == 1000
    assert rated(files=10**6, processes=8, memory=10**11, cores=1) == 50_000
    assert rated(files=10, processes=1, memory=0, cores=1) == 1


def test_the_last_place_is_given_and_a_tenth_more_to_those_who_come_back() -> None:
    assert admits(99, 100, returning=False)
    assert not admits(100, 100, returning=False)
    assert admits(109, 100, returning=True)
    assert not admits(110, 100, returning=True)


@given(st.floats(0, 1, exclude_max=True))
def test_those_refused_come_back_spread_over_a_quarter_of_a_minute(chance: float) -> None:
    assert 5 <= retry_after(0, chance) <= 20


def test_many_who_wait_ask_no_more_often_than_can_be_answered() -> None:
    times = [retry_after(200_000, n / 10_000) for n in range(10_000)]
    a_second = 200_000 / (max(times) - min(times))
    assert 450 <= a_second <= 550
    assert retry_after(10**9, 0.99) == LATEST_S


def test_who_was_refused_in_the_last_minute_waits() -> None:
    waiting = Waiting()
    assert [waiting.refused(0) for _ in range(3)] == [1, 2, 3]
    assert waiting.refused(31 * SECOND) == 4
    assert waiting.refused(61 * SECOND) == 2
    assert waiting.refused(600 * SECOND) == 1


def test_nobody_new_joins_while_the_kernel_is_short_of_memory() -> None:
    assert not admits(0, 100, returning=False, pressed=True)
    assert admits(0, 100, returning=True, pressed=True)


def test_edges_are_as_many_as_the_connections_need_and_some_to_spare() -> None:
    wanted = [edges_wanted(n, 20_000, 2, 64) for n in (0, 31_000, 32_000, 425_000, 10**7)]
    assert wanted == [2, 2, 3, 27, 64]
    assert edges_wanted(1, 20_000, 1, 64) == 1


def test_socket_memory_is_read_as_linux_tells_it() -> None:
    sockstat = (
        "sockets: used 150\nTCP: inuse 12 orphan 0 tw 3 alloc 14 mem 383869\nUDP: inuse 2 mem 1\n"
    )
    assert socket_memory(sockstat, "287901\t383868\t575802\n").pressed
    assert not socket_memory(sockstat, "287901\t383869\t575802\n").pressed
    for told in ((sockstat, "1 2"), ("", "1 2 3")):
        with pytest.raises(ValueError, match="TCP memory"):
            socket_memory(*told)


def test_patience_ends_in_the_order_in_which_it_began() -> None:
    deadlines: Deadlines[str] = Deadlines()
    deadlines.begin("a", Wait.HEAD, 0)
    deadlines.begin("b", Wait.HEAD, SECOND)
    deadlines.begin("c", Wait.IDLE, 0)
    assert deadlines.next() == 10 * SECOND
    assert list(deadlines.passed(10 * SECOND)) == [("a", Wait.HEAD)]
    deadlines.begin("b", Wait.BODY, 10 * SECOND)
    assert deadlines.of("b") is Wait.BODY
    assert list(deadlines.passed(39 * SECOND)) == [("c", Wait.IDLE)]
    deadlines.end("b")
    assert deadlines.next() is None
    assert len(deadlines) == 0


@pytest.mark.parametrize(
    ("target", "kind", "rendition"),
    [
        ("/s/a-b", Kind.PAGE, ""),
        ("/live/a/opus.mp4?after=1", Kind.LIVE, "opus"),
        ("/live/a/aac.m3u8", Kind.PLAYLIST, "aac"),
        ("/live/a/master.m3u8", Kind.MASTER, ""),
        ("/live/a/abc-aac-17.m4s", Kind.SEGMENT, "aac"),
        ("/live/a/abc-opus-init.mp4", Kind.SEGMENT, "opus"),
        ("/replay/a/aac.mp4", Kind.REPLAY, "aac"),
        ("http://x.test/healthz", Kind.HEALTH, ""),
        ("https://x.test", Kind.HOME, ""),
    ],
)
def test_addresses_are_understood(target: str, kind: Kind, rendition: str) -> None:
    found = route("GET", target)
    assert (found.kind, found.rendition) == (kind, rendition)


@pytest.mark.parametrize(
    "target",
    ["/s/", "/s/A", "/s/a/", "/s/../a", "/live/a", "/live/a/x.mp4", "/live/a/opus.mp4/",
     "/live/a%2fb/opus.mp4", "/live/a/abc-flac-1.m4s", "/live/a/abc-opus-01.m4s", "//", "/S/a"],
)  # fmt: skip
def test_other_addresses_are_not_found(target: str) -> None:
    with pytest.raises(NotFound):
        route("GET", target)


def test_wrong_methods_and_targets_are_named() -> None:
    with pytest.raises(WrongMethod, match="POST, OPTIONS"):
        route("GET", "/live/a/react")
    with pytest.raises(BadInput):
        route("GET", "*")
    with pytest.raises(BadInput):
        route("GET", "/live/a/opus.mp4?" + "x" * 5000).parameters()


@pytest.mark.parametrize(
    ("chosen", "accepted", "language"),
    [(None, "", "en"), (None, "fr", "fr"), (None, "de, fr-CA;q=0.8, en;q=0.7", "fr"),
     ("fr", "en", "fr"), ("xx", "fr", "fr"), (None, "fr;q=0, en", "en"),
     (None, "fr;q=nonsense", "en"), (None, ";;q=,,=", "en")],
)  # fmt: skip
def test_the_language_is_the_one_chosen_or_best_liked(
    chosen: str | None, accepted: str, language: str
) -> None:
    assert language_of(chosen, accepted) == language


@pytest.mark.parametrize(
    ("accepted", "taken"),
    [("gzip", True), ("br, gzip;q=0.5", True), ("gzip;q=0", False), ("", False), ("br", False)],
)
def test_gzip_is_sent_to_those_who_take_it(accepted: str, taken: bool) -> None:
    assert takes_gzip(accepted) is taken
