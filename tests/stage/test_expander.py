"""Pauses turned down, and never a word: loud and soft frames in, their levels out."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from rostra.stage.expander import Expander
from rostra.stage.levels import decibels
from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]


def sound(level: float, frames: int, seed: int = 1) -> list[Pcm]:
    """Noise at so many dBFS."""
    noise = np.random.default_rng(seed).normal(0, 10 ** (level / 20), (frames, FRAME))
    return list(noise.astype(np.float32))


def heard(expander: Expander, frames: list[Pcm]) -> Pcm:
    return np.concatenate([expander.turn_down(frame) for frame in frames])


def test_a_voice_passes_as_it_is() -> None:
    frames = sound(-20, 100)
    expander = Expander()
    assert all(expander.turn_down(frame) is frame for frame in frames)


def test_what_is_far_below_a_voice_becomes_quieter_by_twelve_decibels() -> None:
    expander = Expander()
    heard(expander, sound(-20, 50))
    pause = heard(expander, sound(-36, 100))
    assert -49 < decibels(pause[-50 * FRAME :]) < -47


def test_what_is_a_little_below_a_voice_is_left_alone() -> None:
    expander = Expander()
    heard(expander, sound(-20, 50))
    assert abs(decibels(heard(expander, sound(-25, 100))) + 25) < 0.5


def test_the_end_of_a_word_is_left_alone_and_its_beginning_is_whole() -> None:
    expander = Expander()
    heard(expander, sound(-20, 50))
    end = heard(expander, sound(-40, 5))
    assert abs(decibels(end) + 40) < 0.5
    heard(expander, sound(-40, 100))
    start = heard(expander, sound(-22, 1))
    assert abs(decibels(start[96:]) + 22) < 0.5  # 2 ms after it began
    assert abs(float(start[0])) < 0.3 * float(np.abs(sound(-22, 1)[0]).max())


def test_its_gain_makes_no_step() -> None:
    expander, tone = Expander(), np.float32(0.1)
    steady = np.full(FRAME, tone)
    loud, quiet = [steady] * 30, [steady * np.float32(0.1)] * 30
    heard(expander, loud)
    falling = heard(expander, quiet)
    assert float(np.abs(np.diff(falling)).max()) < 1e-5
    assert falling[-1] < 0.3 * quiet[0][0]


def test_nothing_is_turned_down_before_somebody_spoke() -> None:
    expander = Expander()
    assert abs(decibels(heard(expander, sound(-60, 200))) + 60) < 0.5


def test_a_softer_voice_is_not_turned_down_for_long() -> None:
    expander = Expander()
    heard(expander, sound(-15, 50))
    softer = heard(expander, sound(-28, 50 * 60))
    assert decibels(softer[: 50 * FRAME]) < -30
    assert abs(decibels(softer[-50 * FRAME :]) + 28) < 0.5


def test_silence_stays_silent() -> None:
    expander = Expander()
    heard(expander, sound(-20, 50))
    assert not heard(expander, [np.zeros(FRAME, np.float32)] * 20).any()
