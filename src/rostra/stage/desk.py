"""What the stage does for those who ask over the bus: commands, WHIP sessions, status.

Bodies are JSON. An answer is `{"ok": true, …}` or `{"error": {"status", "code", "sentence"}}`; web
passes the latter on as it is.
"""

from __future__ import annotations

import asyncio
import json
import secrets
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any

import structlog

from rostra.errors import BadInput, NotAllowed, NotFound, RostraError, TakenOver
from rostra.stage.calls import read_object, refusal
from rostra.stage.denoise import Denoiser
from rostra.stage.peer import Peer
from rostra.stage.room import LiveRoom
from rostra.stage.rules import OPEN_PHASES, By
from rostra.stage.seat import Chair
from rostra.stage.switchboard import Switchboard
from rostra.wire.sdp import read_offer
from rostra.wire.sdpfrag import read_sdpfrag

_log = structlog.get_logger("rostra.stage")

Answer = dict[str, Any]
Handler = Callable[[Answer], Awaitable[Answer]]

SEAT_KEPT_NS = 120 * 1_000_000_000  # a seat waits so long for its holder to come back
_OF_CONNECTIONS = frozenset({"join", "away"})  # moves that only a connection makes
_LONGEST = 200  # characters of an id or a name


class Desk:
    """Serves one room. `health` adds what the process knows of itself to the status."""

    def __init__(
        self,
        room: LiveRoom,
        health: Callable[[], Answer],
        peer: Callable[..., Peer] = Peer,
    ) -> None:
        self._room = room
        self._health = health
        self._peer = peer
        self._sessions: dict[str, str] = {}  # session id to seat id
        self._absent: dict[str, int] = {}  # seat id to the boot time when it was first missed
        self._tasks: set[asyncio.Task[None]] = set()
        self.switchboard = Switchboard(room, self._perform)

    def subjects(self, slug: str) -> dict[str, Callable[[bytes], Awaitable[bytes]]]:
        """The bus subjects that this desk answers."""
        return {
            f"stage.{slug}.command": _answering(self.command),
            f"stage.{slug}.whip": _answering(self.whip),
            f"stage.{slug}.status": _answering(self.status),
        }

    async def command(self, asked: Answer) -> Answer:
        """One of the table's moves, on behalf of `by`."""
        move, by = _text(asked, "move"), _by(asked.get("by"))
        target = _text(asked, "target") if asked.get("target") is not None else None
        await self._perform(move, by, target, asked.get("value"))
        return {"ok": True, "state": self._room.state, "phase": self._room.room.phase}

    async def _perform(self, move: str, by: By, target: str | None, value: object) -> None:
        if move in _OF_CONNECTIONS:
            raise BadInput("Seats are taken with an offer by WHIP: send one.")
        if move == "denoise" and value is True:
            await self._quieten(target or by.id)
        event = await self._room.do(move, by, target=target, value=value)
        if event.move in ("remove", "leave") and event.target:
            await self._empty(event.target)

    async def status(self, asked: Answer) -> Answer:
        """The room as the listeners see it, and how the stage does."""
        seats = len(self._room.room.seats)
        return {"ok": True, "state": self._room.state, "seats": seats, "health": self._health()}

    async def whip(self, asked: Answer) -> Answer:
        """Open, close or change a WHIP session (RFC 9725)."""
        operation = _text(asked, "op")
        if operation == "offer":
            return await self._offer(asked)
        chair = self._owned(asked)
        if operation == "delete":
            await self._leave(chair)
            return {"ok": True}
        if operation != "patch":
            raise BadInput("A WHIP session is changed by patch and closed by delete.")
        assert chair.peer is not None  # a session is told of only when it has one
        fragment = read_sdpfrag(str(asked.get("fragment", "")).encode())
        answer = await chair.peer.patch(_text(asked, "etag"), fragment)
        return {"ok": True, "etag": chair.peer.etag, "fragment": answer}

    async def _offer(self, asked: Answer) -> Answer:
        by = _by(asked.get("who"))
        offer = read_offer(str(asked.get("sdp", "")).encode())
        self._check_tab(by.id, asked)
        self._room.check("join", by)  # refused before it costs a socket, and before it is written
        session = secrets.token_urlsafe(24)
        chair = Chair(session)
        chair.tab = _tab(asked)
        peer = self._peer(
            chair.on_packet,
            lambda: self._lost(by, chair),
            on_loss=chair.rate.report,
            on_channel=lambda opened: self.switchboard.opened(by, chair, opened),
        )
        answer = await peer.answer(offer)
        try:
            await self._room.do("join", by, value={"green": asked.get("green") is True})
        except RostraError:
            await peer.close()
            raise
        before = self._room.dismiss(by.id)
        chair.peer, chair.green = peer, self._room.room.seats[by.id].green
        self._room.chairs[by.id] = chair  # whoever held the seat is taken over
        self._sessions[session] = by.id
        if before is not None:
            await self._close(before)
        if peer.closed:
            self._lost(by, chair)  # while the disk kept us waiting: nobody was told of it then
        await self._remember_quiet(by.id)
        return {"ok": True, "session": session, "etag": peer.etag, "answer": answer}

    async def _quieten(self, seat: str) -> None:
        """Have noise suppression ready before the tick needs it. Raises Unavailable."""
        chair = self._room.chairs.get(seat)
        if chair is not None and chair.denoiser is None:
            chair.denoiser = await asyncio.to_thread(Denoiser)

    async def _remember_quiet(self, seat: str) -> None:
        """Who comes back finds noise suppression as it was; if it fails, they are heard as well."""
        there = self._room.room.seats.get(seat)
        if there is not None and there.denoise:
            try:
                await self._quieten(seat)
            except RostraError as error:
                _log.warning("seat_not_quiet", seat=seat, sentence=error.sentence)

    def _check_tab(self, seat: str, asked: Answer) -> None:
        """Who comes back by itself must not take the seat from where its holder went on by hand.

        Raises TakenOver. Two tabs would otherwise steal it from each other for ever.
        """
        chair = self._room.chairs.get(seat)
        if asked.get("again") is True and chair and chair.occupied and chair.tab != _tab(asked):
            raise TakenOver("Your seat is in use in another tab or on another device: join anew.")

    def _owned(self, asked: Answer) -> Chair:
        """The chair of a session that the asker may touch."""
        seat = self._sessions.get(_text(asked, "session"))
        if seat is None:
            raise NotFound("There is no such session: it was closed, or taken over by a new one.")
        if seat != _text(asked, "owner"):
            raise NotAllowed("Only the one who opened this session may change it.")
        return self._room.chairs[seat]

    async def _leave(self, chair: Chair) -> None:
        seat = self._sessions[chair.session]
        who = self._room.room.seats[seat]
        await self._room.do("leave", By(seat, who.name, who.role))
        await self._empty(seat)

    async def _empty(self, seat: str) -> None:
        chair = self._room.dismiss(seat)
        if chair is not None:
            await self._close(chair)

    async def _close(self, chair: Chair) -> None:
        self._sessions.pop(chair.session, None)
        if chair.peer is not None:
            await chair.peer.close()

    def _lost(self, by: By, chair: Chair) -> None:
        """A connection ended by itself: the seat is kept for its holder, who may come back."""
        if self._room.chairs.get(by.id) is chair:
            self._room.dismiss(by.id)
            self._sessions.pop(chair.session, None)
            self._later(self._away(by))

    async def _away(self, by: By) -> None:
        if by.id not in self._room.room.seats or by.id in self._room.chairs:
            return
        try:
            await self._room.do("away", by)
        except RostraError as error:
            # The room is over, or the disk full: the next look for the absent tries again.
            _log.warning("event_not_kept", move="away", sentence=error.sentence)

    async def look_for_absent(self, now_ns: int) -> None:
        """Mark seats whose packets stopped; clear the forsaken.

        A seat is cleared when its connection has been gone for long, not when its microphone is.
        """
        if self._room.room.phase not in OPEN_PHASES:
            return
        for ident, seat in tuple(self._room.room.seats.items()):
            chair = self._room.chairs.get(ident)
            away = chair is None or chair.away
            by = By(ident, seat.name, seat.role)
            if chair is not None:
                chair.look()
                self._absent.pop(ident, None)
            elif now_ns - self._absent.setdefault(ident, now_ns) > SEAT_KEPT_NS:
                del self._absent[ident]
                await self._room.do("leave", by)
                continue
            if away and not seat.away:
                await self._room.do("away", by)
        self._absent = {i: since for i, since in self._absent.items() if i in self._room.room.seats}

    async def look_for_returned(self) -> None:
        """Mark seats from which packets come again: their pages wait to be told."""
        if self._room.room.phase not in OPEN_PHASES:
            return
        for ident, chair in tuple(self._room.chairs.items()):
            seat = self._room.room.seats.get(ident)
            if seat is not None and seat.away and not chair.away:
                await self._room.do("join", By(ident, seat.name, seat.role))

    def _later(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.ensure_future(work)
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    async def close(self) -> None:
        """End all connections; the pages are told first what became of the room."""
        self.switchboard.farewell()
        await asyncio.sleep(0)  # the channels send what they were given in a task of their own
        await asyncio.gather(*(self._empty(seat) for seat in tuple(self._room.chairs)))
        await asyncio.gather(*self._tasks)
        await self.switchboard.close()


def _answering(handler: Handler) -> Callable[[bytes], Awaitable[bytes]]:
    async def answer(body: bytes) -> bytes:
        try:
            result = await handler(_object(body))
        except RostraError as error:
            result = refusal(error)
        return json.dumps(result, ensure_ascii=False).encode()

    return answer


def _object(body: bytes) -> Answer:
    asked = read_object(body)
    if asked is None:
        raise BadInput("A command to the stage must be a JSON object.")
    return asked


def _by(value: Any) -> By:
    if not isinstance(value, dict):
        raise BadInput("A command to the stage must say who asks.")
    return By(_text(value, "id"), _text(value, "name"), _text(value, "role"))


def _tab(asked: Answer) -> str:
    return str(asked.get("tab", ""))[:_LONGEST]


def _text(asked: Answer, key: str) -> str:
    value = asked.get(key)
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise BadInput(f"The field {key} must be a text of 1 to {_LONGEST} characters.")
    return value
