"""Speaking with the stage of a Space over the bus, with an end to every wait."""

from __future__ import annotations

import asyncio
import json
from typing import Any

from rostra.bus.contract import Bus, nobody_answers
from rostra.clock import Clock
from rostra.errors import RostraError, Unavailable
from rostra.people.rules import LONGEST_NAME, checked_line
from rostra.web.rules import Caller

COMMAND_SECONDS = 1.8
OFFER_SECONDS = 8.0
START_SECONDS = 10.0
_LOOK_AGAIN = 0.1

Answer = dict[str, Any]


class Relayed(RostraError):
    """What the stage refused, in its own words."""

    def __init__(self, status: int, code: str, sentence: str) -> None:
        super().__init__(sentence, retry_after=2 if status == 503 else None)
        self.status, self.code = status, code


def who(caller: Caller, name: str = "") -> dict[str, str]:
    """The caller as the stage knows people: seat, name, role.

    `name` counts where the invitation has none. Raises BadInput when it cannot be shown.
    """
    if caller.invite is not None:
        invite = caller.invite
        shown = invite.name or (checked_line(name, "name", LONGEST_NAME) if name else invite.role)
        return {"id": invite.id, "name": shown, "role": invite.role}
    assert caller.account is not None
    return {"id": caller.account.id, "name": caller.account.name, "role": "host"}


class StageLine:
    """The line to one Space's stage. Each call raises Unavailable or Relayed."""

    def __init__(self, bus: Bus, slug: str) -> None:
        self.bus, self.slug = bus, slug

    async def command(
        self, caller: Caller, move: str, target: str | None = None, value: Any = None
    ) -> Answer:
        body = {"by": who(caller), "move": move, "target": target, "value": value}
        return await self._ask(
            "command", {key: item for key, item in body.items() if item is not None}
        )

    async def whip(self, body: Answer) -> Answer:
        return await self._ask("whip", body, OFFER_SECONDS)

    async def lateness_ms(self) -> float:
        """How late the stage's ticks were in the last minute, p99."""
        health = (await self._ask("status", {}, 1.0)).get("health")
        late = health.get("stage_tick_p99_ms") if isinstance(health, dict) else None
        return float(late) if isinstance(late, int | float) else 0.0

    async def until_started(self, clock: Clock) -> Answer:
        """Wait for the stage that the supervisor is starting, at most START_SECONDS."""
        deadline = clock.boot_ns() + int(START_SECONDS * 1e9)
        while True:
            try:
                return await self._ask("status", {}, 1.0)
            except Unavailable:
                if not self.bus.connected:
                    raise
            if clock.boot_ns() > deadline:
                raise Unavailable(
                    "The stage of this Space did not start in time: try again in a few seconds.",
                    retry_after=3,
                )
            await asyncio.sleep(_LOOK_AGAIN)

    async def _ask(self, what: str, body: Answer, seconds: float = COMMAND_SECONDS) -> Answer:
        raw = await self.bus.request(
            f"stage.{self.slug}.{what}", json.dumps(body).encode(), seconds
        )
        return _understood(raw)


def _understood(raw: bytes) -> Answer:
    try:
        answer = json.loads(raw)
        if not isinstance(answer, dict):
            raise TypeError
        if "error" not in answer:
            return answer
        refusal = answer["error"]
        status, code = int(refusal["status"]), str(refusal["code"])
        sentence = checked_line(str(refusal["sentence"]), "sentence", 500)
    except (ValueError, KeyError, TypeError, RostraError):
        raise nobody_answers() from None
    raise Relayed(status if 400 <= status <= 599 else 503, code, sentence)
