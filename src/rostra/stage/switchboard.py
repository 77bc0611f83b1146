"""The data channels of all who are on the stage: their moves come in, the room goes out to them.

It needs neither web nor bus: as long as a speaker hears the stage, mute, remove and end work.
"""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable
from typing import Any

import structlog

from rostra.errors import NotAllowed, RostraError, TooMany
from rostra.stage import calls
from rostra.stage.calls import Call
from rostra.stage.channel import Channel
from rostra.stage.health import Line
from rostra.stage.room import LiveRoom
from rostra.stage.rules import HOSTS, By, Room
from rostra.stage.seat import Chair

_log = structlog.get_logger("rostra.stage")

LOOK_SECONDS = 0.1
_REPORT_NS = 1_000_000_000
_LEVELS_NS = 200_000_000
_MOST_AT_ONCE = 8  # moves of one page that are being done
_MOST_A_SECOND = 20  # each that changes something is a line on the disk

Perform = Callable[[str, By, str | None, object], Awaitable[None]]


class Switchboard:
    """Joins pages to the room; `perform` does a move as the desk does it."""

    def __init__(self, room: LiveRoom, perform: Perform) -> None:
        self._room = room
        self._perform = perform
        self._told: Room | None = None
        self._reported_at = self._levels_at = 0
        self._tasks: set[asyncio.Task[None]] = set()

    def opened(self, by: By, chair: Chair, channel: Any) -> None:
        """A page's channel is open: it is told the room at the next look."""
        chair.channel = Channel(channel, lambda text: self._heard(by, chair, text))
        self._told = None

    def _heard(self, by: By, chair: Chair, text: str) -> None:
        try:
            call = calls.read_call(text)
        except RostraError as error:
            _log.info("call_refused", seat=by.id, sentence=error.sentence)
            return  # without a number there is nothing to answer to
        chair.asked += 1
        if chair.asked > _MOST_A_SECOND or chair.calls >= _MOST_AT_ONCE:
            self._answer(chair, call, TooMany("Too many moves at once: wait a second."))
            return
        chair.calls += 1
        task = asyncio.ensure_future(self._do(by, chair, call))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def _do(self, by: By, chair: Chair, call: Call) -> None:
        try:
            if self._room.chairs.get(by.id) is not chair:
                raise NotAllowed("This connection has left its seat: join again.")
            if call.move == "countdown":
                self._count_down(by, call)
            else:
                await self._perform(call.move, by, call.target, call.value)
        except RostraError as error:
            self._answer(chair, call, error)
        else:
            self._answer(chair, call, None)
        finally:
            chair.calls -= 1

    def _count_down(self, by: By, call: Call) -> None:
        """Announced to all and nothing more: the page that counts goes live by itself."""
        if by.role not in HOSTS:
            raise NotAllowed("Only the host and co-hosts of this Space may do this.")
        told = calls.countdown(calls.read_countdown(call.value), by.name)
        for _, channel in self._channels():
            channel.send(told)

    def _answer(self, chair: Chair, call: Call, error: RostraError | None) -> None:
        if chair.channel is not None and not chair.channel.send(calls.answer(call.number, error)):
            _log.info("answer_not_taken", move=call.move)

    def announce(self, now_ns: int) -> None:
        """Tell the pages what is new; called every LOOK_SECONDS."""
        room = self._room.room
        if room is not self._told or now_ns - self._reported_at >= _REPORT_NS:
            self._told, self._reported_at = room, now_ns
            self._report(room)
        elif now_ns - self._levels_at >= _LEVELS_NS:
            self._levels_at = now_ns
            heard = {ident: chair.meter.level for ident, chair in self._room.chairs.items()}
            for _, channel in self._channels():
                channel.keep_told(calls.levels(heard))

    def _report(self, room: Room) -> None:
        told = self._told_of(room)
        for ident, channel in self._channels():
            channel.keep_told(calls.addressed(told, ident))

    def _told_of(self, room: Room) -> str:
        chairs = self._room.chairs
        lines: dict[str, Line] = {i: chair.line for i, chair in chairs.items()}
        return calls.report(
            room,
            self._room.state,
            speaking=frozenset(i for i, chair in chairs.items() if chair.meter.speaking),
            lines=lines,
            audience=self._room.audience,
            disk_minutes=self._room.recorder.reserved_minutes,
        )

    def _channels(self) -> list[tuple[str, Channel]]:
        chairs = self._room.chairs.items()
        return [(ident, chair.channel) for ident, chair in chairs if chair.channel is not None]

    def farewell(self) -> None:
        """Tell the pages how it ended, before their lines are closed."""
        told = self._told_of(self._room.room)
        for ident, channel in self._channels():
            channel.send(calls.addressed(told, ident))

    async def close(self) -> None:
        """Wait for the moves that are being done."""
        await asyncio.gather(*self._tasks)
