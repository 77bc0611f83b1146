"""Mutated offers on a live stage: are all answered with a sentence, at once, and is nobody hurt?

Offers that real publishers made, with one to three things done to each, go straight to the stage
over the bus, as fast as it answers (web's limits on how often would hide it). Meanwhile the coded
programme is said and heard in the same Space. Line: no 5xx, p99 at most 50 ms, nothing left behind
30 s later, nothing heard.
"""

from __future__ import annotations

import asyncio
import json
import random
import time
from collections import Counter
from pathlib import Path
from typing import Any

from bench.ear import Ear
from bench.rig import Server, arguments, percentile, report, server
from bench.speaker import on_air
from rostra.bus.nats import NatsBus
from rostra.programme.places import Places
from rostra.testing.strangers import mutated

_OFFERS = Path(__file__).parent.parent / "tests" / "stage" / "offers"
_AFTER = 30.0
_WHO = {"id": "fuzz", "name": "Fuzz", "role": "speaker"}


async def _sent(running: Server, count: int) -> tuple[Counter[int], list[float]]:
    bus = NatsBus.connect_from(Places(running.data).bus)
    offers = [path.read_bytes().decode() for path in sorted(_OFFERS.glob("*.sdp"))]
    dice, statuses, took = random.Random(1), Counter[int](), list[float]()
    for number in range(count):
        offer = mutated(offers[number % len(offers)], dice)
        body = json.dumps({"op": "offer", "sdp": offer, "who": _WHO}).encode()
        began = time.monotonic()
        answer = json.loads(await bus.request("stage.offers.whip", body, 12.0))
        took.append(1000 * (time.monotonic() - began))
        statuses[answer["error"]["status"] if "error" in answer else 201] += 1
    await bus.close()
    return statuses, took


def _sockets(running: Server) -> int:
    (stage,) = running.named("rostra stage offers")
    return stage.num_fds()


def main() -> None:
    """Send them all, and listen."""
    asked = arguments(str(__doc__), offers=100_000)
    with server() as running:
        speaker = on_air(running, "offers")
        time.sleep(5)
        before = _sockets(running)
        ear = Ear(f"{running.live}/live/offers/opus.mp4").begin()
        statuses, took = asyncio.run(_sent(running, asked.offers))
        time.sleep(_AFTER)
        after = _sockets(running)
        reading = ear.end().reading()
        speaker.end()
    figures: dict[str, Any] = {
        "offers": asked.offers,
        "statuses": {str(status): count for status, count in sorted(statuses.items())},
        "server_errors": sum(count for status, count in statuses.items() if status >= 500),
        "p50_ms": round(percentile(took, 0.5), 2),
        "p99_ms": round(percentile(took, 0.99), 2),
        "descriptors_left": after - before,
        "faults": {kind: len(found) for kind, found in reading.faults.items()},
    }
    report("offers", figures)


if __name__ == "__main__":
    main()
