"""The stage process: opens or continues a room, ticks it, and looks after what may take its time.

The order at the start matters after a crash: log, rules, then sound; the bus and everything else
come when they come. The tick runs by boot time; what it missed it makes up for, or fills.
"""

from __future__ import annotations

import asyncio
import gc
import itertools
import signal
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any

import structlog

from rostra import moments
from rostra.bus.contract import Bus
from rostra.clock import Clock
from rostra.errors import Misconfigured, RostraError
from rostra.programme import manifest as manifests
from rostra.programme.board import Board
from rostra.programme.manifest import Manifest
from rostra.programme.places import Places
from rostra.settings import StageSettings
from rostra.stage import hold, rules
from rostra.stage.desk import Desk
from rostra.stage.events import EventLog
from rostra.stage.lateness import Lateness
from rostra.stage.peer import Peer
from rostra.stage.recorder import FIRST_RESERVE, NEXT_RESERVE, Recorder
from rostra.stage.room import LiveRoom
from rostra.stage.rules import By, Room
from rostra.stage.statement import Audience
from rostra.stage.switchboard import LOOK_SECONDS
from rostra.stage.timeline import (
    LONGEST_FILL,
    MOST_AT_ONCE,
    due_at,
    media_time_at,
    ticks_due,
)
from rostra.wire.timing import FRAME, RATE

_log = structlog.get_logger("rostra.stage")

_TELL_SECONDS = 0.05
_LOOK_SECONDS = 1.0
_SYNC_SECONDS = 1.0
_RESERVE_EVERY = 600  # syncs
_FORGET_EVERY = 60
KEPT_UNRECORDED = 32 * 60.0  # seconds: the half hour that may be rewound, and some for the slow
_HEALTH_SECONDS = 60.0


_MYSELF = By("stage", "Rostra", "host")


async def run_stage(
    slug: str, *, places: Places, settings: StageSettings, bus: Bus, clock: Clock
) -> int:
    """Be the stage of the Space `slug` until it ends (0) or the process is told to stop (0).

    1 asks to be started again: the machine slept for longer than a programme can bridge.

    Raises Misconfigured when a codec is missing or the Space has no manifest.
    """
    found = manifests.read(places.manifest(slug))
    if found is None:
        raise Misconfigured(f"There is no Space {slug} in {places.root}: make it first.")
    if not found.on:
        return 0
    stage = Stage(slug, found, places, settings, clock)
    try:
        return await stage.run(bus)
    finally:
        await bus.close()


class Stage:
    """One room and the tasks around it."""

    def __init__(
        self, slug: str, found: Manifest, places: Places, settings: StageSettings, clock: Clock
    ) -> None:
        self._slug = slug
        self._places = places
        self._clock = clock
        self._stopped = asyncio.Event()
        self._lateness = Lateness()
        self._recorder = _recorder(slug, found, places, settings, clock)
        self._log, events = EventLog.open(places.events(slug))
        room = Room()
        for event in events:
            room = rules.apply(room, event)
        if found.programme not in (None, self._recorder.pid):
            room = self._paused(room)
        self._room = LiveRoom(found, room, self._recorder, self._log, clock)
        self._desk = Desk(self._room, self.health, partial(Peer, settings=settings))

    def _paused(self, room: Room) -> Room:
        """Away for too long to go on as if nothing had been: the host says when to resume.

        Raises Unavailable when the disk does not take the event.
        """
        if room.phase != "live":
            return room
        event = rules.decide(room, "pause", _MYSELF, at=self._clock.wall_ms())
        self._log.append(event)
        return rules.apply(room, event)

    async def run(self, bus: Bus) -> int:
        """Tick until the room is over or the process is stopped.

        The answer is an exit code: 0, or 1 to be started again.
        """
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, self._stopped.set)
        # What was imported lives as long as the process: the collector need not look at it again.
        gc.collect()
        gc.freeze()
        if self._room.room.phase != "ended":
            # Before disk is set aside for it: a programme that nobody was told of is never cleared.
            await self._done(self._tell_manifest)
        tasks = (
            self._serve(bus), self._tell(), self._keep(), self._look(), self._welcome(),
            self._announce(), self._report(),
        )  # fmt: skip
        beside = [asyncio.create_task(work) for work in tasks]
        try:
            return await self._tick_on(beside)
        finally:
            for task in beside:
                task.cancel()
            await asyncio.gather(*beside, return_exceptions=True)
            await self._leave()

    def health(self) -> dict[str, Any]:
        """How the stage does: tick lateness in ms, seats, disk."""
        late = self._lateness.spread()
        return {
            "stage_tick_p50_ms": round(late.p50 / 1e6, 2),
            "stage_tick_p99_ms": round(late.p99 / 1e6, 2),
            "stage_tick_max_ms": round(late.worst / 1e6, 2),
            "seats": {
                ident: {
                    "received": chair.jitter.received,
                    "concealed": chair.jitter.concealed,
                    "refused": chair.jitter.refused,
                }
                for ident, chair in self._room.chairs.items()
            },
            "disk_full": self._recorder.disk_full,
            "reserved_minutes": self._recorder.reserved_minutes,
            "programme": self._recorder.pid,
        }

    async def _tick_on(self, beside: list[asyncio.Task[None]]) -> int:
        """The heart: one tick every 20 ms of boot time, until the room is over (0).

        1 when the machine slept for so long that this programme cannot go on.
        """
        recorder, clock = self._recorder, self._clock
        while not self._stopped.is_set() and not self._room.finished:
            wait = due_at(recorder.origin.boot_ns, recorder.tick) - clock.boot_ns()
            if wait > 0:
                await asyncio.sleep(wait / 1e9)
            for task in beside:
                if task.done():
                    task.result()  # a task that failed must not fail in silence
            due = ticks_due(recorder.origin.boot_ns, recorder.tick, clock.boot_ns())
            if due * FRAME > LONGEST_FILL:
                _log.warning("slept_too_long", space=self._slug, seconds=due * FRAME // RATE)
                return 1  # the next process decides, as after any other death
            if due > MOST_AT_ONCE:
                self._sleep_until_now()
                continue
            if due > 1:
                await _read_sockets(due)
            for _ in range(due):
                self._lateness.note(self._late_ns())
                self._room.tick()
            await asyncio.sleep(0)  # packets that came meanwhile have their turn
        return 0

    def _late_ns(self) -> int:
        """How long ago the next tick was due."""
        recorder = self._recorder
        return self._clock.boot_ns() - due_at(recorder.origin.boot_ns, recorder.tick)

    def _sleep_until_now(self) -> None:
        """Fill what this process missed; nobody heard those ticks in time."""
        recorder, late_ns = self._recorder, self._late_ns()
        first = recorder.tick
        self._room.sleep_until(media_time_at(recorder.origin.boot_ns, self._clock.boot_ns()))
        self._lateness.note_missed((recorder.tick - first) // FRAME, late_ns)

    async def _serve(self, bus: Bus) -> None:
        for subject, answer in self._desk.subjects(self._slug).items():
            await bus.serve(subject, answer)
        await self._stopped.wait()

    async def _tell(self) -> None:
        """Keep the manifest in step with the room: edges and the supervisor read it."""
        told: tuple[Any, ...] | None = None
        while True:
            now = (self._room.room.phase, self._room.on_air, self._room.room.pinned)
            # "ended" is told when the last fragment is there: edges end their responses by it.
            if now != told and now[0] != "ended" and await self._done(self._tell_manifest):
                told = now
            await asyncio.sleep(_TELL_SECONDS)

    async def _done(self, work: Callable[..., None], *arguments: Any) -> bool:
        """Whether the disk took `work`, done off the loop. A room outlives a disk that does not."""
        try:
            await asyncio.to_thread(work, *arguments)
        except (RostraError, OSError) as error:
            _log.warning("disk_refused", space=self._slug, work=work.__name__, reason=str(error))
            return False
        return True

    def _tell_manifest(self) -> None:
        room, recorder = self._room, self._recorder

        def change(before: Manifest) -> Manifest:
            if not before.on:
                return before  # ended or removed meanwhile: not ours to undo
            return replace(
                before,
                phase=room.room.phase,
                programme=recorder.pid,
                on_air=room.on_air,
                pinned=room.room.pinned,
            )

        manifests.update(self._places.manifest(self._slug), change)

    async def _keep(self) -> None:
        """Disk: reserve ahead, and sync once a second, both off the loop."""
        await self._done(self._recorder.reserve, FIRST_RESERVE)
        for second in itertools.count(1):
            await asyncio.sleep(_SYNC_SECONDS)
            await self._done(self._recorder.sync)
            if second % _RESERVE_EVERY == 0:
                await self._done(self._recorder.reserve, NEXT_RESERVE)
            if second % _FORGET_EVERY == 0 and not self._room.recorded:
                await self._done(self._recorder.forget, KEPT_UNRECORDED)

    async def _look(self) -> None:
        """Once a second: who is absent, how many listen, how they react; and tell how we do."""
        before: tuple[int, ...] = ()
        while True:
            try:
                await self._desk.look_for_absent(self._clock.boot_ns())
                if self._places.board.exists():  # else no edge has started yet
                    with Board.open(self._places.board) as board:
                        before = self._count(board, before)
                        self._tell_lateness(board)
            except RostraError as error:
                _log.warning("look_failed", space=self._slug, sentence=error.sentence)
            await asyncio.sleep(_LOOK_SECONDS)

    async def _welcome(self) -> None:
        """Who is heard again is shown at once; where the disk is full, tried again in a second."""
        while True:
            wait = LOOK_SECONDS
            try:
                await self._desk.look_for_returned()
            except RostraError as error:
                _log.warning("look_failed", space=self._slug, sentence=error.sentence)
                wait = _LOOK_SECONDS
            await asyncio.sleep(wait)

    async def _announce(self) -> None:
        """Tell those on the stage what is new, over their own connections."""
        while True:
            self._desk.switchboard.announce(self._clock.boot_ns())
            await asyncio.sleep(LOOK_SECONDS)

    def _count(self, board: Board, before: tuple[int, ...]) -> tuple[int, ...]:
        counts = board.space(self._slug)
        self._room.audience = Audience(
            counts.hearing, counts.unverified, counts.rehearsed, counts.listeners
        )
        self._room.reactions = {
            reaction: now - then
            for reaction, now, then in zip(
                self._room.reactions_known, counts.reactions, before, strict=False
            )
            if now > then
        }
        return counts.reactions

    def _tell_lateness(self, board: Board) -> None:
        late_us = self._lateness.spread().p99 // 1000
        board.tell_stage(self._slug, late_us, self._clock.boot_ns())

    async def _report(self) -> None:
        while True:
            await asyncio.sleep(_HEALTH_SECONDS)
            _log.info("health", space=self._slug, **self.health())

    async def _leave(self) -> None:
        await self._desk.close()
        ended = self._room.finished
        self._recorder.close(trim=True)  # a stage that comes back sets space aside anew
        self._log.close()
        if ended:
            await asyncio.to_thread(self._tell_end)  # if the disk refuses, the next start tries
        _log.info("stage_left", space=self._slug, ended=ended)

    def _tell_end(self) -> None:
        """The room is over: the manifest says so, and what must not be kept goes."""
        pid, on_air = self._recorder.pid, self._room.on_air
        ended_at = moments.shown(self._clock.wall_ms())

        def change(before: Manifest) -> Manifest:
            if not before.on:
                return before
            # A room that was over before this process began has its programme and needs no other.
            mine = before.programme in (None, pid)
            heard_from = on_air if mine else before.on_air
            return replace(
                before,
                phase="ended",
                programme=pid if mine else before.programme,
                on_air=heard_from,
                ended_at=ended_at,
                replay=before.record and heard_from is not None,
            )

        after = manifests.update(self._places.manifest(self._slug), change)
        if not after.replay:
            for pattern in ("*.mp4", "*.idx"):  # earlier programmes of this Space too
                for path in self._places.space(self._slug).glob(pattern):
                    path.unlink(missing_ok=True)


async def _read_sockets(ticks: int) -> None:
    """Let in what came while we could not run: it is a datagram for each socket and turn.

    Otherwise the ticks that are made up for would find no packets and conceal what is there.
    """
    for _ in range(2 * ticks + 2):
        await asyncio.sleep(0)


def _recorder(
    slug: str, found: Manifest, places: Places, settings: StageSettings, clock: Clock
) -> Recorder:
    if found.programme is None:
        return Recorder.begin(slug, 0, places, settings, clock, prelude=hold.PRELUDE)
    return Recorder.go_on(slug, found.programme, places, settings, clock, prelude=hold.PRELUDE)
