"""A period more or less: the length changes, the wave does not break."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.stage.stretch import LONGEST, SHORTEST, is_silent, lengthened, shortened
from rostra.wire.timing import RATE

Pcm = npt.NDArray[np.float32]


def tone(hertz: float, count: int) -> Pcm:
    return (0.3 * np.sin(2 * np.pi * hertz * np.arange(count) / RATE)).astype(np.float32)


@settings(max_examples=100, deadline=None)
@given(hertz=st.floats(101, 2_000), count=st.integers(2 * LONGEST, 4_000))
def test_a_tone_stays_a_tone(hertz: float, count: int) -> None:
    before = tone(hertz, count)
    step = float(np.abs(np.diff(before)).max())
    for after, sign in ((shortened(before), -1), (lengthened(before), 1)):
        change = sign * (len(after) - len(before))
        assert SHORTEST <= change <= LONGEST
        assert float(np.abs(np.diff(after)).max()) <= 1.05 * step
        assert after.dtype == np.float32
        assert after[[0, -1]] == pytest.approx(before[[0, -1]], abs=step)


def test_noise_is_left_alone_unless_it_must_be_shorter() -> None:
    noise = np.random.default_rng(1).normal(0, 0.1, 1_920).astype(np.float32)
    assert np.array_equal(shortened(noise), noise)
    assert np.array_equal(lengthened(noise), noise)
    assert len(shortened(noise, anyway=True)) == len(noise) - LONGEST


def test_silence_may_lose_or_gain_anything() -> None:
    silence = np.zeros(960, np.float32)
    assert is_silent(silence)
    assert len(shortened(silence)) == 960 - LONGEST
    assert len(lengthened(silence)) == 960 + LONGEST
    assert not is_silent(tone(200, 960))


def test_too_little_sound_is_left_alone() -> None:
    short = tone(300, 2 * LONGEST - 1)
    assert len(shortened(short, anyway=True)) == len(lengthened(short)) == len(short)
