"""The renditions: whole fragments at the same media times, of the rate that was asked for."""

from __future__ import annotations

import subprocess
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt
import pytest

from rostra.programme.encoder import Fragmenter, frame_encoder, silent_frames
from rostra.testing.decode import decoded
from rostra.wire.cmaf import AacTrack, fragment, init_segment
from rostra.wire.timing import FRAGMENT, FRAME, RATE

Pcm = npt.NDArray[np.float32]
BITRATE = {"opus": 24_000, "aac": 48_000}
FRAMES = {"opus": 16, "aac": 15}


def fragments(rendition: str, sound: Pcm) -> list[list[bytes]]:
    fragmenter = Fragmenter(frame_encoder(rendition, BITRATE[rendition]))
    full = [fragmenter.add(frame) for frame in sound.reshape(-1, FRAME)]
    return [frames for frames in full if frames is not None]


@pytest.mark.parametrize("rendition", ["opus", "aac"])
def test_every_sixteenth_tick_gives_a_whole_fragment(rendition: str) -> None:
    fragmenter = Fragmenter(frame_encoder(rendition, BITRATE[rendition]))
    silence = np.zeros(FRAME, np.float32)
    full = [fragmenter.add(silence) for _ in range(96)]
    assert [at for at, frames in enumerate(full, 1) if frames] == [16, 32, 48, 64, 80, 96]
    assert {len(frames) for frames in full if frames} == {FRAMES[rendition]}


@pytest.mark.parametrize("rendition", ["opus", "aac"])
def test_what_was_begun_can_be_dropped(rendition: str) -> None:
    fragmenter = Fragmenter(frame_encoder(rendition, BITRATE[rendition]))
    silence = np.zeros(FRAME, np.float32)
    for _ in range(21):
        fragmenter.add(silence)
    fragmenter.drop()
    full = [fragmenter.add(silence) for _ in range(16)]
    assert [bool(frames) for frames in full] == [False] * 15 + [True]


@pytest.mark.parametrize("rendition", ["opus", "aac"])
def test_a_click_is_heard_where_it_was_made(rendition: str) -> None:
    sound = np.zeros(FRAGMENT * 10, np.float32)
    at = FRAGMENT * 5 + 1_234
    sound[at : at + 48] = 0.8
    encoder = frame_encoder(rendition, BITRATE[rendition])
    file = init_segment(encoder.track())
    for number, frames in enumerate(fragments(rendition, sound)):
        file += fragment(number + 1, number * FRAGMENT, frames, encoder.samples)
    heard = decoded(file)
    # FFmpeg skips what Opus declares; the index tells of AAC's delay, no player knows of it.
    late = encoder.track().priming if rendition == "aac" else 0
    peak = int(np.argmax(np.abs(heard)))
    assert abs(peak - at - 24 - late) < 50


@pytest.mark.parametrize("rendition", ["opus", "aac"])
def test_sound_comes_back_at_its_declared_place_to_a_sample(rendition: str) -> None:
    count = FRAGMENT * 12
    spectrum = np.fft.rfft(np.random.default_rng(5).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / RATE)
    spectrum[(hertz < 200) | (hertz > 3_400)] = 0  # as wide as a voice
    noise = np.fft.irfft(spectrum, count)
    sound = (0.2 * noise / noise.std()).clip(-0.9, 0.9).astype(np.float32)
    encoder = frame_encoder(rendition, BITRATE[rendition])
    file = init_segment(encoder.track())
    for number, frames in enumerate(fragments(rendition, sound)):
        file += fragment(number + 1, number * FRAGMENT, frames, encoder.samples)
    heard = decoded(file)
    size = 2 * count  # as long as both together: nothing wraps
    both = np.fft.rfft(heard, size) * np.conj(np.fft.rfft(sound, size))
    lag = int(np.argmax(np.fft.irfft(both, size)))
    declared = encoder.track().priming if rendition == "aac" else 0  # FFmpeg skips Opus' own
    assert (lag - declared + 1) % size <= 2


@pytest.mark.parametrize("rendition", ["opus", "aac"])
def test_silence_is_the_same_in_every_packet_and_decodes_to_nothing(rendition: str) -> None:
    frames = silent_frames(rendition, BITRATE[rendition])
    assert len(frames) == FRAMES[rendition]
    encoder = frame_encoder(rendition, BITRATE[rendition])
    file = init_segment(encoder.track()) + fragment(1, 0, frames, encoder.samples)
    assert float(np.abs(decoded(file)).max()) < 0.001


def spoken(folder: Path) -> Pcm:
    """Half a minute of a synthetic voice."""
    text = "Good evening and welcome to the town hall. Tonight we speak about the harbour. " * 7
    wav = folder / "voice.wav"
    subprocess.run(["espeak-ng", "-w", str(wav), "-s", "150", text], check=True)
    sound = decoded(wav)
    return sound[: len(sound) - len(sound) % FRAGMENT]


def test_speech_costs_what_was_asked_for(tmp_path: Path) -> None:
    sound = spoken(tmp_path)
    seconds = len(sound) / RATE
    cost = {
        name: sum(len(packet) for frames in fragments(name, sound) for packet in frames) * 8
        for name in BITRATE
    }
    assert cost["opus"] / seconds == pytest.approx(24_000, rel=0.01)
    assert 40_000 < cost["aac"] / seconds < 52_000


def test_the_aac_of_ours_is_aac_for_others() -> None:
    track = frame_encoder("aac", 48_000).track()
    other = av.CodecContext.create("aac", "r")
    assert isinstance(track, AacTrack)
    other.extradata = track.config
    frames = [
        out for packet in silent_frames("aac", 48_000) for out in other.decode(av.Packet(packet))
    ]
    assert {(out.sample_rate, out.layout.name, out.samples) for out in frames} == {
        (RATE, "mono", 1_024)
    }
