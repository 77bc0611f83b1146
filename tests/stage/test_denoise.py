"""Noise suppression: quieter noise, the same voice, and never a step."""

from __future__ import annotations

import numpy as np
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


def test_switching_makes_no_step() -> None:
    tone = (0.3 * np.sin(2 * np.pi * 200 * np.arange(2 * RATE) / RATE)).astype(np.float32)
    switched = [(number // 10) % 2 == 1 for number in range(len(tone) // FRAME)]
    own = np.abs(np.diff(tone)).max()
    assert np.abs(np.diff(run(tone, switched))).max() < 2 * own


def test_nothing_of_before_is_heard_after_it_was_off() -> None:
    voice = decoded((VOICES / "ana.opus").read_bytes())[: 4 * RATE].reshape(-1, FRAME)
    quiet, left = np.zeros(FRAME, np.float32), []
    for last in range(100, 140):
        denoiser = Denoiser()
        for frame in voice[:last]:
            denoiser.process(frame, on=True)
        denoiser.process(voice[last], on=False)
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
    assert not denoiser.broken
