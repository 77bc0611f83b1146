"""The live room: rules, seats and the pen, brought together fifty times a second.

`tick` must never wait: it takes what has come, mixes, encodes and appends ready-made bytes.
Everything slow (the event log's disk, handshakes, the bus) happens beside it, and changes the room
only by values put in place between two ticks.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from rostra.clock import Clock
from rostra.programme.manifest import Manifest
from rostra.programme.opus import Encoder
from rostra.stage import hold, rules
from rostra.stage.events import EventLog
from rostra.stage.mixer import Blend, Limiter, total
from rostra.stage.recorder import Recorder
from rostra.stage.rules import By, Event, Room
from rostra.stage.seat import Chair, return_encoder, silent_return
from rostra.stage.statement import Document, Statement, Surroundings, document
from rostra.wire.timing import FRAGMENT

Pcm = npt.NDArray[np.float32]


class LiveRoom:
    """One Space while it is open. `on_air` is the media time where `t` begins, None before."""

    def __init__(
        self, manifest: Manifest, room: Room, recorder: Recorder, log: EventLog, clock: Clock
    ) -> None:
        self.room = room
        self.recorder = recorder
        self.chairs: dict[str, Chair] = {}
        self.on_air = manifest.on_air if manifest.programme == recorder.pid else None
        self.listeners = 0
        self.reactions: dict[str, float] = {}
        self.reactions_known = manifest.reactions
        self._manifest = manifest
        self._log = log
        self._clock = clock
        self._turn = asyncio.Lock()
        self._statement = Statement()
        self._limiter = Limiter()
        self._blend = Blend()
        self._shared: Encoder | None = None
        self._shared_limiter = Limiter()
        self._said: Document = self._document(recorder.tick)
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
        own = self._taken()
        mix = total(own)
        self._answer(own)
        sound = mix if self._heard else hold.frame(self.recorder.tick)
        return self.recorder.add(
            self._limiter.limit(sound),
            self._events,
            lobby=self.on_air is None,
            wall_ms=self._clock.wall_ms(),
        )

    @property
    def _heard(self) -> bool:
        """Whether the speakers go out: on air begins at a fragment's boundary, never before."""
        return self.room.phase in ("live", "ended") and self.on_air is not None

    def _taken(self) -> dict[str, Pcm]:
        own: dict[str, Pcm] = {}
        for ident, chair in self.chairs.items():
            seat = self.room.seats.get(ident)
            frame = chair.take(muted=seat is None or seat.muted)
            if frame is not None:
                own[ident] = frame
        talking = sum(self.chairs[ident].meter.speaking for ident in own)
        return self._blend.balanced(own, talking)

    def _answer(self, own: dict[str, Pcm]) -> None:
        """Send every seat what the others say; those who are silent share one encoding.

        Who only lets their room be heard counts as silent: thirteen open microphones would
        otherwise cost thirteen encodings, and everybody would hear thirteen rooms.
        """
        said = {i: frame for i, frame in own.items() if self.chairs[i].meter.audible}
        mix = total(said)
        listening = [(ident, chair) for ident, chair in self.chairs.items() if chair.listens]
        shared = b""
        for ident, chair in listening:
            if not said.keys() - {ident}:
                chair.hear(mix, None, silent_return())
            elif ident in said:
                chair.hear(mix, said[ident], None)
            else:
                shared = shared or self._for_the_silent(mix)
                chair.hear(mix, None, shared)

    def _for_the_silent(self, mix: Pcm) -> bytes:
        if self._shared is None:
            self._shared = return_encoder()
        return self._shared.encode(self._shared_limiter.limit(mix))

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
            listeners=self.listeners,
            speaking=frozenset(i for i, chair in self.chairs.items() if chair.meter.speaking),
            levels={i: chair.meter.take_level() for i, chair in self.chairs.items()},
            reactions=self.reactions,
        )

    def sleep_until(self, media_time: int) -> None:
        """The process did not run for long: what was missed becomes marked silence."""
        self.recorder.skip_to(media_time - media_time % FRAGMENT, self._clock.wall_ms())
