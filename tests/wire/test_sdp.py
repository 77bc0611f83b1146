"""Offers from strangers: understood, or refused with one sentence."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput, NotProcessable, RostraError, TooLarge
from rostra.wire.sdp import (
    LARGEST,
    MOST_CANDIDATES,
    read_offer,
    with_error_correction,
    with_trickle,
)

OFFER = (
    "v=0\r\no=- 1 1 IN IP4 0.0.0.0\r\ns=-\r\nt=0 0\r\na=group:BUNDLE 0\r\n"
    "m=audio 9 UDP/TLS/RTP/SAVPF 111 0\r\nc=IN IP4 0.0.0.0\r\na=sendrecv\r\na=mid:0\r\n"
    "a=rtcp-mux\r\na=rtpmap:111 opus/48000/2\r\na=rtpmap:0 PCMU/8000\r\n"
    "a=candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host\r\n"
    "a=candidate:2 1 udp 2122260222 3f1e-44.local 50001 typ host generation 0\r\n"
    "a=ice-ufrag:abcd\r\na=ice-pwd:abcdefghijklmnopqrstuvwx\r\n"
    "a=fingerprint:sha-256 " + ":".join(["AB"] * 32) + "\r\na=setup:actpass\r\n"
)


def refused(offer: str | bytes, error: type[RostraError]) -> str:
    with pytest.raises(error) as caught:
        read_offer(offer.encode() if isinstance(offer, str) else offer)
    return caught.value.sentence


def test_an_offer_that_sends_and_receives_wants_the_return() -> None:
    assert read_offer(OFFER.encode()).wants_return


def test_an_offer_that_only_sends_wants_none() -> None:
    assert not read_offer(OFFER.replace("sendrecv", "sendonly").encode()).wants_return


def test_lines_may_end_without_a_carriage_return() -> None:
    assert read_offer(OFFER.replace("\r\n", "\n").encode()).sdp.count("\r\n") > 10


def test_names_that_only_the_senders_network_knows_are_dropped() -> None:
    offer = read_offer(OFFER.encode()).sdp
    assert ".local" not in offer
    assert "192.0.2.7" in offer


def test_the_end_of_candidates_is_not_believed() -> None:
    offer = OFFER.replace("a=setup", "a=end-of-candidates\r\na=setup").encode()
    assert "end-of-candidates" not in read_offer(offer).sdp


def test_the_ice_session_is_named() -> None:
    assert read_offer(OFFER.encode()).ufrag == "abcd"
    assert read_offer(OFFER.replace("a=ice-ufrag:abcd\r\n", "").encode()).ufrag is None


def test_an_answer_says_that_candidates_may_follow() -> None:
    assert "a=ice-options:trickle\r\na=ice-ufrag:abcd\r\n" in with_trickle(OFFER)


def test_only_so_many_candidates_are_kept() -> None:
    line = "a=candidate:1 1 udp 2122260223 192.0.2.7 50000 typ host\r\n"
    kept = read_offer((OFFER + line * 200).encode()).sdp
    assert kept.count("a=candidate:") == MOST_CANDIDATES


@pytest.mark.parametrize("nothing", [b"", b"   \r\n", b"\n" * 10])
def test_an_empty_offer_is_refused(nothing: bytes) -> None:
    assert "empty" in refused(nothing, BadInput)


def test_a_megabyte_is_refused_unread() -> None:
    assert "64 KiB" in refused(b"v=0\r\n" + b"a=x\r\n" * 200_000, TooLarge)


def test_the_cap_is_a_cap_of_bytes_and_of_lines() -> None:
    refused(OFFER + "a=x:" + "y" * LARGEST, TooLarge)
    refused(OFFER + "a=x\r\n" * 1_001, TooLarge)


@pytest.mark.parametrize("junk", [b"hello", b"{}", b"\xff\xfe\x00", b"v=0\r\nfoo", b"v=1\r\n"])
def test_what_is_no_session_description_is_refused(junk: bytes) -> None:
    assert "not a session description" in refused(junk, BadInput)


def test_video_is_refused() -> None:
    refused(OFFER + "m=video 9 UDP/TLS/RTP/SAVPF 96\r\n", NotProcessable)
    refused(OFFER.replace("m=audio", "m=video"), NotProcessable)


def test_an_offer_without_sound_is_refused() -> None:
    refused(OFFER[: OFFER.index("m=audio")], NotProcessable)


def test_an_offer_without_opus_is_refused() -> None:
    without = OFFER.replace("a=rtpmap:111 opus/48000/2\r\n", "")
    assert "Opus" in refused(without, NotProcessable)


def test_an_offer_without_encryption_is_refused() -> None:
    plain = "".join(line for line in OFFER.splitlines(True) if "fingerprint" not in line)
    assert "encrypted only" in refused(plain, BadInput)


@pytest.mark.parametrize("direction", ["recvonly", "inactive"])
def test_an_offer_that_sends_nothing_is_refused(direction: str) -> None:
    refused(OFFER.replace("sendrecv", direction), NotProcessable)


def test_the_answer_asks_for_error_correction_of_its_own_opus() -> None:
    answer = with_error_correction("v=0\r\nm=audio 9 X 96\r\na=rtpmap:96 opus/48000/2\r\n")
    assert "a=fmtp:96 minptime=10;useinbandfec=1\r\n" in answer


@given(st.binary(max_size=2_000))
def test_no_bytes_raise_anything_but_a_sentence(data: bytes) -> None:
    try:
        read_offer(data)
    except RostraError as error:
        assert 400 <= error.status < 500


@given(st.integers(0, len(OFFER)), st.binary(max_size=8), st.integers(0, 40))
def test_no_damage_to_an_offer_raises_anything_but_a_sentence(
    at: int, put: bytes, cut: int
) -> None:
    data = OFFER.encode()
    try:
        read_offer(data[:at] + put + data[at + cut :])
    except RostraError as error:
        assert 400 <= error.status < 500
