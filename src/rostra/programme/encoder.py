"""The renditions of a programme: mixed sound in, whole fragments of coded frames out.

Each rendition cuts the same sound at the same media times. What is not yet a whole frame waits in
a short array; what is not yet a whole fragment waits as packets.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Protocol

import numpy as np
import numpy.typing as npt

from rostra.programme.aac import AacEncoder
from rostra.programme.opus import Encoder as OpusEncoder
from rostra.wire.cmaf import AacTrack, OpusTrack, Track
from rostra.wire.timing import AAC_FRAME, AAC_PRIMING, FRAGMENT, FRAME

Pcm = npt.NDArray[np.float32]

_SILENT_SECONDS = 4  # by then both encoders have settled and every packet is the same


class FrameEncoder(Protocol):
    """One codec: frames of a fixed number of samples in, at most one packet each out."""

    samples: int

    def track(self) -> Track:
        """What the init segment says of it."""

    def packets(self, pcm: Pcm) -> list[bytes]:
        """The packets ready after one more frame."""


class OpusFrames:
    """Opus in frames of 960 samples at a constant bit rate (bit/s)."""

    samples = FRAME

    def __init__(self, bitrate: int) -> None:
        self._bitrate = bitrate
        self._encoder = OpusEncoder(bitrate)

    def track(self) -> Track:
        return OpusTrack(sample_size=self._bitrate // 400)

    def packets(self, pcm: Pcm) -> list[bytes]:
        return [self._encoder.encode(pcm)]


class AacFrames:
    """AAC-LC in frames of 1,024 samples at about `bitrate` bit/s."""

    samples = AAC_FRAME

    def __init__(self, bitrate: int) -> None:
        self._bitrate = bitrate
        self._encoder = AacEncoder(bitrate)
        # The encoder keeps the first frame back; fed here, every later frame gives one packet, and
        # so each fragment is whole in time. It costs a frame of delay beside the coder's priming.
        self._encoder.encode(np.zeros(AAC_FRAME, np.float32))

    def track(self) -> Track:
        delay = AAC_PRIMING + AAC_FRAME
        return AacTrack(config=self._encoder.config, bitrate=self._bitrate, priming=delay)

    def packets(self, pcm: Pcm) -> list[bytes]:
        return self._encoder.encode(pcm)


_CODECS: dict[str, Callable[[int], FrameEncoder]] = {"opus": OpusFrames, "aac": AacFrames}


def frame_encoder(rendition: str, bitrate: int) -> FrameEncoder:
    """A fresh encoder of "opus" or "aac". Raises Misconfigured when the codec is missing."""
    return _CODECS[rendition](bitrate)


class Fragmenter:
    """Cuts the sound of one rendition into fragments. Begin it at a fragment's boundary."""

    def __init__(self, encoder: FrameEncoder) -> None:
        self._encoder = encoder
        self._rest = np.zeros(0, np.float32)
        self._packets: list[bytes] = []
        self._whole = FRAGMENT // encoder.samples

    def add(self, pcm: Pcm) -> list[bytes] | None:
        """Take some samples (a tick's, as a rule); the frames of a fragment when it is full."""
        sound = np.concatenate((self._rest, pcm)) if len(self._rest) else pcm
        size = self._encoder.samples
        used = len(sound) - len(sound) % size
        for start in range(0, used, size):
            self._packets += self._encoder.packets(sound[start : start + size])
        self._rest = sound[used:]
        if len(self._packets) < self._whole:
            return None
        full, self._packets = self._packets[: self._whole], self._packets[self._whole :]
        return full

    def drop(self) -> None:
        """Forget what does not fill a fragment yet: the next sound begins one."""
        self._rest = np.zeros(0, np.float32)
        self._packets = []


@cache
def silent_frames(rendition: str, bitrate: int) -> tuple[bytes, ...]:
    """One fragment's worth of coded silence, as a running encoder makes it."""
    fragmenter = Fragmenter(frame_encoder(rendition, bitrate))
    last: list[bytes] = []
    for _ in range(_SILENT_SECONDS * 50):
        last = fragmenter.add(np.zeros(FRAME, np.float32)) or last
    return tuple(last)
