"""Loudness against FFmpeg's own meter (EBU R 128), and a gain that does not pump."""

from __future__ import annotations

import re
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rostra.stage.loudness import Leveller, Weighting
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]


def frames(sound: Pcm) -> list[Pcm]:
    return [sound[at : at + FRAME] for at in range(0, len(sound) // FRAME * FRAME, FRAME)]


def voice(name: str, decibels: float) -> Pcm:
    with resources.as_file(resources.files("rostra.demo") / name) as path:
        sound = decoded(Path(path))[: 40 * RATE]
    return (sound * 10 ** (decibels / 20)).astype(np.float32)


def integrated(sound: Pcm) -> float:
    """What FFmpeg says of it, in LUFS."""
    given = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-af", "ebur128", "-f", "null"]
    said = subprocess.run(
        ["ffmpeg", "-hide_banner", *given, "-"], input=sound.astype("<f4").tobytes(),
        capture_output=True, check=True,
    ).stderr.decode()  # fmt: skip
    return float(re.findall(r"I:\s+(-?[\d.]+) LUFS", said)[-1])


@pytest.mark.process
@pytest.mark.parametrize("hertz", [100.0, 1_000.0, 6_000.0])
def test_a_steady_tone_is_as_loud_as_ffmpeg_says(hertz: float) -> None:
    tone = (0.1 * np.sin(2 * np.pi * hertz * np.arange(5 * RATE) / RATE)).astype(np.float32)
    weighting = Weighting()
    told = [weighting.loudness(frame) for frame in frames(tone)][5:]
    assert told == pytest.approx([integrated(tone)] * len(told), abs=0.5)


@pytest.mark.process
@pytest.mark.parametrize("name", ["ana.opus", "ben.opus"])
@pytest.mark.parametrize("decibels", [-12.0, 0.0, 6.0])
def test_a_voice_is_brought_to_sixteen(name: str, decibels: float) -> None:
    leveller = Leveller()
    heard = np.concatenate([leveller.level(frame) for frame in frames(voice(name, decibels))])
    assert integrated(heard[-30 * RATE :]) == pytest.approx(-16, abs=1)


def test_the_gain_stays_in_pauses_and_never_pumps() -> None:
    leveller = Leveller()
    gains = []
    noise = np.random.default_rng(1).normal(0, 0.0005, FRAME).astype(np.float32)
    for frame in frames(voice("ana.opus", -12)):
        leveller.level(frame)
        gains.append(leveller.gain)
    for _ in range(500):
        leveller.level(noise)
        gains.append(leveller.gain)
    assert len(set(gains[-500:])) == 1
    settled = gains[250:]  # after five seconds
    assert max(settled) - min(settled) <= 3


def test_silence_and_hum_are_not_made_louder() -> None:
    leveller = Leveller()
    hum = (0.0005 * np.sin(2 * np.pi * 50 * np.arange(FRAME) / RATE)).astype(np.float32)
    for _ in range(500):
        leveller.level(np.zeros(FRAME, np.float32))
        leveller.level(hum)
    assert leveller.gain == 0
