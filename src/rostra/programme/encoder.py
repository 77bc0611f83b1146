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

# Frames encoded in a row, by samples per frame: each makes a quarter or a third of a fragment.
_IN_A_ROW = {FRAME: 4, AAC_FRAME: 5}
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
    """Cuts the sound of one rendition into fragments. Begin it at a fragment's boundary.

    A few frames are encoded in a row: one at a time, an encoder finds the processor's caches full
    of other things and takes twice as long. Nothing is later for it: fragments are published whole.
    """

    def __init__(self, encoder: FrameEncoder) -> None:
        self._encoder = encoder
        self._whole = FRAGMENT // encoder.samples
        self._at_once = encoder.samples * _IN_A_ROW[encoder.samples]
        self._waiting: list[Pcm] = []
        self._samples = 0
        self._packets: list[bytes] = []

    def add(self, pcm: Pcm) -> list[bytes] | None:
        """Take some samples (a tick's, as a rule); the frames of a fragment when it is full."""
        self._waiting.append(pcm)
        self._samples += len(pcm)
        if self._samples >= self._at_once:
            self._encode()
        if len(self._packets) < self._whole:
            return None
        full, self._packets = self._packets[: self._whole], self._packets[self._whole :]
        return full

    def drop(self) -> None:
        """Forget what does not fill a fragment yet: the next sound begins one."""
        self._waiting, self._samples, self._packets = [], 0, []

    def _encode(self) -> None:
        sound, size = np.concatenate(self._waiting), self._encoder.samples
        used = self._samples - self._samples % self._at_once
        for start in range(0, used, size):
            self._packets += self._encoder.packets(sound[start : start + size])
        self._waiting, self._samples = [sound[used:]], self._samples - used


@cache
def silent_frames(rendition: str, bitrate: int) -> tuple[bytes, ...]:
    """One fragment's worth of coded silence, as a running encoder makes it."""
    fragmenter = Fragmenter(frame_encoder(rendition, bitrate))
    last: list[bytes] = []
    for _ in range(_SILENT_SECONDS * 50):
        last = fragmenter.add(np.zeros(FRAME, np.float32)) or last
    return tuple(last)
