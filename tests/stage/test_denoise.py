"""Noise suppression: quieter noise, the same voice, and never a step."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

from rostra.node.demo import VOICES
from rostra.stage.denoise import DELAY, Denoiser
from rostra.stage.levels import decibels
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

Pcm = np.ndarray


def run(sound: Pcm, switched: list[bool] | None = None) -> Pcm:
    denoiser = Denoiser()
    frames = sound[: len(sound) // FRAME * FRAME].astype(np.float32).reshape(-1, FRAME)
    on = switched or [True] * len(frames)
    return np.concatenate(
        [denoiser.process(f, on=state) for f, state in zip(frames, on, strict=True)]
    )


def hiss(seconds: float, level: float) -> Pcm:
    noise = np.random.default_rng(3).normal(0, 1, int(seconds * RATE))
    return (noise * 10 ** (level / 20)).astype(np.float32)


def test_a_steady_noise_becomes_much_quieter() -> None:
    noise = hiss(6, -40)
    assert decibels(noise[-RATE:]) - decibels(run(noise)[-RATE:]) > 10


def test_a_voice_without_noise_keeps_its_sound() -> None:
    voice = decoded((VOICES / "ana.opus").read_bytes())[: 10 * RATE]
    cleaned = run(voice)[DELAY:]
    said = voice[: len(cleaned)]
    assert abs(decibels(cleaned) - decibels(said)) < 2.5
    spectrum = [np.abs(np.fft.rfft(x[: 8 * RATE].reshape(-1, FRAME))) for x in (said, cleaned)]
    assert np.corrcoef(*(np.log10(s.mean(0)[4:160] + 1e-6) for s in spectrum))[0, 1] > 0.99


def test_off_is_exactly_what_was_said() -> None:
    noise = hiss(0.2, -30)
    assert np.array_equal(run(noise, [False] * 10), noise)


def test_the_delay_is_the_library_s_own_to_the_sample() -> None:
    voice = decoded((VOICES / "ana.opus").read_bytes())[: 10 * RATE]
    size = 1 << 20
    alike = np.fft.rfft(run(voice), size) * np.conj(np.fft.rfft(voice, size))
    assert int(np.argmax(np.fft.irfft(alike, size))) == DELAY
    # The same for every part of a voice, or the way past the library would comb with it.
    hertz = np.fft.rfftfreq(size, 1 / RATE)
    for low, high in ((100, 400), (400, 1_600), (1_600, 6_000)):
        band = np.where((hertz >= low) & (hertz < high), alike, 0)
        assert abs(int(np.argmax(np.fft.irfft(band, size))) - DELAY) <= 4


TURNS = [100 <= number < 220 for number in range(340)]  # off, on, off


def test_switching_makes_no_step() -> None:
    tone = (0.3 * np.sin(2 * np.pi * 200 * np.arange(4 * RATE) / RATE)).astype(np.float32)
    own = np.abs(np.diff(tone)).max()
    for ticks in (5, 30, 60):  # also before the last switch is done
        switched = [(number // ticks) % 2 == 1 for number in range(len(tone) // FRAME)]
        assert np.abs(np.diff(run(tone, switched))).max() < 1.05 * own


@pytest.mark.parametrize("hertz", [71.6, 214.9, 501.5, 1_074.6, 3_080.6])
def test_no_tone_is_lost_while_it_is_switched(hertz: float) -> None:
    """Each would be, if what is faded into each other were 7 ms apart."""
    clock = np.arange(len(TURNS) * FRAME) / RATE
    # In syllables: a steady tone is noise to the library.
    tone = 0.3 * np.sin(2 * np.pi * hertz * clock) * (1 + 0.8 * np.sin(2 * np.pi * 4 * clock)) / 2
    heard, plain = run(tone, TURNS), run(tone, [False] * len(TURNS))
    period = round(RATE / 4) // FRAME
    levels = [
        decibels(heard[at : at + period * FRAME]) - decibels(plain[at : at + period * FRAME])
        for at in range(80 * FRAME, len(heard) - period * FRAME, FRAME)
    ]
    settled = decibels(heard[190 * FRAME : 215 * FRAME]) - decibels(
        plain[190 * FRAME : 215 * FRAME]
    )
    assert min(levels) > min(0.0, settled) - 1.5


def test_a_click_is_heard_once_whenever_it_is_switched() -> None:
    for number in range(98, 290, 3):
        said = np.zeros(len(TURNS) * FRAME, np.float32)
        at = number * FRAME + FRAME // 2
        said[at] = 0.5
        power = run(said, TURNS)[at - FRAME : at + 2 * FRAME] ** 2
        first = int(np.argmax(power))
        beside = np.r_[power[: max(0, first - 96)], power[first + 96 :]]
        assert FRAME <= first <= FRAME + DELAY + 2
        assert beside.sum() < 0.02 * power.sum(), number


def test_it_is_as_it_was_after_it_was_on() -> None:
    noise = hiss(len(TURNS) * FRAME / RATE, -30)
    heard = run(noise, TURNS)
    assert np.array_equal(heard[: 100 * FRAME], noise[: 100 * FRAME])
    assert np.array_equal(heard[265 * FRAME :], noise[265 * FRAME :])


def test_nothing_of_before_is_heard_once_it_is_forgotten() -> None:
    voice = decoded((VOICES / "ana.opus").read_bytes())[: 4 * RATE].reshape(-1, FRAME)
    quiet, left = np.zeros(FRAME, np.float32), []
    for last in range(100, 140):
        denoiser = Denoiser()
        for frame in voice[:last]:
            denoiser.process(frame, on=True)
        denoiser.process(voice[last], on=last % 2 == 0)
        denoiser.forget()
        left.append(float(np.abs(denoiser.process(quiet, on=True)).max()))
    assert max(left) < 0.005


def test_silence_stays_silent() -> None:
    assert np.abs(run(np.zeros(RATE, np.float32))).max() < 1e-4


frames = arrays.arrays(np.float32, FRAME, elements=st.floats(-1, 1, width=32))


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(frames, st.booleans()), min_size=1, max_size=4))
def test_whatever_comes_in_what_goes_out_is_sound(said: list[tuple[Pcm, bool]]) -> None:
    denoiser = Denoiser()
    for frame, on in said:
        heard = denoiser.process(frame, on=on)
        assert heard.shape == (FRAME,)
        assert np.isfinite(heard).all()
        assert np.abs(heard).max() <= 1.01
