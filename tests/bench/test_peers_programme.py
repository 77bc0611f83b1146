"""The same frames as pages of Ogg and as HLS."""

from __future__ import annotations

import io
from dataclasses import replace

import av
import numpy as np
import pytest

from bench.peers_programme import (
    BEHIND,
    LISTED,
    LONGEST_PAGE,
    Programme,
    burst_bytes,
    fragments_for,
    ogg_headers,
    ogg_page,
    playlist,
    read_page,
    segment_seconds,
    target_duration,
)
from rostra.programme.opus import Encoder
from rostra.testing.decode import decoded
from rostra.wire.fragments import Splitter, read_fragment
from rostra.wire.malformed import Malformed
from rostra.wire.timing import FRAGMENT, FRAME, RATE


@pytest.fixture(scope="module")
def programme() -> Programme:
    """Three seconds and a bit of a tone."""
    encoder = Encoder(24_000)
    tone = 0.3 * np.sin(np.arange(160 * FRAME) * 2 * np.pi * 440 / RATE)
    frames = tone.astype(np.float32).reshape(-1, FRAME)
    return Programme(tuple(encoder.encode(frame) for frame in frames))


def test_a_programme_must_be_of_a_constant_bit_rate() -> None:
    with pytest.raises(Malformed):
        Programme((b"ab", b"abc"))


def test_pages_are_a_second_of_the_size_that_is_said(programme: Programme) -> None:
    assert programme.frame_bytes == 60
    assert programme.page_seconds == 1.0
    sizes = {len(programme.page(number)) for number in range(5)}
    assert sizes == {programme.page_bytes}


def test_pages_follow_each_other(programme: Programme) -> None:
    data = ogg_headers() + programme.page(0) + programme.page(1)
    at, found = 0, []
    while (page := read_page(data, at)) is not None:
        found.append((page.granule, page.sequence, page.packets))
        at = page.end
    assert at == len(data)
    assert found == [(0, 0, 1), (0, 1, 1), (RATE, 2, 50), (2 * RATE, 3, 50)]


def test_a_page_is_none_until_it_is_whole(programme: Programme) -> None:
    page = programme.page(7)
    assert all(read_page(page[:count], 0) is None for count in range(0, len(page), 13))
    assert read_page(page, 0) is not None
    with pytest.raises(Malformed):
        read_page(b"<!doctype html><title>404</title>", 0)


def test_what_does_not_fit_into_a_page_is_refused() -> None:
    with pytest.raises(ValueError, match="fit"):
        ogg_page([b"x" * 255], 0, 0)


def test_a_decoder_hears_the_tone_in_pages_and_checks_them(programme: Programme) -> None:
    data = ogg_headers() + b"".join(programme.page(number) for number in range(3))
    assert _heard(data) == pytest.approx(3.0, abs=0.05)
    spoiled = bytearray(data)
    spoiled[-1] ^= 1  # the checksum is wrong now: the page is left out
    assert _heard(bytes(spoiled)) < 2.1


def _heard(data: bytes) -> float:
    """Seconds of sound louder than a whisper."""
    with av.open(io.BytesIO(data), format="ogg") as container:
        sound = [frame.to_ndarray().ravel() for frame in container.decode(audio=0)]
    return float(np.mean(np.abs(np.concatenate(sound)) > 1e-3) * sum(map(len, sound)) / RATE)


def test_segments_are_the_same_frames_in_time(programme: Programme) -> None:
    data = programme.segment(2, 9) + programme.segment(3, 9)
    found = [read_fragment(one.data) for one in Splitter().feed(data)]
    assert [one.media_time for one in found] == [at * FRAGMENT for at in range(18, 36)]
    frames = [frame for one in found for frame in one.frames]
    assert frames == programme.run(18 * 16, 18 * 16)
    assert len(decoded(programme.init() + data)) > 5 * RATE


def test_frames_begin_anew_where_there_are_no_more(programme: Programme) -> None:
    assert programme.run(159, 2) == [programme.frames[159], programme.frames[0]]


@pytest.mark.parametrize("latency", [1.0, 5.6, 8.0, 9.44, 9.6, 12.0])
def test_segments_are_the_shortest_with_which_hls_is_heard_no_sooner(latency: float) -> None:
    fragments = fragments_for(latency)
    assert segment_seconds(fragments) * (BEHIND + 0.5) >= latency - 1e-6
    if fragments > 1:
        assert segment_seconds(fragments - 1) * (BEHIND + 0.5) < latency


def test_a_playlist_lists_the_last_few_segments() -> None:
    lines = playlist("p1", 100, 9).splitlines()
    assert lines[0] == "#EXTM3U"
    assert "#EXT-X-TARGETDURATION:3" in lines
    assert f"#EXT-X-MEDIA-SEQUENCE:{100 - LISTED}" in lines
    assert '#EXT-X-MAP:URI="p1-opus-init.mp4"' in lines
    assert lines.count("#EXTINF:2.88000,") == LISTED
    assert lines[-1] == "p1-opus-99.m4s"
    assert playlist("p1", 2, 9).count("#EXTINF") == 2


@pytest.mark.parametrize("fragments", range(1, 40))
def test_no_segment_is_longer_than_the_target_when_rounded(fragments: int) -> None:
    assert round(segment_seconds(fragments)) <= target_duration(fragments)


def test_a_burst_is_as_long_as_the_latency_that_is_wanted(programme: Programme) -> None:
    assert burst_bytes(programme, 9.5) == 9 * programme.page_bytes
    assert burst_bytes(programme, 0.1) == programme.page_bytes
    long = replace(programme, page_frames=LONGEST_PAGE)
    assert burst_bytes(long, 2.5 * long.page_seconds) == 2 * long.page_bytes
    assert len(long.page(3)) == long.page_bytes
