"""Noise suppression for one voice: WebRTC's own, from the package pywebrtc-audio, and an expander.

The library takes 12 dB out of the noise and delays the voice by 7 ms. A quarter of the voice as it
was is left in, because what the library takes for noise is sometimes a consonant; the expander
turns the pauses down (decision 10). All of it is in time with each other: before the suppressor is
heard the voice glides to its delay, and after it back to none, so that nothing is heard twice.

Only a stage on which somebody asks for it pays for the library: make a `Denoiser` off the loop.
"""

from __future__ import annotations

from functools import cache
from typing import Any

import numpy as np
import numpy.typing as npt
import structlog

from rostra.errors import Unavailable
from rostra.stage.expander import Expander
from rostra.stage.glide import Glide
from rostra.wire.timing import FRAME, RATE

_log = structlog.get_logger("rostra.stage")

Pcm = npt.NDArray[np.float32]

DELAY = 335  # samples: the library's own, the same at every frequency
_LEVEL = 1  # of 0 to 3: 12 dB at the most
_SHARE = 0.75  # of what is heard that goes through the library
_SILENCE = np.zeros(FRAME, np.float32)  # longer than the library's delay
_RISE = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)


@cache
def _loaded() -> Any:
    """The library's suppressor."""
    try:
        from pywebrtc_audio import NoiseSuppressor  # noqa: PLC0415 - seldom wanted
    except (ImportError, OSError) as error:
        _log.warning("denoise_missing", reason=repr(error))
        raise Unavailable(
            "Noise suppression is not available on this server: its operator must install the "
            "package pywebrtc-audio."
        ) from None
    return NoiseSuppressor


class Denoiser:
    """One voice's noise, taken out while it is switched on."""

    def __init__(self) -> None:
        """Waits for the disk. Raises Unavailable with what to do where the library is missing."""
        self._suppressor = _loaded()(RATE, 1, _LEVEL)
        self._dry = Glide(DELAY)
        self._expander = Expander()
        self._heard = False

    def process(self, frame: Pcm, *, on: bool) -> Pcm:
        """960 samples in -1..1, cleaned if `on`.

        It takes a second from one to the other: the voice glides to the library's delay or from
        it, while the library learns what is noise; the change itself is a tick of equal signals.
        """
        if not on and not self._heard and not self._dry.delay:
            return frame
        arrived = self._dry.delay == DELAY
        dry = self._dry.take(frame, late=on or self._heard)
        cleaned = self._suppressed(frame)
        was_heard, self._heard = self._heard, on and arrived
        if not was_heard and not self._heard:
            if not self._dry.delay:
                self.forget()
            return dry
        wet = self._expander.turn_down(dry + _SHARE * (cleaned - dry))
        if was_heard == self._heard:
            return wet
        share = _RISE if self._heard else _RISE[::-1]
        return dry + share * (wet - dry)

    def forget(self) -> None:
        """Leave nothing of what was said in any memory: it would be heard first, later.

        What was said in the green room must not begin what is said on the stage.
        """
        self._dry.forget()
        self._suppressed(_SILENCE)

    def _suppressed(self, frame: Pcm) -> Pcm:
        # What is not a number would stay in the library's memory for good.
        cleaned: Pcm = self._suppressor.process(np.nan_to_num(frame))
        return cleaned
