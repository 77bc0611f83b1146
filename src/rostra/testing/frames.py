"""A few seconds of really coded sound for tests that need a decoder to be content."""

from __future__ import annotations

from fractions import Fraction
from typing import Any, NamedTuple

import av
import numpy as np

from rostra.wire.cmaf import AacTrack, OpusTrack, Track
from rostra.wire.timing import AAC_FRAME, FRAME, RATE

OPUS_BITRATE = 24_000
AAC_BITRATE = 48_000


class Coded(NamedTuple):
    """Coded frames and the track that they belong to."""

    track: Track
    frames: list[bytes]


def opus_sine(frames: int, hertz: float = 440.0) -> Coded:
    """`frames` Opus frames of a sine, 24 kbit/s constant: 60 bytes each."""
    options = {"vbr": "off", "frame_duration": "20", "application": "audio"}
    coder = _coder("libopus", OPUS_BITRATE, options)
    coded = _coded(coder, frames, FRAME, "flt", hertz)
    return Coded(OpusTrack(sample_size=len(coded[0])), coded)


def aac_sine(frames: int, hertz: float = 440.0) -> Coded:
    """`frames` AAC-LC frames of a sine."""
    coder = _coder("aac", AAC_BITRATE, {})
    coded = _coded(coder, frames, AAC_FRAME, "fltp", hertz)
    return Coded(AacTrack(config=bytes(coder.extradata)), coded)


def _coder(name: str, bitrate: int, options: dict[str, str]) -> Any:
    coder: Any = av.CodecContext.create(name, "w")
    coder.sample_rate = RATE
    coder.layout = "mono"
    coder.format = "flt" if name == "libopus" else "fltp"
    coder.bit_rate = bitrate
    coder.options = options
    coder.open()
    return coder


def _coded(coder: Any, count: int, size: int, layout: str, hertz: float) -> list[bytes]:
    """`count` frames; the coder's own delay is in them, as it is in a stage's."""
    coded: list[bytes] = []
    at = 0
    while len(coded) < count:
        phase = 2 * np.pi * hertz * np.arange(at, at + size) / RATE
        sound = av.AudioFrame.from_ndarray(
            (0.3 * np.sin(phase)).astype(np.float32)[None, :], format=layout, layout="mono"
        )
        sound.sample_rate, sound.pts, sound.time_base = RATE, at, Fraction(1, RATE)
        coded += [bytes(packet) for packet in coder.encode(sound)]
        at += size
    return coded[:count]
