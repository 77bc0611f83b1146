"""Noise suppression for one voice, by WebRTC's own audio processing from the package livekit.

It works in place on 10 ms of 16-bit sound and delays it by 7 ms. Two of them in a row take out what
one alone leaves of people talking in the background (decision 10). Loading it takes a tenth of a
second and 15 MB, which only a stage pays on which somebody asks for it: make a `Denoiser` off the
loop.
"""

from __future__ import annotations

import itertools
from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from rostra.errors import Unavailable
from rostra.wire.timing import FRAME, RATE

_log = structlog.get_logger("rostra.stage")

Pcm = npt.NDArray[np.float32]

_IN_A_ROW = 2
DELAY = 331 * _IN_A_ROW  # samples
_HALF = FRAME // 2  # samples: 10 ms, what the library takes at once
_FULL_SCALE = 32_767.0
_SILENCE = np.zeros(FRAME, np.float32)  # longer than the library's delay
_RISE = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)


@cache
def _loaded() -> Any:
    """The library's module and its frame."""
    try:
        from livekit.rtc import AudioFrame  # noqa: PLC0415 - heavy, and seldom wanted
        from livekit.rtc.apm import AudioProcessingModule  # noqa: PLC0415
    except (ImportError, OSError) as error:
        _log.warning("denoise_missing", reason=repr(error))
        raise Unavailable(
            "Noise suppression is not available on this server: its operator must install the "
            "package livekit."
        ) from None
    return AudioProcessingModule, AudioFrame


class Denoiser:
    """One voice's noise, taken out while it is switched on."""

    def __init__(self) -> None:
        """Waits for the disk. Raises Unavailable with what to do where the library is missing."""
        module, self._frame = _loaded()
        self._modules = [module(noise_suppression=True) for _ in range(_IN_A_ROW)]
        self._was_on = False
        self.broken = False

    def process(self, frame: Pcm, *, on: bool) -> Pcm:
        """960 samples in -1..1, cleaned if `on`; from one to the other it fades within a tick."""
        if not on and not self._was_on:
            return frame
        cleaned = self._cleaned(frame)
        was_on, self._was_on = self._was_on, on
        if on == was_on:
            return cleaned
        if not on:
            self.forget()
        share = _RISE if on else _RISE[::-1]
        return cleaned * share + frame * (1 - share)

    def forget(self) -> None:
        """Leave nothing of what was said in the library's memory: it would be heard first, later.

        What was said in the green room must not begin what is said on the stage.
        """
        for _ in range(_IN_A_ROW):
            self._cleaned(_SILENCE)

    def _cleaned(self, frame: Pcm) -> Pcm:
        if self.broken:
            return frame
        samples = (frame * _FULL_SCALE).astype(np.int16)
        halves = [bytearray(half.tobytes()) for half in samples.reshape(2, _HALF)]
        try:
            for module, half in itertools.product(self._modules, halves):
                module.process_stream(self._frame(half, RATE, 1, _HALF))
        except RuntimeError as error:
            self.broken = True  # a voice with its noise is better than none
            _log.warning("denoise_broken", reason=repr(error))
            return frame
        joined = np.frombuffer(b"".join(halves), np.int16)
        return joined.astype(np.float32) / np.float32(_FULL_SCALE)
