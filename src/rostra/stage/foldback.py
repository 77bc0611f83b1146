"""What people on the stage hear: the mix without themselves, encoded as seldom as possible.

Those who are silent all hear the same; one encoding for each bit rate serves them. Who only lets
their room be heard counts as silent: thirteen open microphones would otherwise cost thirteen
encodings, and everybody would hear thirteen rooms.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from rostra.programme.opus import Encoder
from rostra.stage.mixer import Limiter, total
from rostra.stage.seat import Chair, return_encoder, silent_return

Pcm = npt.NDArray[np.float32]


class Foldback:
    """The returns of one room: of the stage, or of the green room."""

    def __init__(self) -> None:
        self._shared: dict[int, Encoder] = {}
        self._limiter = Limiter()

    def answer(
        self, chairs: Mapping[str, Chair], own: Mapping[str, Pcm], under: Pcm | None = None
    ) -> None:
        """Send each of `chairs` what the others say; `under` is heard beneath it, by all.

        `own`: this tick's frame of everybody in the room of whom there is one.
        """
        said = {ident: frame for ident, frame in own.items() if chairs[ident].meter.audible}
        mix = total(said) if under is None else total(said) + under
        packets: dict[int, bytes] = {}
        limited: Pcm | None = None
        for ident, chair in chairs.items():
            if not chair.listens:
                continue
            if under is None and not said.keys() - {ident}:
                chair.hear(silent_return())
            elif ident in said:
                chair.hear_mix(mix - said[ident])
            else:
                limited = self._limiter.limit(mix) if limited is None else limited
                rate = chair.rate.bits
                packets[rate] = packets.get(rate) or self._encoder(rate).encode(limited)
                chair.hear(packets[rate])

    def _encoder(self, rate: int) -> Encoder:
        if rate not in self._shared:
            self._shared[rate] = return_encoder(rate)
        return self._shared[rate]
