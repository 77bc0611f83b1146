"""One place on the stage: its connection, its packets, its level and what it hears."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rostra.programme.opus import Encoder
from rostra.stage.jitter import JitterBuffer
from rostra.stage.levels import Meter
from rostra.stage.loudness import Leveller
from rostra.stage.mixer import SILENCE, Limiter
from rostra.stage.peer import Peer

Pcm = npt.NDArray[np.float32]

AWAY_AFTER = 150  # ticks (3 s) without a packet
RETURN_BITRATE = 32_000
_SETTLED = 50  # frames after which an encoder's silence is always the same
_RETURN_LOSS = 10  # percent of loss that in-band correction prepares for


@cache
def silent_return() -> bytes:
    """What a seat hears while nobody else speaks: no encoder need be asked for it."""
    encoder = return_encoder()
    return [encoder.encode(SILENCE) for _ in range(_SETTLED)][-1]


def return_encoder() -> Encoder:
    """An encoder for what speakers hear: light, and prepared for loss."""
    return Encoder(RETURN_BITRATE, complexity=5, constant=False, loss=_RETURN_LOSS)


class Chair:
    """What the tick needs of a seat. The room's rules know it by the same id."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.peer: Peer | None = None
        self.jitter = JitterBuffer()
        self.meter = Meter()
        self.quiet_ticks = 0
        self._leveller = Leveller()
        self._limiter = Limiter()
        self._encoder: Encoder | None = None

    def on_packet(self, sequence: int, payload: bytes) -> None:
        """An RTP packet of this seat's holder."""
        self.quiet_ticks = 0
        self.jitter.put(sequence, payload)

    @property
    def away(self) -> bool:
        """Whether nothing has come for so long that the others should see it."""
        return self.quiet_ticks >= AWAY_AFTER

    def take(self, muted: bool) -> Pcm | None:
        """This tick's 20 ms, or None for silence. A muted seat's sound goes nowhere.

        A made-up packet decodes to ten million times full scale: for a second the limiter would
        leave nothing of what the others say. Nobody is louder than full scale.
        """
        self.quiet_ticks += 1
        frame = self.jitter.take()
        heard = None if muted or frame is None else np.clip(frame, -1.0, 1.0)
        self.meter.add(heard)
        return None if heard is None else self._leveller.level(heard)

    def hear(self, mix: Pcm, own: Pcm | None, shared: bytes | None) -> None:
        """Send this seat its return: `shared` where it may have that, else the mix without it."""
        if self.peer is None or self.peer.returns is None:
            return
        if shared is not None:
            self.peer.returns.put(shared)
            return
        if self._encoder is None:
            self._encoder = return_encoder()
        rest = mix if own is None else mix - own
        self.peer.returns.put(self._encoder.encode(self._limiter.limit(rest)))

    @property
    def listens(self) -> bool:
        """Whether a return is wanted."""
        return self.peer is not None and self.peer.returns is not None
