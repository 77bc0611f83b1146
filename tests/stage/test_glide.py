"""A delay that changes while somebody speaks: nothing breaks, nothing is heard twice."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from rostra.stage.glide import Glide
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]
MOST = 335


def run(sound: Pcm, late: list[bool]) -> tuple[Pcm, list[float]]:
    glide, out, delays = Glide(MOST), [], []
    for frame, wanted in zip(sound.reshape(-1, FRAME), late, strict=True):
        out.append(glide.take(frame, late=wanted))
        delays.append(glide.delay)
    return np.concatenate(out), delays


def test_it_goes_to_the_longest_delay_and_back_to_none_exactly() -> None:
    noise = np.random.default_rng(1).uniform(-1, 1, 200 * FRAME).astype(np.float32)
    heard, delays = run(noise, [50 <= number < 130 for number in range(200)])
    assert delays[49] == 0
    assert delays[129] == MOST
    assert delays[199] == 0
    assert np.array_equal(heard[: 50 * FRAME], noise[: 50 * FRAME])
    there = slice(100 * FRAME, 130 * FRAME)
    assert np.array_equal(heard[there], noise[there.start - MOST : there.stop - MOST])
    assert np.array_equal(heard[180 * FRAME :], noise[180 * FRAME :])


@pytest.mark.parametrize("hertz", [100.0, 1_000.0, 6_000.0])
def test_a_tone_on_the_way_is_the_same_tone_a_little_lower_and_as_loud(hertz: float) -> None:
    tone = (0.5 * np.sin(2 * np.pi * hertz * np.arange(60 * FRAME) / RATE)).astype(np.float32)
    heard, delays = run(tone, [number >= 10 for number in range(60)])
    moving = heard[12 * FRAME : 45 * FRAME]
    assert 0 < delays[12] < delays[44] < MOST
    places = np.flatnonzero((moving[:-1] < 0) & (moving[1:] >= 0))
    periods = (len(places) - 1) / (places[-1] - places[0]) * RATE
    assert periods == pytest.approx(hertz * (1 - 8 / FRAME), rel=1e-3)
    assert float(np.std(moving)) == pytest.approx(float(np.std(tone)), rel=0.01)


def test_it_forgets_what_was_said() -> None:
    glide = Glide(MOST)
    for _ in range(60):
        glide.take(np.ones(FRAME, np.float32), late=True)
    glide.forget()
    assert not glide.take(np.zeros(FRAME, np.float32), late=True).any()
    assert glide.delay == MOST
