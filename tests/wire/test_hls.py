"""Playlists, checked against the rules of RFC 8216 by a small reader of their own."""

from __future__ import annotations

import datetime
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.wire.hls import (
    Segment,
    Variant,
    init_name,
    master_playlist,
    media_playlist,
    parse_segment_name,
    segment_name,
)

PID = "abcdefghijklmnop"


def segments(first: int, count: int, wall_ms: int | None = 1_700_000_000_123) -> list[Segment]:
    return [
        Segment(
            segment_name(PID, "opus", number),
            1.92,
            None if wall_ms is None else wall_ms + 1_920 * at,
        )
        for at, number in enumerate(range(first, first + count))
    ]


def tags(playlist: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for line in playlist.splitlines():
        if line.startswith("#"):
            name, _, value = line.partition(":")
            found.setdefault(name, []).append(value)
    return found


def test_the_master_names_both_renditions_with_codecs_and_rates() -> None:
    playlist = master_playlist(
        [Variant("aac.m3u8", "mp4a.40.2", 66_000, 56_000), Variant("opus.m3u8", "opus", 30_000)]
    )
    assert playlist.splitlines()[0] == "#EXTM3U"
    assert playlist.splitlines()[-4:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=66000,AVERAGE-BANDWIDTH=56000,CODECS="mp4a.40.2"',
        "aac.m3u8",
        '#EXT-X-STREAM-INF:BANDWIDTH=30000,CODECS="opus"',
        "opus.m3u8",
    ]


def test_a_live_playlist_slides_and_holds_back_three_targets() -> None:
    playlist = media_playlist(
        segments(500, 60), init_uri=init_name(PID, "opus"), sequence=500, start=-6.0
    )
    found = tags(playlist)
    assert playlist.endswith("\n")
    assert found["#EXT-X-MEDIA-SEQUENCE"] == ["500"]
    assert found["#EXT-X-MAP"] == [f'URI="{PID}-opus-init.mp4"']
    assert found["#EXT-X-START"] == ["TIME-OFFSET=-6.000,PRECISE=YES"]
    assert "#EXT-X-ENDLIST" not in found
    assert "#EXT-X-PLAYLIST-TYPE" not in found
    (target,) = found["#EXT-X-TARGETDURATION"]
    (control,) = found["#EXT-X-SERVER-CONTROL"]
    assert float(control.removeprefix("HOLD-BACK=")) >= 3 * int(target)
    assert len(found["#EXTINF"]) == 60


def test_an_ended_playlist_is_whole_and_says_so() -> None:
    found = tags(media_playlist(segments(0, 3), init_uri="i", sequence=0, ended=True))
    assert found["#EXT-X-PLAYLIST-TYPE"] == ["VOD"]
    assert "#EXT-X-ENDLIST" in found
    assert "#EXT-X-SERVER-CONTROL" not in found
    assert "#EXT-X-START" not in found


def test_a_later_programme_says_how_many_came_before() -> None:
    found = tags(media_playlist(segments(9, 1), init_uri="i", sequence=9, discontinuity=2))
    assert found["#EXT-X-DISCONTINUITY-SEQUENCE"] == ["2"]


def test_the_date_is_said_once_and_again_only_where_the_wall_clock_jumped() -> None:
    before, after = segments(0, 5), segments(5, 5, wall_ms=1_700_003_600_000)
    found = tags(media_playlist(before + after, init_uri="i", sequence=0))
    assert found["#EXT-X-PROGRAM-DATE-TIME"] == [
        "2023-11-14T22:13:20.123Z",
        "2023-11-14T23:13:20.000Z",
    ]


def test_without_wall_times_no_date_is_said() -> None:
    found = tags(media_playlist(segments(0, 3, wall_ms=None), init_uri="i", sequence=0))
    assert "#EXT-X-PROGRAM-DATE-TIME" not in found


def test_a_segment_longer_than_the_target_is_refused() -> None:
    with pytest.raises(ValueError, match="longer than the target"):
        media_playlist([Segment("a", 2.51)], init_uri="i", sequence=0)


@given(
    st.integers(0, 10**9),
    st.lists(st.floats(0.32, 2.4), max_size=20),
    st.integers(0, 4 * 10**12),
    st.booleans(),
)
def test_any_playlist_keeps_the_rules(
    sequence: int, durations: list[float], wall_ms: int, ended: bool
) -> None:
    listed = [
        Segment(segment_name(PID, "aac", sequence + at), duration, wall_ms + at)
        for at, duration in enumerate(durations)
    ]
    playlist = media_playlist(
        listed, init_uri=init_name(PID, "aac"), sequence=sequence, ended=ended
    )
    found = tags(playlist)
    lines = playlist.splitlines()
    assert lines[0] == "#EXTM3U"
    (target,) = map(int, found["#EXT-X-TARGETDURATION"])
    for value in found.get("#EXTINF", []):
        assert re.fullmatch(r"\d+\.\d{5},", value)
        assert round(float(value[:-1])) <= target
    for value in found.get("#EXT-X-PROGRAM-DATE-TIME", []):
        datetime.datetime.fromisoformat(value)
    for name in ("#EXT-X-VERSION", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-MAP"):
        assert len(found[name]) == 1
    assert [line for line in lines if not line.startswith("#")] == [each.uri for each in listed]
    first = next((at for at, line in enumerate(lines) if line.startswith("#EXTINF")), len(lines))
    assert lines.index(f"#EXT-X-MAP:{found['#EXT-X-MAP'][0]}") < first


@given(st.integers(0, 10**14), st.sampled_from(["opus", "aac"]))
def test_names_of_segments_come_back(number: int, rendition: str) -> None:
    assert parse_segment_name(segment_name(PID, rendition, number)) == (PID, rendition, number)
    assert parse_segment_name(init_name(PID, rendition)) == (PID, rendition, None)


@pytest.mark.parametrize(
    "name",
    [
        "",
        "a-opus-.m4s",
        "a-opus-01.m4s",
        "a-opus--1.m4s",
        "a-opus-1.mp4",
        "a-opus-init.m4s",
        "../a-opus-1.m4s",
        "a-opus-1.m4s\n",
        "A-opus-1.m4s",
        "a-opus-٣.m4s",
        "a" * 33 + "-opus-1.m4s",
        "a-opus-" + "1" * 100 + ".m4s",
    ],
)
def test_names_that_are_not_ours_are_none(name: str) -> None:
    assert parse_segment_name(name) is None
