"""Noise suppression: how much of the noise goes, and what it does to the voice.

A demo voice, with noise 10 dB below it: babble (24 voices at once, made of the two demo voices at
other speeds and places) or a steady hiss. `better_db` is how much the ratio of frames with speech
to frames of pauses grows: what a listener hears of it; pauses end 40 ms before speech and begin 40
ms after it. `estoi` (Jensen and Taal 2016) says how much of the words is left, from 0 to 1, before
and after; `clean_stoi` (Taal 2011) what is left of a voice without any noise.
"""

from __future__ import annotations

import time
from typing import Any

import numpy as np
import numpy.typing as npt
from pystoi import stoi

from bench.rig import arguments, report
from rostra.node.demo import VOICES
from rostra.stage.denoise import DELAY, Denoiser
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

Floats = npt.NDArray[np.float64]

_SECONDS = 30
_BELOW = 10.0  # dB
_VOICES = 24
_SPEECH = 1e-3  # of the loudest frame's power
_NEAR = 2  # frames


def _voice(name: str) -> Floats:
    return decoded((VOICES / f"{name}.opus").read_bytes()).astype(np.float64)


def _power(sound: Floats) -> Floats:
    return np.mean(sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1)


def _babble(length: int) -> Floats:
    dice, babble = np.random.default_rng(5), np.zeros(length)
    voices = [_voice("ana"), _voice("ben")]
    for number in range(_VOICES):
        voice = np.roll(voices[number % 2], int(dice.integers(len(voices[number % 2]))))
        at = np.arange(0, len(voice) - 1, dice.uniform(0.8, 1.25))
        babble += np.resize(np.interp(at, np.arange(len(voice)), voice), length)
    return babble


def _hiss(length: int) -> Floats:
    return np.convolve(np.random.default_rng(6).normal(0, 1, length), np.ones(8) / 8, "same")


def _cleaned(sound: Floats) -> tuple[Floats, float]:
    """The sound without its noise, in its place again; CPU in ms for 20 ms of it."""
    denoiser, began = Denoiser(), time.process_time()
    frames = sound.astype(np.float32).reshape(-1, FRAME)
    heard = np.concatenate([denoiser.process(frame, on=True) for frame in frames])
    used = 1000 * (time.process_time() - began) / len(frames)
    return np.append(heard[DELAY:], np.zeros(DELAY)).astype(np.float64), used


def _judged(voice: Floats, noise: Floats) -> dict[str, float]:
    power = _power(voice)
    speech = power > power.max() * _SPEECH
    pause = ~np.convolve(speech, np.ones(2 * _NEAR + 1), "same").astype(bool)
    noise = noise * np.sqrt(power[speech].mean() / _power(noise).mean() / 10 ** (_BELOW / 10))
    mixed = voice + noise
    scale = 0.9 / np.abs(mixed).max()
    mixed, voice = mixed * scale, voice * scale
    cleaned, used = _cleaned(mixed)
    before, after = _power(mixed), _power(cleaned)
    ratio = (after[speech].mean() / after[pause].mean()) / (
        before[speech].mean() / before[pause].mean()
    )
    return {
        "better_db": round(float(10 * np.log10(ratio)), 1),
        "estoi_before": round(float(stoi(voice, mixed, RATE, extended=True)), 3),
        "estoi_after": round(float(stoi(voice, cleaned, RATE, extended=True)), 3),
        "stoi_before": round(float(stoi(voice, mixed, RATE)), 3),
        "stoi_after": round(float(stoi(voice, cleaned, RATE)), 3),
        "cpu_ms_for_20_ms": round(used, 3),
    }


def main() -> None:
    """Both noises, and no noise."""
    arguments(str(__doc__))
    voice = _voice("ana")[: _SECONDS * RATE]
    figures: dict[str, Any] = {
        "babble": _judged(voice, _babble(len(voice))),
        "hiss": _judged(voice, _hiss(len(voice))),
        "clean_stoi": round(float(stoi(voice, _cleaned(voice)[0], RATE)), 3),
    }
    report("noise", figures)


if __name__ == "__main__":
    main()
