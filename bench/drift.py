"""Does the log keep time, whatever clocks its speakers have?

Two speakers' clocks are 200 ppm too fast and too slow. When a fragment appears in the log, its end
is compared with the machine's own clock; the least lateness of each minute counts, because a look
is late at times, and the drift is how far these lie apart.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from bench.cast import Reel, encoded, speech
from bench.rig import Server, arguments, health, report, server
from bench.seat import Seat
from rostra.clock import SystemClock
from rostra.programme.places import Places
from rostra.programme.reader import LogReader
from rostra.wire.timing import RATE

_PPM = (200.0, -200.0)
_LOOK_SECONDS = 0.005
_MINUTE_NS = 60 * 1_000_000_000


def _reader(running: Server) -> LogReader:
    places = Places(running.data)
    (index,) = Path(places.space("drift")).glob("*.opus.idx")
    return LogReader(*places.log("drift", index.name.partition(".")[0], "opus"))


async def _latest(running: Server, minutes: float) -> tuple[list[float], int]:
    """The least lateness in ms of each minute; frames that had to be concealed."""
    url, clock = f"{running.origin}/whip/drift", SystemClock()
    packets = encoded(speech())
    seats = [
        await Seat(url, running.invite("drift", f"{ppm:+g} ppm"), Reel(packets, 0, ppm)).join()
        for ppm in _PPM
    ]
    least: list[float] = []
    with _reader(running) as reader:
        began = reader.header.origin.boot_ns
        for _ in range(max(2, round(minutes))):
            late: list[float] = []
            over = clock.boot_ns() + _MINUTE_NS
            while (now := clock.boot_ns()) < over:
                if reader.refresh():
                    late.append((now - began) / 1e6 - 1000 * reader.end / RATE)
                await asyncio.sleep(_LOOK_SECONDS)
            least.append(min(late))
    told = await health(running, "drift")
    concealed = sum(line["concealed"] for line in told["seats"].values())
    for seat in seats:
        await seat.leave()
    return least, concealed


def main() -> None:
    """Talk, and look."""
    asked = arguments(str(__doc__), minutes=60.0)
    with server() as running:
        running.space("drift")
        least, concealed = asyncio.run(_latest(running, asked.minutes))
    drift = max(least) - min(least)
    figures = {"minutes": len(least), "drift_ms": round(drift, 2), "concealed": concealed}
    report("drift", figures)


if __name__ == "__main__":
    main()
