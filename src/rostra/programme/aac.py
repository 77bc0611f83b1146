"""AAC-LC, mono, by FFmpeg's encoder inside PyAV: for players without Opus."""

from __future__ import annotations

import av
import numpy as np
import numpy.typing as npt

from rostra.errors import Misconfigured
from rostra.wire.timing import AAC_FRAME, RATE

Pcm = npt.NDArray[np.float32]

# FFmpeg's encoder spends more on speech than it is asked for, how much is the voice's: of four from
# espeak-ng asked for 36 kbit/s, one came to 38, one to 50, all together to 45.
_OVERSHOOT = 4 / 3


class AacEncoder:
    """Frames of 1,024 samples at about `bitrate` bit/s on speech.

    The first packet comes with the second frame and holds only priming: packet n, decoded, is the
    sound that went in with frame n - 1.
    """

    def __init__(self, bitrate: int) -> None:
        try:
            codec = av.CodecContext.create("aac", "w")
        except (av.FFmpegError, ValueError) as error:
            raise Misconfigured(
                "The AAC encoder is missing from PyAV's FFmpeg: install the `av` wheel from PyPI."
            ) from error
        codec.sample_rate = RATE
        codec.layout = "mono"
        codec.format = "fltp"
        codec.bit_rate = round(bitrate / _OVERSHOOT)
        codec.options = {"aac_coder": "fast"}
        codec.open()
        self._codec = codec
        self._frames_in = 0

    @property
    def config(self) -> bytes:
        """The AudioSpecificConfig of the stream: without the extension that some players refuse."""
        return bytes(self._codec.extradata or b"")[:2]

    def encode(self, pcm: Pcm) -> list[bytes]:
        """The packets that are ready after `pcm`, 1,024 floats in -1..1: none or one."""
        frame = av.AudioFrame.from_ndarray(
            np.ascontiguousarray(pcm, np.float32).reshape(1, AAC_FRAME), "fltp", "mono"
        )
        frame.sample_rate = RATE
        frame.pts = self._frames_in * AAC_FRAME
        self._frames_in += 1
        return [bytes(packet) for packet in self._codec.encode(frame)]
