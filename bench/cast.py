"""A cast: several people on one stage, in a process of their own, who talk or keep quiet.

Speech is a demo voice, each beginning at another place; it is encoded once, so that what is
measured is the stage and not the cast. Who keeps quiet sends the noise of a room.
"""

from __future__ import annotations

import asyncio
import fractions
from collections.abc import Sequence
from multiprocessing.synchronize import Event
from typing import Any

import av
import numpy as np
import numpy.typing as npt
from aiortc import MediaStreamTrack

from bench.aside import Aside
from bench.seat import Seat
from rostra.node.demo import VOICES
from rostra.programme.opus import Encoder
from rostra.testing.decode import decoded
from rostra.wire.timing import FRAME, RATE

Pcm = npt.NDArray[np.float32]

_SPEECH_SECONDS = 30
_APART = 97  # frames from where one begins to where the next does
_ROOM = 10 ** (-62 / 20)  # of full scale


class Reel(MediaStreamTrack):
    """Ready packets in a loop, in real time by a clock that is `ppm` too fast."""

    kind = "audio"

    def __init__(self, packets: Sequence[bytes], first: int, ppm: float = 0.0) -> None:
        super().__init__()
        self._packets, self._first, self._sent = packets, first, 0
        self._began, self._frame = 0.0, FRAME / RATE / (1 + ppm / 1e6)

    async def recv(self) -> Any:
        loop = asyncio.get_running_loop()
        self._began = self._began or loop.time()
        await asyncio.sleep(max(0.0, self._began + self._sent * self._frame - loop.time()))
        packet = av.Packet(self._packets[(self._first + self._sent) % len(self._packets)])
        packet.pts, packet.time_base = self._sent * FRAME, fractions.Fraction(1, RATE)
        self._sent += 1
        return packet


class Cast(Aside):
    """One seat for each of `tokens`; the first `talking` of them talk. Ready when all sit."""

    def __init__(self, origin: str, slug: str, tokens: Sequence[str], talking: int) -> None:
        super().__init__(_play, f"{origin}/whip/{slug}", list(tokens), talking, patience=40)


def _play(url: str, tokens: list[str], talking: int, over: Event, ready: Event) -> None:
    asyncio.run(_perform(url, tokens, talking, over, ready))


async def _perform(url: str, tokens: list[str], talking: int, over: Event, ready: Event) -> None:
    words = encoded(speech())
    noise = encoded(room())
    seats = [
        await Seat(
            url, token, Reel(words if number < talking else noise, number * _APART), keep=False
        ).join()
        for number, token in enumerate(tokens)
    ]
    ready.set()
    await asyncio.to_thread(over.wait)
    for seat in seats:
        await seat.leave()


def speech() -> Pcm:
    """Half a minute of the demo's first voice."""
    return decoded((VOICES / "ana.opus").read_bytes())[: _SPEECH_SECONDS * RATE]


def room() -> Pcm:
    """The noise of a room in which nobody speaks."""
    return np.random.default_rng(1).normal(0, _ROOM, 2 * RATE).astype(np.float32)


def encoded(sound: Pcm) -> list[bytes]:
    """Its Opus packets; what is left of a frame at the end is dropped."""
    encoder = Encoder(32_000)
    whole = len(sound) // FRAME * FRAME
    return [encoder.encode(frame) for frame in sound[:whole].reshape(-1, FRAME)]
