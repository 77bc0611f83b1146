"""Coded sound back to samples, by FFmpeg: an implementation that shares nothing with ours."""

from __future__ import annotations

import io
from pathlib import Path

import av
import numpy as np
import numpy.typing as npt

from rostra.wire.timing import RATE

Pcm = npt.NDArray[np.float32]


def decoded(source: str | Path | bytes) -> Pcm:
    """All sound of a file, an address or the bytes of a file: mono float32 at 48 kHz.

    Raises av.FFmpegError for what is no sound.
    """
    opened = io.BytesIO(source) if isinstance(source, bytes) else str(source)
    resampler = av.AudioResampler("flt", "mono", RATE)
    pieces: list[Pcm] = []
    with av.open(opened, "r") as container:
        for frame in container.decode(audio=0):
            frame.pts = None  # a hole in time is the meter's to find, not the resampler's to fill
            pieces += [out.to_ndarray()[0] for out in resampler.resample(frame)]
        pieces += [out.to_ndarray()[0] for out in resampler.resample(None)]
    return np.concatenate(pieces) if pieces else np.zeros(0, np.float32)
