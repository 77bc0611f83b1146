"""Mouth to ear on the stage: from one speaker's mouth to another speaker's ear.

Both are aiortc peers. One says the coded programme; for the other each chirp is heard when the
packet of the return that ends it has arrived, and `_PLAYOUT_MS` later: what a browser's own buffer
keeps back on a good network. Line: p50 at most 200 ms, p99 at most 350 ms.
"""

from __future__ import annotations

import asyncio
import itertools
import threading
import time

import numpy as np

from bench.rig import arguments, percentile, report, server
from bench.seat import Packet, Quiet, Seat
from bench.speaker import on_air
from rostra.programme.opus import Decoder
from rostra.testing.coded import SLOT
from rostra.testing.meter import read
from rostra.wire.timing import FRAME, RATE

_PLAYOUT_MS = 40.0
_SETTLED = 250  # packets: what the connections cost at their beginning is not what is measured


class _Listening:
    """A seat that only hears, in a thread of its own."""

    def __init__(self, url: str, token: str) -> None:
        self.packets: list[Packet] = []
        self._url, self._token = url, token
        self._over = asyncio.Event()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._hear(),))

    def begin(self) -> _Listening:
        self._thread.start()
        return self

    def end(self) -> None:
        self._loop.call_soon_threadsafe(self._over.set)
        self._thread.join(10)

    async def _hear(self) -> None:
        seat = await Seat(self._url, self._token, Quiet()).join()
        await self._over.wait()
        await seat.leave()
        self.packets = seat.packets


def _delays(packets: list[Packet], began: float) -> tuple[list[float], int]:
    """Milliseconds from mouth to ear of each chirp, and packets that did not come in order."""
    decoder = Decoder()
    sound = np.concatenate([decoder.decode(packet.payload) for packet in packets])
    arrived = np.array([packet.arrived for packet in packets])
    reading = read(sound)
    heard = arrived[np.minimum(reading.places // FRAME, len(arrived) - 1).astype(int)]
    delays = (heard - (began + reading.slots * SLOT / RATE)) * 1000 + _PLAYOUT_MS
    numbers = [packet.number for packet in packets]
    odd = sum((b - a) & 0xFFFF != 1 for a, b in itertools.pairwise(numbers))
    return [float(delay) for delay in delays], odd


def main() -> None:
    """One speaks, one hears."""
    asked = arguments(str(__doc__), seconds=60.0)
    with server() as running:
        speaker = on_air(running, "delay")
        token = running.invite("delay", "Ear")
        listening = _Listening(f"{running.origin}/whip/delay", token).begin()
        time.sleep(asked.seconds + _SETTLED * FRAME / RATE)
        listening.end()
        speaker.end()
    delays, odd = _delays(listening.packets[_SETTLED:], speaker.began)
    figures = {
        "seconds": asked.seconds,
        "chirps": len(delays),
        "packets_out_of_order": odd,
        "playout_ms": _PLAYOUT_MS,
        "p50_ms": round(percentile(delays, 0.5), 1),
        "p99_ms": round(percentile(delays, 0.99), 1),
        "max_ms": round(max(delays, default=float("nan")), 1),
    }
    report("stage_delay", figures)


if __name__ == "__main__":
    main()
