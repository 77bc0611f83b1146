"""Sound files for browsers' fake microphones and for `rostra speak`."""

from __future__ import annotations

import wave
from pathlib import Path

import numpy as np

from rostra.testing.coded import programme
from rostra.testing.decode import Pcm, decoded
from rostra.wire.timing import RATE


def coded_wav(path: Path, seconds: int) -> Path:
    """Write so many seconds of it from the beginning to `path`: mono, 16 bits. The path."""
    return _wav(path, programme(0, seconds * RATE))


def voice_wav(path: Path, source: Path) -> Path:
    """Write the sound of the file `source` to `path` in the same way. The path."""
    return _wav(path, decoded(source))


def silent_wav(path: Path, seconds: float, rate: int = RATE) -> Path:
    """Write silence to `path` in the same way, at any rate. The path."""
    return _wav(path, np.zeros(int(seconds * rate), np.float32), rate)


def _wav(path: Path, sound: Pcm, rate: int = RATE) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes((sound * 32_767).astype("<i2").tobytes())
    return path
