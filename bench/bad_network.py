"""Three speakers on bad networks, one after the other for a minute each: what is heard of it?

Datagrams are lost one by one (2 %) and in bursts (5 %), and late by up to 30 ms. All three say the
same coded programme by the same clock; one at a time is open. Around a change of speaker nothing is
judged. A gap is a time without sound that is longer than concealment lasts; the coded programme has
none. Where the buffer takes out and puts in periods in quick succession the meter does not find its
way in the programme, though all of it is there: such seconds are told as not recognised.
"""

from __future__ import annotations

import asyncio
import time
from typing import Any

import numpy as np

from bench.ear import Ear, Heard
from bench.rig import Server, arguments, health, report, server
from bench.seat import Seat
from bench.speaker import Coded
from rostra.testing.link import Climate
from rostra.testing.meter import FAULTS
from rostra.wire.timing import FRAGMENT, RATE

_CLIMATE = Climate(loss=0.02, burst=0.05, burst_length=3, jitter=0.03)
_SPEAKERS = 3
_TURN = 60.0
_SETTLED = 3.0  # seconds after a change of speaker
_CONCEALED = 0.24  # seconds: from there on it is silence
_LOOK = RATE // 100
_SILENT = 10**-4.5  # mean power: -45 dBFS, 11 dB below the programme's steady tone


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


def _quiet(heard: Heard) -> list[float]:
    """Seconds of each stretch without sound."""
    sound = heard.sound()
    looks = len(sound) // _LOOK
    power = np.mean(sound[: looks * _LOOK].reshape(looks, _LOOK) ** 2, axis=1)
    edges = np.flatnonzero(np.diff(power < _SILENT, prepend=False, append=False))
    return [float(end - begin) * _LOOK / RATE for begin, end in edges.reshape(-1, 2)]


def _figures(heard: list[Heard]) -> dict[str, Any]:
    readings = [one.reading() for one in heard]
    quiet = [seconds for one in heard for seconds in _quiet(one)]
    minutes = sum(len(one.fragments) for one in heard) * FRAGMENT / RATE / 60
    recognised = sum(one.heard_seconds for one in readings) / 60
    faults = {kind: sum(len(one.faults[kind]) for one in readings) for kind in FAULTS}
    return {
        "heard_minutes": round(minutes, 1),
        "not_recognised_minutes": round(minutes - recognised, 1),
        "faults": faults,
        "longest_quiet_ms": round(1000 * max(quiet, default=0.0)),
        "gaps": sum(seconds > _CONCEALED for seconds in quiet),
    }


def main() -> None:
    """Speak in turn, listen, judge."""
    asked = arguments(str(__doc__), minutes=30.0)
    with server() as running:
        running.space("bad")
        heard, seats, concealed = asyncio.run(_turns(running, asked.minutes))
    lost = sum(seat.link.lost for seat in seats if seat.link is not None)
    figures = {"minutes": asked.minutes, "lost_datagrams": lost, "concealed": concealed}
    report("bad_network", figures | _figures(heard))


if __name__ == "__main__":
    main()
