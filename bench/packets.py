"""Mutated packets on a live stage: does anybody else lose a frame, and what does it cost?

Three speakers with good seats send nonsense: RTP and RTCP that is rightly encrypted and wrong in
itself, SRTP and DTLS that nobody encrypted, empty and oversized datagrams; a stranger without a
seat sprays the same ports with all of it and with DTLS ClientHellos. Meanwhile the coded programme
is said in the same Space; the host has muted the three, as whoever may speak may also make noise.
The same is run with three honest speakers first: CPU is compared.
"""

from __future__ import annotations

import asyncio
import random
import socket
import time
from typing import Any

import httpx

from bench.cast import Cast, Reel, encoded, room
from bench.ear import Ear
from bench.rig import Server, arguments, cpu, report, server
from bench.seat import Seat
from bench.speaker import on_air

_ATTACKERS = 3
_A_TURN = 10
_SETTLED = 5.0  # seconds: until what a new listener is given first has no honest speaker in it
_HEADER = bytes.fromhex("806000010000000100001234")
_HELLO = bytes.fromhex("16feff0000000000000000003a010000") + bytes(60)


async def _nonsense(seat: Seat, dice: random.Random) -> None:
    """One packet of an attacker with a seat."""
    dtls = seat.transport
    junk = dice.randbytes(dice.randrange(0, 300))
    what = dice.randrange(6)
    if what == 0:
        await dtls._send_rtp(_HEADER + junk)
    elif what == 1:
        await dtls._send_rtp(b"\x81\xc9" + bytes([0, dice.randrange(9)]) + dice.randbytes(40))
    elif what == 2:
        await dtls.transport._send(b"\x80" + junk)
    elif what == 3:
        await dtls.transport._send(b"\x17" + junk)
    elif what == 4:
        await dtls.transport._send(dice.randbytes(dice.randrange(1_500, 9_000)))
    else:
        await dtls.transport._send(b"")


class _Attacker:
    """A seat that is taken again whenever it was lost, as often as the server lets it."""

    def __init__(self, url: str, token: str) -> None:
        self._url, self._token = url, token
        self._seat: Seat | None = None
        self._again_at = 0.0
        self.stage = ("", 0)
        self.sent = self.thrown_out = 0

    async def turn(self, dice: random.Random) -> None:
        """Some packets of nonsense, if there is a seat to send them from."""
        if self._seat is None and time.monotonic() >= self._again_at:
            await self._join()
        if self._seat is None:
            return
        try:
            for _ in range(_A_TURN):
                await _nonsense(self._seat, dice)
                self.sent += 1
        except ConnectionError:  # let go, as it should be
            self.thrown_out += 1
            await self.leave()

    async def _join(self) -> None:
        seat = Seat(self._url, self._token, Reel(encoded(room()), 0))
        try:
            self._seat = await seat.join()
            self.stage = seat.stage
        except httpx.HTTPStatusError as refused:
            self._again_at = time.monotonic() + float(refused.response.headers["Retry-After"])
            await seat.leave()

    async def leave(self) -> None:
        """Give the seat up."""
        if self._seat is not None:
            await self._seat.leave()
        self._seat = None


async def _attack(running: Server, tokens: list[str], packets: int) -> list[_Attacker]:
    """Send so many packets in all, at least half of them from nowhere."""
    url, dice, sprayed = f"{running.origin}/whip/packets", random.Random(1), 0
    attackers = [_Attacker(url, token) for token in tokens]
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as stranger:
        while sprayed + sum(one.sent for one in attackers) < packets:
            for attacker in attackers:
                await attacker.turn(dice)
                for _ in range(_A_TURN):
                    data = dice.choice((b"", _HELLO, b"\xff" * 1_400, dice.randbytes(60)))
                    stranger.sendto(data, attacker.stage)
                    sprayed += 1
            await asyncio.sleep(0.005)
    for attacker in attackers:
        await attacker.leave()
    return attackers


def _cores(running: Server, began: tuple[float, float]) -> tuple[float, float]:
    (stage,) = running.named("rostra stage packets")
    return cpu(stage) - began[0], time.monotonic() - began[1]


def main() -> None:
    """Honest speakers for a while, then the attack."""
    asked = arguments(str(__doc__), packets=1_000_000, control=60.0)
    with server() as running:
        speaker = on_air(running, "packets")
        (speaker_seat,) = running.state("packets")["stage"]
        tokens = [running.invite("packets", f"Seat {n}") for n in range(_ATTACKERS)]
        cast = Cast(running.origin, "packets", tokens, 0).begin()
        time.sleep(5)
        began = _cores(running, (0.0, 0.0))
        time.sleep(asked.control)
        used, lasted = _cores(running, began)
        control = used / lasted
        cast.end()
        for ident in running.state("packets")["stage"]:
            if ident != speaker_seat:
                running.mute("packets", ident)
        time.sleep(_SETTLED)
        ear = Ear(f"{running.live}/live/packets/opus.mp4").begin()
        began = _cores(running, (0.0, 0.0))
        attackers = asyncio.run(_attack(running, tokens, asked.packets))
        used, lasted = _cores(running, began)
        reading = ear.end().reading()
        speaker.end()
    figures: dict[str, Any] = {
        "packets": asked.packets,
        "seconds": round(lasted, 1),
        "packets_per_second": round(asked.packets / lasted),
        "from_seats": sum(one.sent for one in attackers),
        "thrown_out": sum(one.thrown_out for one in attackers),
        "cores_before": round(control, 3),
        "cores_under_attack": round(used / lasted, 3),
        "faults": {kind: len(found) for kind, found in reading.faults.items()},
    }
    report("packets", figures)


if __name__ == "__main__":
    main()
