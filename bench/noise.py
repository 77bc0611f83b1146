"""Noise suppression: how much of the noise goes, and what it does to the voice.

Six voices (four of espeak-ng, English and French, women and men, each with a text of its own, and
the demo's two), each in the babble of 6 and of 24 others and in a steady hiss, 10 dB below it, with
three seeds. `better_db` is how much the ratio of frames with speech to frames of pauses grows: what
a listener hears of it; pauses end 40 ms before speech and begin 40 ms after it.

What is left of the words, from 0 to 1, before and after: ESTOI (Jensen and Taal 2016), STOI (Taal
2011). `si_sdr_db` (Le Roux 2019) and `segmental_snr_db` (frames with speech, each within -10 to
35 dB) compare the wave itself with the voice's, and show what the suppressor takes of the voice as
well as of the noise. `clean` is the same of the voice without any noise. Every figure is the median
of all cases, and the worst.
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt
from pystoi import stoi

from bench.people import CAST, crowd, demo, spoken
from bench.rig import arguments, report
from rostra.stage.denoise import DELAY, Denoiser
from rostra.wire.timing import FRAME, RATE

Floats = npt.NDArray[np.float64]
Mask = npt.NDArray[np.bool_]
Figures = dict[str, float]

_SECONDS = 12.0
_BELOW = 10.0  # dB
_SEEDS = (1, 2, 3)
_FEW, _MANY = 6, 24  # who babble
_LOUDEST = 0.9  # of full scale
_SPEECH = 1e-3  # of the loudest frame's power
_NEAR = 2  # frames
_WORST, _BEST = -10.0, 35.0  # dB: limits of the segmental SNR
_SWITCHING = 60  # frames until it is on
_LOSSES = ("estoi", "stoi", "si_sdr_db", "segmental_snr_db")


def _power(sound: Floats) -> Floats:
    return np.asarray(np.mean(sound[: len(sound) // FRAME * FRAME].reshape(-1, FRAME) ** 2, axis=1))


def _hiss(seconds: float, seed: int) -> Floats:
    noise = np.random.default_rng(seed).normal(0, 1, round(seconds * RATE))
    return np.convolve(noise, np.ones(8) / 8, "same")


def _cleaned(sound: Floats) -> tuple[Floats, float]:
    """The sound without its noise, in its place again; CPU in ms for 20 ms of it."""
    denoiser = Denoiser()
    frames = sound.astype(np.float32).reshape(-1, FRAME)
    for _ in range(_SWITCHING):  # it is switched on before anybody says anything
        denoiser.process(np.zeros(FRAME, np.float32), on=True)
    began = time.process_time()
    heard = np.concatenate([denoiser.process(frame, on=True) for frame in frames])
    used = 1000 * (time.process_time() - began) / len(frames)
    return np.append(heard[DELAY:], np.zeros(DELAY)).astype(np.float64), used


def _places(voice: Floats) -> tuple[Mask, Mask]:
    """Which frames are speech, and which are pauses."""
    power = _power(voice)
    speech = power > power.max() * _SPEECH
    return speech, ~np.convolve(speech, np.ones(2 * _NEAR + 1), "same").astype(bool)


def _ratio(sound: Floats, speech: Mask, pause: Mask) -> float:
    power = _power(sound)
    return float(10 * np.log10(power[speech].mean() / power[pause].mean()))


def _si_sdr(voice: Floats, heard: Floats) -> float:
    wanted = voice * (heard @ voice) / (voice @ voice)
    return float(10 * np.log10((wanted @ wanted) / np.sum((heard - wanted) ** 2)))


def _segmental_snr(voice: Floats, heard: Floats, speech: Mask) -> float:
    heard = heard * (heard @ voice) / (heard @ heard)  # as loud as fits best
    ratio = _power(voice)[speech] / np.maximum(_power(heard - voice)[speech], 1e-20)
    return float(np.clip(10 * np.log10(ratio), _WORST, _BEST).mean())


def _left(voice: Floats, heard: Floats, speech: Mask) -> Figures:
    """What of the voice is in what is heard, by every measure."""
    return {
        "estoi": float(stoi(voice, heard, RATE, extended=True)),
        "stoi": float(stoi(voice, heard, RATE)),
        "si_sdr_db": _si_sdr(voice, heard),
        "segmental_snr_db": _segmental_snr(voice, heard, speech),
    }


def _case(voice: Floats, noise: Floats) -> Figures:
    speech, pause = _places(voice)
    noise = noise * np.sqrt(
        _power(voice)[speech].mean() / _power(noise).mean() / 10 ** (_BELOW / 10)
    )
    mixed = voice + noise
    scale = _LOUDEST / np.abs(mixed).max()
    mixed, voice = mixed * scale, voice * scale
    cleaned, used = _cleaned(mixed)
    before, after = _left(voice, mixed, speech), _left(voice, cleaned, speech)
    return {
        "better_db": _ratio(cleaned, speech, pause) - _ratio(mixed, speech, pause),
        "cpu_ms_for_20_ms": used,
        **{f"{name}_before": before[name] for name in _LOSSES},
        **{f"{name}_after": after[name] for name in _LOSSES},
        **{f"{name}_change": after[name] - before[name] for name in _LOSSES},
    }


def _clean(voice: Floats) -> Figures:
    return _left(voice, _cleaned(voice)[0], _places(voice)[0])


def _summed_up(cases: list[Figures]) -> dict[str, Any]:
    """Median and worst of every figure: the least, but of CPU the most."""
    found: dict[str, Any] = {"cases": len(cases)}
    for name in cases[0]:
        values = [case[name] for case in cases]
        worst = max(values) if name.startswith("cpu") else min(values)
        found[name] = round(float(np.median(values)), 3)
        found[f"{name}_worst"] = round(worst, 3)
    return found


def main() -> None:
    """Every voice in every noise, and without any."""
    arguments(str(__doc__))
    began = time.process_time()
    voices = [spoken(person, _SECONDS) for person in CAST.values()]
    voices += [demo(name, _SECONDS) for name in ("ana", "ben")]
    noises: dict[str, Callable[[int], Floats]] = {
        "babble": lambda seed: crowd(_FEW, _SECONDS, seed),
        "many": lambda seed: crowd(_MANY, _SECONDS, seed),
        "hiss": lambda seed: _hiss(_SECONDS, seed),
    }
    figures: dict[str, Any] = {}
    for name, noise in noises.items():
        made = [noise(seed) for seed in _SEEDS]
        figures[name] = _summed_up([_case(*pair) for pair in itertools.product(voices, made)])
    figures["clean"] = _summed_up([_clean(voice) for voice in voices])
    figures["cpu_s"] = round(time.process_time() - began)
    report("noise", figures)


if __name__ == "__main__":
    main()
