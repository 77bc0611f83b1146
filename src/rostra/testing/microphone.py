"""The coded programme as a sound file: for browsers' fake microphones, and for `rostra speak`."""

from __future__ import annotations

import wave
from pathlib import Path

from rostra.testing.coded import programme
from rostra.wire.timing import RATE


def coded_wav(path: Path, seconds: int) -> Path:
    """Write so many seconds of it from the beginning to `path`: mono, 16 bits. The path."""
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE)
        file.writeframes((programme(0, seconds * RATE) * 32_767).astype("<i2").tobytes())
    return path
