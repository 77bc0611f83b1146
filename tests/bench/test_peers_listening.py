"""Listeners of Ogg, who count bytes, and hear what those bytes mean."""

from __future__ import annotations

import numpy as np
import pytest

from bench.peers_listening import Even, Streams, first_page
from bench.peers_programme import Programme, ogg_headers
from rostra.rehearsal.audience import Audience
from rostra.rehearsal.listener import Live
from rostra.wire.malformed import Malformed
from rostra.wire.timing import RATE

PROGRAMME = Programme((bytes(60),))
HEAD = b"HTTP/1.0 200 OK\r\nContent-Type: application/ogg\r\n\r\n"
BEGAN = 1_000.0


def response(first: int, stop: int) -> bytes:
    """What who joins at page `first` is sent up to page `stop`."""
    return HEAD + ogg_headers() + b"".join(PROGRAMME.page(n) for n in range(first, stop))


def audience() -> Audience:
    return Audience(1, Even(BEGAN, PROGRAMME.page_bytes), 60)


def joined(first: int, stop: int, now: float) -> Audience:
    made, body = audience(), response(first, stop)
    beginning = first_page(body)
    assert beginning is not None
    made.asked[0] = now - 0.1
    made.live(0, Live("crowd", "", "", beginning, body), now)
    return made


def test_a_response_begins_with_the_first_page_of_sound() -> None:
    body = response(20, 21)
    assert all(first_page(body[:count]) is None for count in range(0, len(body), 7))
    found = first_page(body)
    assert found is not None
    assert (found.media_time, found.end) == (20 * RATE, len(body))


@pytest.mark.parametrize("answer", [b"HTTP/1.0 404 No\r\n\r\n", b"what?\r\n\r\n", HEAD + b"x" * 99])
def test_an_answer_without_sound_is_none(answer: bytes) -> None:
    with pytest.raises(Malformed):
        first_page(answer)


def test_a_burst_of_nine_seconds_is_heard_nine_seconds_late() -> None:
    made = joined(11, 20, 0.0)  # live is at 20 s: wall time 1,020
    made.settle(0.0)
    assert made.players.begun[0]
    assert made.first_sound == pytest.approx([0.1])
    assert made.latencies(0.0, BEGAN + 20.0).tolist() == pytest.approx([9.0])


def test_a_page_each_second_is_heard_without_silence() -> None:
    made = joined(11, 20, 0.0)
    for second in range(1, 20):
        made.heard([0], [PROGRAMME.page_bytes], [float(second)])
        made.settle(float(second))
        made.listen(float(second))
    assert made.silences().tolist() == [0.0]


def test_what_is_late_is_heard_as_silence_to_the_millisecond() -> None:
    made = joined(19, 20, 0.0)
    made.heard([0], [PROGRAMME.page_bytes // 2], [0.9])  # half a page is no sound
    made.heard([0], [PROGRAMME.page_bytes - PROGRAMME.page_bytes // 2], [1.25])
    made.settle(1.5)
    made.listen(1.5)
    assert made.silences().tolist() == pytest.approx([0.25])


def test_streams_compare_nothing() -> None:
    assert Streams.verified == 0


def test_longer_pages_are_placed_as_well() -> None:
    long = Programme((bytes(60),), page_frames=250)
    body = HEAD + ogg_headers() + long.page(4)
    found = first_page(body)
    assert found is not None
    assert found.media_time == 20 * RATE
    even = Even(BEGAN, long.page_bytes, long.page_seconds)
    place = even.place("", found.media_time)
    assert place == (5 * long.page_bytes, 20.0)
    ends = even.times(np.array([5 * long.page_bytes - 1, 5 * long.page_bytes]))
    assert ends.tolist() == [20.0, 25.0]
