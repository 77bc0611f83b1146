"""Loudness against FFmpeg's own meter (EBU R 128), and a gain that does not pump."""

from __future__ import annotations

import re
import subprocess
from importlib import resources
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from rostra.stage.levels import Meter
from rostra.stage.loudness import Leveller, Weighting
from rostra.stage.mixer import Blend, Limiter, total
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]


def frames(sound: Pcm) -> list[Pcm]:
    return [sound[at : at + FRAME] for at in range(0, len(sound) // FRAME * FRAME, FRAME)]


def voice(name: str, decibels: float) -> Pcm:
    with resources.as_file(resources.files("rostra.demo") / name) as path:
        sound = decoded(Path(path))[: 40 * RATE]
    return (sound * 10 ** (decibels / 20)).astype(np.float32)


def measured(sound: Pcm) -> tuple[float, float]:
    """What FFmpeg says of it: LUFS, and true peak in dBTP."""
    given = ["-f", "f32le", "-ar", str(RATE), "-ac", "1", "-i", "-", "-af", "ebur128=peak=true"]
    said = subprocess.run(
        ["ffmpeg", "-hide_banner", *given, "-f", "null", "-"], input=sound.astype("<f4").tobytes(),
        capture_output=True, check=True,
    ).stderr.decode()  # fmt: skip
    loud = re.findall(r"I:\s+(-?[\d.]+) LUFS", said)
    return float(loud[-1]), float(re.findall(r"Peak:\s+(-?[\d.]+) dBFS", said)[-1])


def integrated(sound: Pcm) -> float:
    return measured(sound)[0]


def mixed(voices: list[Pcm]) -> Pcm:
    """Seats' sound as the room mixes it: levelled, blended by how many talk, limited."""
    meters, levellers = [Meter() for _ in voices], [Leveller() for _ in voices]
    blend, limiter, out = Blend(), Limiter(), []
    for said in zip(*map(frames, voices), strict=True):
        for meter, frame in zip(meters, said, strict=True):
            meter.add(frame)
        own = {str(n): levellers[n].level(frame) for n, frame in enumerate(said)}
        talking = sum(meter.speaking for meter in meters)
        out.append(limiter.limit(total(blend.balanced(own, talking))))
    return np.concatenate(out)


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


@pytest.mark.process
def test_two_in_turn_of_whom_one_is_far_away_are_as_loud_as_one() -> None:
    turn = (np.arange(30 * RATE) // (5 * RATE)) % 2
    voices = [voice("ana.opus", -9)[: 30 * RATE], voice("ben.opus", 3)[: 30 * RATE]]
    loud, peak = measured(mixed([said * (turn == n) for n, said in enumerate(voices)]))
    assert loud == pytest.approx(-16, abs=1)
    assert peak <= -1


@pytest.mark.process
def test_three_at_once_are_as_loud_as_one() -> None:
    ana, ben = voice("ana.opus", 0)[: 30 * RATE], voice("ben.opus", -6)[: 30 * RATE]
    loud, peak = measured(mixed([ana, ben, np.roll(ana, 7 * RATE)]))
    assert loud == pytest.approx(-16, abs=1)
    assert peak <= -1


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
