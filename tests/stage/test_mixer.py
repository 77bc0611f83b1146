"""Sums, the mix without oneself, and a ceiling that holds."""

from __future__ import annotations

import itertools

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rostra.stage.levels import Meter, decibels, level
from rostra.stage.mixer import CEILING, SILENCE, Blend, Limiter, total
from rostra.wire.timing import FRAME


def frame(value: float) -> np.ndarray:
    return np.full(FRAME, value, np.float32)


def test_the_mix_is_the_sum() -> None:
    mixed = total({"a": frame(0.25), "b": frame(-0.5), "c": frame(0.125)})
    assert np.array_equal(mixed, frame(-0.125))


def test_nobody_makes_silence_and_leaves_it_so() -> None:
    mixed = total({})
    mixed += 1
    assert not SILENCE.any()


@pytest.mark.parametrize("voices", [1, 2, 4, 13])
def test_many_voices_together_are_as_loud_as_one(voices: int) -> None:
    chance, blend = np.random.default_rng(1), Blend()
    power = []
    for _ in range(100):
        said = {str(n): chance.normal(0, 0.1, FRAME).astype(np.float32) for n in range(voices)}
        power.append(decibels(total(blend.balanced(said, voices))))
    assert np.mean(power[50:]) == pytest.approx(-20, abs=0.3)


def test_one_voice_is_left_as_it_is_and_none_jumps_when_another_begins() -> None:
    blend, one = Blend(), frame(0.5)
    assert blend.balanced({"a": one}, 1)["a"] is one
    sound = np.concatenate([blend.balanced({"a": one}, talking)["a"] for talking in (1, 2, 2, 1)])
    assert float(np.abs(np.diff(sound)).max()) < 1e-4


def test_quiet_sound_passes_untouched() -> None:
    quiet = frame(0.5)
    assert Limiter().limit(quiet) is quiet


@settings(max_examples=50, deadline=None)
@given(st.lists(st.floats(0, 13), min_size=1, max_size=40), st.integers(0, 1_000))
def test_no_sample_passes_the_ceiling(loudness: list[float], seed: int) -> None:
    chance, limiter = np.random.default_rng(seed), Limiter()
    for peak in loudness:
        sound = (chance.uniform(-1, 1, FRAME) * peak).astype(np.float32)
        assert float(np.abs(limiter.limit(sound)).max()) <= CEILING + 1e-6


def test_the_true_peak_stays_below_minus_one_decibel() -> None:
    chance, limiter = np.random.default_rng(5), Limiter()
    sound = np.concatenate(
        [limiter.limit((chance.standard_normal(FRAME) * 0.8).astype(np.float32)) for _ in range(50)]
    )
    # Band-limited as microphones are, then looked at between its samples.
    spectrum = np.fft.rfft(sound)
    spectrum[len(spectrum) // 3 :] = 0
    smooth = np.fft.irfft(np.concatenate((spectrum, np.zeros(len(spectrum) * 3)))) * 4
    assert float(np.abs(smooth).max()) < 10 ** (-1 / 20)


def test_the_gain_comes_back_after_a_shout() -> None:
    limiter = Limiter()
    limiter.limit(frame(4.0))
    gains = [float(limiter.limit(frame(0.5))[-1]) / 0.5 for _ in range(200)]
    assert gains[0] < 0.3
    assert all(one <= other for one, other in itertools.pairwise(gains))
    assert gains[-1] > 0.95


@pytest.mark.parametrize(
    ("power", "shown"), [(-120, 0), (-54, 0), (-53, 1), (-40, 3), (-20, 7), (-9, 9), (0, 9)]
)
def test_levels_go_from_silent_to_very_loud(power: float, shown: int) -> None:
    assert level(power) == shown


def test_power_is_told_in_decibels_of_full_scale() -> None:
    assert decibels(frame(1.0)) == pytest.approx(0.0, abs=0.01)
    assert decibels(frame(0.1)) == pytest.approx(-20.0, abs=0.01)
    assert decibels(SILENCE) == -120.0


def test_a_click_is_not_speech_and_a_breath_does_not_end_it() -> None:
    meter = Meter()
    meter.add(frame(0.3))
    assert not meter.speaking
    for _ in range(5):
        meter.add(frame(0.3))
    assert meter.speaking
    for _ in range(20):
        meter.add(None)
    assert meter.speaking
    for _ in range(10):
        meter.add(None)
    assert not meter.speaking


def test_the_level_is_the_loudest_since_it_was_last_asked() -> None:
    meter = Meter()
    for value in (0.01, 0.5, 0.01):
        meter.add(frame(value))
    assert meter.take_level() == 9
    assert meter.take_level() == 0


def test_the_noise_of_a_room_is_not_audible_and_a_voice_is_at_once() -> None:
    meter = Meter()
    meter.add(frame(0.001))
    assert not meter.audible
    meter.add(frame(0.05))
    assert meter.audible
