"""A bad network between a speaker and the stage: datagrams are lost, in bursts too, and late.

`Weather` decides the fate of each datagram and is pure; `Link` is a UDP relay that obeys it. The
speaker is given the relay's address in place of the stage's by `through`, and the stage not told
the speaker's by `hidden`.
"""

from __future__ import annotations

import asyncio
import random
import re
from dataclasses import dataclass
from typing import Any

_CANDIDATE = re.compile(r"^(a=candidate:\S+ \d+ \S+ \d+) (\S+) (\d+) (typ host.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Climate:
    """`loss`: share of datagrams lost one by one; `burst`: share lost in bursts of `burst_length`
    on average; `jitter`: seconds by which one may be late, evenly from 0."""

    loss: float = 0.0
    burst: float = 0.0
    burst_length: float = 5.0
    jitter: float = 0.0


class Weather:
    """One direction of one link (Gilbert's model of burst loss, 1960)."""

    def __init__(self, climate: Climate, seed: int) -> None:
        self._climate = climate
        self._dice = random.Random(seed)  # noqa: S311
        self._raining = False
        self.lost = self.passed = 0

    def fate(self) -> float | None:
        """Seconds by which the next datagram is late; None when it is lost."""
        climate, dice = self._climate, self._dice
        if self._raining:
            self._raining = dice.random() >= 1 / climate.burst_length
        elif climate.burst:
            dry = (1 - climate.burst) / climate.burst * climate.burst_length
            self._raining = dice.random() < 1 / dry
        if self._raining or dice.random() < climate.loss:
            self.lost += 1
            return None
        self.passed += 1
        return dice.uniform(0.0, climate.jitter)


class _Side(asyncio.DatagramProtocol):
    def __init__(self, link: Link, weather: Weather) -> None:
        self._link, self.weather = link, weather
        self.transport: Any = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def datagram_received(self, data: bytes, address: tuple[Any, ...]) -> None:
        late = self.weather.fate() if self._link.up else None
        if late is not None:
            asyncio.get_running_loop().call_later(late, self._link.carry, self, data, address)


class Link:
    """A relay to `stage` (address, port); `up` may be set to False and back to True."""

    def __init__(self, stage: tuple[str, int], climate: Climate, seed: int = 1) -> None:
        self._stage = stage
        self._speaker: tuple[Any, ...] | None = None
        self._near = _Side(self, Weather(climate, seed))
        self._far = _Side(self, Weather(climate, seed + 1))
        self.up = True

    async def open(self) -> tuple[str, int]:
        """The address that the speaker should send to."""
        loop = asyncio.get_running_loop()
        for side in (self._near, self._far):
            await loop.create_datagram_endpoint(lambda side=side: side, ("127.0.0.1", 0))  # type: ignore[misc]
        host, port = self._near.transport.get_extra_info("sockname")
        return host, port

    @property
    def lost(self) -> int:
        """Datagrams that the weather took, in both directions."""
        return self._near.weather.lost + self._far.weather.lost

    def carry(self, side: _Side, data: bytes, address: tuple[Any, ...]) -> None:
        """Pass one datagram on to the other side; what comes after the end is dropped."""
        if self._far.transport.is_closing():
            return
        if side is self._near:
            self._speaker = address
            self._far.transport.sendto(data, self._stage)
        elif self._speaker is not None and address[:2] == self._stage:
            self._near.transport.sendto(data, self._speaker)

    def close(self) -> None:
        """Let go of both sockets."""
        for side in (self._near, self._far):
            side.transport.close()


def candidate_of(answer: str) -> tuple[str, int]:
    """Address and port of the first host candidate of an answer. Raises ValueError without one."""
    found = _CANDIDATE.search(answer.replace("\r\n", "\n"))
    if found is None:
        raise ValueError("the answer has no host candidate")
    return found[2], int(found[3])


def hidden(offer: str) -> str:
    """`offer` without the speaker's own addresses: else the stage would find the way round."""
    return "".join(
        line for line in offer.splitlines(keepends=True) if not line.startswith("a=candidate:")
    )


def through(answer: str, address: tuple[str, int]) -> str:
    """`answer` with `address` as its only candidate."""
    lines: list[str] = []
    for line in answer.replace("\r\n", "\n").split("\n"):
        if line.startswith("a=candidate:"):
            if not any(kept.startswith("a=candidate:") for kept in lines):
                lines.append(_CANDIDATE.sub(rf"\1 {address[0]} {address[1]} \4", line))
        else:
            lines.append(line)
    return "\r\n".join(lines)
