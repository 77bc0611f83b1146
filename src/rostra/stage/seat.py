"""One place on the stage: its connection, its packets, its level and what it hears."""

from __future__ import annotations

from functools import cache

import numpy as np
import numpy.typing as npt

from rostra.programme.opus import Encoder
from rostra.stage.channel import Channel
from rostra.stage.denoise import Denoiser
from rostra.stage.health import Line, Losses
from rostra.stage.jitter import JitterBuffer
from rostra.stage.levels import Meter
from rostra.stage.loudness import Leveller
from rostra.stage.mixer import SILENCE, Limiter
from rostra.stage.peer import Peer
from rostra.stage.return_rate import RATES, ReturnRate
from rostra.wire.timing import FRAME

Pcm = npt.NDArray[np.float32]

AWAY_AFTER = 90  # ticks (1.8 s) without a packet; the look once a second adds to it
_SETTLED = 50  # frames after which an encoder's silence is always the same
_RISE = np.linspace(0.0, 1.0, FRAME, dtype=np.float32)
_RETURN_LOSS = 10  # percent of loss that in-band correction prepares for


@cache
def silent_return() -> bytes:
    """What a seat hears while nobody else speaks: no encoder need be asked for it."""
    encoder = return_encoder(RATES[0])
    return [encoder.encode(SILENCE) for _ in range(_SETTLED)][-1]


def return_encoder(rate: int) -> Encoder:
    """An encoder for what speakers hear, at `rate` bit/s: light, and prepared for loss."""
    return Encoder(rate, complexity=5, constant=False, loss=_RETURN_LOSS)


class Chair:
    """What the tick needs of a seat. The room's rules know it by the same id."""

    def __init__(self, session: str) -> None:
        self.session = session
        self.tab = ""  # which page of its holder speaks from here, as that page calls itself
        self.peer: Peer | None = None
        self.channel: Channel | None = None
        self.green = False  # where it is heard now: it follows its seat
        self._open = False
        self.calls = 0  # moves of its page that are being done
        self.asked = 0  # moves of its page since the last look
        self.rate = ReturnRate()
        self.jitter = JitterBuffer()
        self.meter = Meter()
        self.quiet_ticks = 0
        self.denoiser: Denoiser | None = None  # made off the loop, when it is first asked for
        self._leveller = Leveller()
        self._limiter = Limiter()
        self._encoder: Encoder | None = None
        self._encoded_at = 0
        self._losses = Losses()

    def on_packet(self, sequence: int, payload: bytes) -> None:
        """An RTP packet of this seat's holder."""
        self.quiet_ticks = 0
        self.jitter.put(sequence, payload)

    @property
    def occupied(self) -> bool:
        """Whether its holder is connecting, or is connected and packets come."""
        if self.peer is None or self.peer.closed:
            return False
        return not (self.peer.connected and self.away)

    @property
    def away(self) -> bool:
        """Whether nothing has come for so long that the others should see it."""
        return self.quiet_ticks >= AWAY_AFTER

    def take(self, *, muted: bool, green: bool = False, denoise: bool = False) -> Pcm | None:
        """This tick's 20 ms, or None for silence. A muted seat's sound goes nowhere.

        A microphone opens and closes within a tick, without a click; from the stage to the green
        room (`green`) or back it closes here before it opens there.

        A made-up packet decodes to ten million times full scale: for a second the limiter would
        leave nothing of what the others say. Nobody is louder than full scale.
        """
        self.quiet_ticks += 1
        frame = self.jitter.take()
        was_open, self._open = self._open, not muted and green == self.green
        if not self._open and not was_open:
            self.green = green
        heard = (
            np.clip(frame, -1.0, 1.0) if frame is not None and (self._open or was_open) else None
        )
        if heard is not None and self.denoiser is not None:
            heard = self.denoiser.process(heard, on=denoise)
            if not self._open:
                self.denoiser.forget()
        self.meter.add(heard if self._open else None)
        if heard is None:
            return None
        levelled = self._leveller.level(heard)
        if self._open == was_open:
            return levelled
        return levelled * (_RISE if self._open else _RISE[::-1])

    def hear(self, packet: bytes) -> None:
        """Send this seat 20 ms of return, encoded already."""
        if self.peer is not None and self.peer.returns is not None:
            self.peer.returns.put(packet)

    def hear_mix(self, mix: Pcm) -> None:
        """Send this seat 20 ms of return that nobody else hears."""
        if self._encoder is None:
            self._encoder = return_encoder(self.rate.bits)
        elif self._encoded_at != self.rate.bits:
            self._encoder.set_bitrate(self.rate.bits)
        self._encoded_at = self.rate.bits
        self.hear(self._encoder.encode(self._limiter.limit(mix)))

    def look(self) -> None:
        """Once a second: how many packets came, how many did not; moves are counted anew."""
        self.asked = 0
        self._losses.look(self.jitter.received, self.jitter.concealed)

    @property
    def line(self) -> Line:
        """How good the way of this seat's packets is."""
        jitter_ms, rtt_ms = self.peer.way if self.peer else (0.0, None)
        return Line(self._losses.share, jitter_ms, rtt_ms)

    @property
    def listens(self) -> bool:
        """Whether a return is wanted."""
        return self.peer is not None and self.peer.returns is not None
