"""From a host's click to its effect in the sound: mute, over the channel and over the API.

A speaker sends a tone. A host mutes it; the effect is there when the first packet of the host's
return arrives in which the tone is gone. The speaker unmutes itself for the next round. Line: p99
at most 500 ms, for both ways.
"""

from __future__ import annotations

import asyncio
import time
from collections.abc import Awaitable, Callable
from typing import Any

import httpx
import numpy as np

from bench.cast import Reel, encoded
from bench.rig import Server, arguments, percentile, report, server
from bench.seat import PATIENCE, Quiet, Seat
from rostra.programme.opus import Decoder
from rostra.stage.levels import decibels
from rostra.wire.timing import RATE

_GONE = -50.0  # dBFS
_BETWEEN = 0.7  # seconds of tone before each click, so that the return is steady


def _tone() -> list[bytes]:
    wave = 0.2 * np.sin(2 * np.pi * 440 * np.arange(RATE) / RATE)
    return encoded(wave.astype(np.float32))


async def _until(host: Seat, gone: bool) -> float:
    """The wall time at which the tone went, or came, in what the host is sent."""
    decoder, done = Decoder(), 0
    async with asyncio.timeout(PATIENCE):
        while True:
            for packet in host.packets[done:]:
                done += 1
                if (decibels(decoder.decode(packet.payload)) < _GONE) == gone:
                    return packet.arrived
            await asyncio.sleep(0.002)


async def _effects(
    host: Seat, speaker: Seat, target: str, mute: Callable[[], Awaitable[Any]], rounds: int
) -> list[float]:
    took: list[float] = []
    for _ in range(rounds):
        await speaker.call("unmute")
        host.packets.clear()
        await _until(host, gone=False)
        await asyncio.sleep(_BETWEEN)
        host.packets.clear()
        clicked = time.time()
        click = asyncio.ensure_future(mute())
        took.append(1000 * (await _until(host, gone=True) - clicked))
        await click
    return took


async def _measured(running: Server, rounds: int) -> dict[str, Any]:
    url = f"{running.origin}/whip/moves"
    host = await Seat(url, running.invite("moves", "Host", "cohost"), Quiet()).join()
    speaker = await Seat(url, running.invite("moves", "Tone"), Reel(_tone(), 0)).join()
    target = speaker.told[0]["you"]
    bearer = {"Authorization": str(running.client.headers["Authorization"])}
    async with httpx.AsyncClient(base_url=running.origin, headers=bearer) as api:
        ways: dict[str, Callable[[], Awaitable[Any]]] = {
            "channel": lambda: host.call("mute", target=target),
            "api": lambda: api.post(
                "/api/spaces/moves/mute", json={"muted": True, "target": target}
            ),
        }
        took = {
            way: await _effects(host, speaker, target, mute, rounds) for way, mute in ways.items()
        }
    await host.leave()
    await speaker.leave()
    return {
        way: {f"p{share:g}_ms": round(percentile(ms, share / 100), 1) for share in (50, 99)}
        for way, ms in took.items()
    }


def main() -> None:
    """Mute and unmute."""
    asked = arguments(str(__doc__), rounds=100)
    with server() as running:
        running.space("moves")
        figures = asyncio.run(_measured(running, asked.rounds))
    report("moves", {"rounds": asked.rounds, **figures})


if __name__ == "__main__":
    main()
