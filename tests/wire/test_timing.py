"""The sizes agree with each other."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rostra.wire import timing


def test_a_fragment_is_whole_frames_of_both_renditions_and_a_segment_whole_fragments() -> None:
    assert timing.FRAGMENT == 16 * timing.FRAME == 15 * timing.AAC_FRAME
    assert timing.SEGMENT == 4 * timing.FRAGMENT
    assert timing.seconds(timing.FRAGMENT) == 0.32
    assert timing.seconds(timing.SEGMENT) == 1.28


@given(st.integers(0, 10**12))
def test_seconds_written_with_three_digits_come_back_within_a_millisecond(media_time: int) -> None:
    written = f"{timing.seconds(media_time):.3f}"
    assert abs(timing.samples(float(written)) - media_time) <= timing.RATE // 1000


@given(st.integers(0, 10**12))
def test_every_sample_lies_in_its_segment(media_time: int) -> None:
    number = timing.segment_of(media_time)
    assert number * timing.SEGMENT <= media_time < (number + 1) * timing.SEGMENT
    boundary = timing.next_segment_start(media_time)
    assert boundary % timing.SEGMENT == 0
    assert media_time <= boundary < media_time + timing.SEGMENT
