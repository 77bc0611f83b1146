"""The live room: rules, seats and the pen, brought together fifty times a second.

`tick` must never wait: it takes what has come, mixes, encodes and appends ready-made bytes.
Everything slow (the event log's disk, handshakes, the bus) happens beside it, and changes the room
only by values put in place between two ticks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from rostra.clock import Clock
from rostra.programme.manifest import Manifest
from rostra.stage import hold, rules
from rostra.stage.events import EventLog
from rostra.stage.foldback import Foldback
from rostra.stage.mixer import Blend, Limiter, total
from rostra.stage.recorder import Recorder
from rostra.stage.rules import By, Event, Room
from rostra.stage.seat import Chair
from rostra.stage.statement import Audience, Document, Statement, Surroundings, document
from rostra.wire.timing import FRAGMENT, RATE

Pcm = npt.NDArray[np.float32]

_UNDER = 0.25  # -12 dB: the stage as it is heard in the green room, beneath what is said there


class LiveRoom:
    """One Space while it is open. `on_air` is the media time where `t` begins, None before."""

    def __init__(
        self, manifest: Manifest, room: Room, recorder: Recorder, log: EventLog, clock: Clock
    ) -> None:
        self.room = room
        self.recorder = recorder
        self.chairs: dict[str, Chair] = {}
        self._leaving: list[Chair] = []
        self.on_air = manifest.on_air if manifest.programme == recorder.pid else None
        self.audience = Audience()
        self.reactions: dict[str, float] = {}
        self.reactions_known = manifest.reactions
        self._manifest = manifest
        self._log = log
        self._clock = clock
        self._turn = asyncio.Lock()
        self._statement = Statement()
        self._limiter = Limiter()
        self._blend, self._green_blend = Blend(), Blend()
        self._foldback, self._green_foldback = Foldback(), Foldback()
        self._said: Document = self._document(recorder.tick)
        self._play_prelude()
        if self.on_air is None and room.phase in ("live", "paused"):
            self.on_air = recorder.tick  # a new programme of a room that is on air already

    @property
    def recorded(self) -> bool:
        """Whether the programme is kept after its end."""
        return self._manifest.record

    @property
    def finished(self) -> bool:
        """Whether the last fragment of an ended room has been published."""
        return self.room.phase == "ended" and self._said["phase"] == "ended"

    @property
    def state(self) -> Document:
        """The state document as the listeners were last told."""
        return self._said

    async def do(
        self, move: str, by: By, *, target: str | None = None, value: object = None
    ) -> Event:
        """Check a move, make it durable, then apply it. Raises what the rules raise."""
        async with self._turn:
            event = rules.decide(
                self.room, move, by, at=self._clock.wall_ms(), target=target, value=value
            )
            if self._changes_nothing(event):
                return event
            await asyncio.to_thread(self._log.append, event)
            self.room = rules.apply(self.room, event)
            return event

    def check(self, move: str, by: By) -> None:
        """Raise what `do` would raise now; nothing happens."""
        rules.decide(self.room, move, by, at=self._clock.wall_ms())

    def _changes_nothing(self, event: Event) -> bool:
        """Speakers come and go by the network: only what differs is worth a line on the disk."""
        return event.move not in ("remove",) and rules.apply(self.room, event) == self.room

    def tick(self) -> bool:
        """Mix 20 ms and append them; True when that published a fragment."""
        if self.recorder.at_boundary and self.on_air is None and self.room.phase == "live":
            self.on_air = self.recorder.tick
        stage, green = self._rooms()
        own = self._blend.balanced(self._taken(stage), _talking(stage))
        mix = total(own) + total(self._fading())
        self._foldback.answer(stage, own)
        if green:
            # What is said in the green room goes no further than to those who are in it.
            said = self._green_blend.balanced(self._taken(green), _talking(green))
            self._green_foldback.answer(green, said, mix * _UNDER)
        sound = mix if self._heard else hold.frame(self.recorder.tick)
        return self.recorder.add(
            self._limiter.limit(sound),
            self._events,
            lobby=self.on_air is None,
            wall_ms=self._clock.wall_ms(),
        )

    def _play_prelude(self) -> None:
        """What the first listener is given at once must be there: hold music, of just before."""
        recorder, wall_ms = self.recorder, self._clock.wall_ms()
        while (left := recorder.live - recorder.tick) > 0:
            sound = self._limiter.limit(hold.frame(recorder.tick))
            when = wall_ms - left * 1000 // RATE
            recorder.add(sound, self._events, lobby=self.on_air is None, wall_ms=when)

    @property
    def _heard(self) -> bool:
        """Whether the speakers go out: on air begins at a fragment's boundary, never before."""
        return self.room.phase in ("live", "ended") and self.on_air is not None

    def _rooms(self) -> tuple[dict[str, Chair], dict[str, Chair]]:
        """The chairs on the stage and those in the green room; without a seat nobody is heard."""
        seated = {i: chair for i, chair in self.chairs.items() if i in self.room.seats}
        stage = {i: chair for i, chair in seated.items() if not chair.green}
        return stage, {i: chair for i, chair in seated.items() if chair.green}

    def _taken(self, chairs: Mapping[str, Chair]) -> dict[str, Pcm]:
        own: dict[str, Pcm] = {}
        for ident, chair in chairs.items():
            seat = self.room.seats[ident]
            frame = chair.take(muted=seat.muted, green=seat.green, denoise=seat.denoise)
            if frame is not None:
                own[ident] = frame
        return own

    def dismiss(self, ident: str) -> Chair | None:
        """Take a chair away, if it is there; what it was saying fades out with the next tick."""
        chair = self.chairs.pop(ident, None)
        if chair is not None and not chair.green:
            self._leaving.append(chair)
        return chair

    def _fading(self) -> dict[str, Pcm]:
        leaving, self._leaving = self._leaving, []
        last = {chair.session: chair.take(muted=True) for chair in leaving}
        return {session: frame for session, frame in last.items() if frame is not None}

    def _events(self, media_time: int) -> tuple[Sequence[bytes], bool]:
        self._said = self._document(media_time)
        return self._statement.events(media_time, self._said)

    def _document(self, media_time: int) -> Document:
        since = 0 if self.on_air is None else max(0, media_time - self.on_air)
        return document(
            self.room, self._surroundings(), on_air=since, wall_ms=self._clock.wall_ms()
        )

    def _surroundings(self) -> Surroundings:
        return Surroundings(
            slug=self._manifest.slug,
            title=self._manifest.title,
            recorded=self._manifest.record,
            audience=self.audience,
            speaking=frozenset(i for i, chair in self.chairs.items() if chair.meter.speaking),
            levels={i: chair.meter.take_level() for i, chair in self.chairs.items()},
            reactions=self.reactions,
        )

    def sleep_until(self, media_time: int) -> None:
        """The process did not run for long: what was missed becomes marked silence."""
        self.recorder.skip_to(media_time - media_time % FRAGMENT, self._clock.wall_ms())


def _talking(chairs: Mapping[str, Chair]) -> int:
    return sum(chair.meter.speaking for chair in chairs.values())
