"""Three speakers on bad networks, one after the other for a minute each: what is heard of it?

Datagrams are lost one by one (2 %) and in bursts (5 %), and late by up to 30 ms. All three say the
same coded programme by the same clock; one at a time is open. Around a change of speaker nothing is
judged. A gap is a fault of the programme that is longer than concealment lasts.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

from bench.ear import Ear, Heard
from bench.rig import Server, arguments, health, report, server
from bench.seat import Seat
from bench.speaker import Coded
from rostra.testing.link import Climate
from rostra.testing.meter import FAULTS, Reading
from rostra.wire.timing import RATE

_CLIMATE = Climate(loss=0.02, burst=0.05, burst_length=3, jitter=0.03)
_SPEAKERS = 3
_TURN = 60.0
_SETTLED = 3.0  # seconds after a change of speaker
_CONCEALED = 0.24  # seconds: from there on it is silence


async def _turns(running: Server, minutes: float) -> tuple[list[Heard], list[Seat], int]:
    url, began = f"{running.origin}/whip/bad", time.time()
    seats = [
        await Seat(
            url, running.invite("bad", f"Seat {n}"), Coded(began), keep=False, climate=_CLIMATE
        ).join()
        for n in range(_SPEAKERS)
    ]
    for seat in seats:
        await seat.call("mute")
    heard: list[Heard] = []
    for turn in range(max(_SPEAKERS, round(minutes * 60 / _TURN))):
        seat = seats[turn % _SPEAKERS]
        await seat.call("unmute")
        await asyncio.sleep(_SETTLED)
        ear = Ear(f"{running.live}/live/bad/opus.mp4").begin()
        await asyncio.sleep(_TURN - _SETTLED)
        heard.append(await asyncio.to_thread(ear.end))
        await seat.call("mute")
    told = await health(running, "bad")
    concealed = sum(line["concealed"] for line in told["seats"].values())
    for seat in seats:
        await seat.leave()
    return heard, seats, concealed


def _figures(readings: list[Reading]) -> dict[str, Any]:
    found = {kind: [f for one in readings for f in one.faults[kind]] for kind in FAULTS}
    longest = max(
        (f.samples for kind in FAULTS if kind != "clicks" for f in found[kind]), default=0
    )
    gaps = sum(f.samples > _CONCEALED * RATE for kind in FAULTS for f in found[kind])
    return {
        "heard_minutes": round(sum(one.heard_seconds for one in readings) / 60, 1),
        "faults": {kind: len(faults) for kind, faults in found.items()},
        "longest_fault_ms": round(1000 * longest / RATE, 1),
        "gaps": gaps,
    }


def main() -> None:
    """Speak in turn, listen, judge."""
    asked = arguments(str(__doc__), minutes=30.0)
    with server() as running:
        running.space("bad")
        heard, seats, concealed = asyncio.run(_turns(running, asked.minutes))
    lost = sum(seat.link.lost for seat in seats if seat.link is not None)
    figures = {"minutes": asked.minutes, "lost_datagrams": lost, "concealed": concealed}
    report("bad_network", figures | _figures([one.reading() for one in heard]))


if __name__ == "__main__":
    main()
