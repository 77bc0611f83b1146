"""The phones of one worker: each asks for playlists and segments on a connection of its own."""

from __future__ import annotations

import random
from functools import partial

import numpy as np

from rostra.rehearsal.audience import State
from rostra.rehearsal.connections import ENDED
from rostra.rehearsal.listener import HEAD_PATIENCE, Ask, Lost, More, Over, Refused, backoff
from rostra.rehearsal.phone import Cut, Phone, Rest, Sound, Step
from rostra.rehearsal.scene import Scene

_PLAIN = 1e9  # period and burst of a class that never asks a player to hurry or to leave out


class Phones:
    """All of one worker."""

    def __init__(self, scene: Scene, cut: Cut) -> None:
        self._scene, self._cut = scene, cut
        self._phones: dict[int, Phone] = {}
        self._busy: dict[int, float] = {}  # who waits for an answer, since when
        self._tries: dict[int, int] = {}
        self._sounds: dict[int, float] = {}  # up to where there is sound for whom, since this turn

    def __len__(self) -> int:
        return len(self._phones)

    def __contains__(self, one: int) -> bool:
        return one in self._phones

    @property
    def numbers(self) -> list[int]:
        return list(self._phones)

    def start(self, one: int) -> bool:
        """`one` comes; False when there is no room here."""
        phone = self._phones[one] = Phone(self._scene.errand, self._scene.now, self._cut)
        self._scene.audience.state[one] = State.JOINING
        self._scene.audience.last[one] = np.inf  # it may be quiet for long between two answers
        return self._connect(one, phone)

    def again(self, one: int) -> bool:
        """The rest of `one` is over."""
        phone, scene = self._phones[one], self._scene
        sock = scene.socks[one]
        if sock is None:
            phone.reconnected(scene.now)
            return self._connect(one, phone)
        self._send(one, phone.again())
        return True

    def look(self) -> None:
        """Once a second: answers that do not come are given up."""
        self.hear()
        now = self._scene.now
        for one in [one for one, since in self._busy.items() if now - since > HEAD_PATIENCE]:
            self._lost(one)

    def _connect(self, one: int, phone: Phone) -> bool:
        sock = self._scene.open(one, phone.request)
        if sock is None:
            return False
        self._busy[one] = self._scene.now
        self._scene.connections.special[sock.fileno()] = partial(self._ready, one, phone)
        return True

    def _send(self, one: int, request: bytes) -> None:
        sock = self._scene.socks[one]
        assert sock is not None
        self._busy[one] = self._scene.now
        self._scene.connections.send(sock, request)

    def _ready(self, one: int, phone: Phone, mask: int) -> None:
        scene = self._scene
        sock = scene.socks[one]
        assert sock is not None
        scene.connections.flush(sock)
        while scene.socks[one] is sock:
            step = self._next(one, phone)
            if step is None:
                if mask & ENDED:
                    self._lost(one)
                return
            self._take(one, phone, step)

    def _next(self, one: int, phone: Phone) -> Step | None:
        connections, sock = self._scene.connections, self._scene.socks[one]
        assert sock is not None
        try:
            if phone.skip:
                got = connections.discard(sock, phone.skip)
                self._scene.row.add("bytes", max(0, got))
                return None if got < 0 else phone.skipped(got) if got else Lost("it ended")
            data = connections.read(sock)
        except OSError as reason:
            return Lost(str(reason))
        if data is None:
            return None
        self._scene.row.add("bytes", len(data))
        return phone.take(data, self._scene.now) if data else Lost("it ended")

    def _take(self, one: int, phone: Phone, step: Step) -> None:
        scene = self._scene
        if isinstance(step, More):
            return
        if isinstance(step, Ask):
            self._send(one, step.request)
        elif isinstance(step, Sound):
            self._heard(one, step)
            if step.request is not None:
                self._send(one, step.request)
            else:
                self._rest(one, phone)
        elif isinstance(step, Rest):
            self._rest(one, phone)
        elif isinstance(step, Refused):
            scene.refused(one, phone.since)
            self._lost(one, step.wait * (1 + 0.5 * random.random()))  # noqa: S311
        elif isinstance(step, Over):
            self._busy.pop(one, None)
            scene.over(one, step.status)
        else:
            self._lost(one)

    def _rest(self, one: int, phone: Phone) -> None:
        self._busy.pop(one, None)
        self._scene.rest(one, max(0.05, phone.due - self._scene.now))

    def _heard(self, one: int, sound: Sound) -> None:
        scene, audience = self._scene, self._scene.audience
        self._tries[one] = 0
        scene.turned_away[one] = False
        if not audience.joined[one]:
            audience.joined[one] = True
            audience.join_times.append(scene.now - float(audience.asked[one]))
            audience.players.place(one, sound.start, _PLAIN, _PLAIN)
        audience.state[one] = State.LISTENING
        self._sounds[one] = sound.end

    def hear(self) -> None:
        """What came in this turn is heard, by all at once: arrays for each would take longer."""
        if not self._sounds:
            return
        audience, now = self._scene.audience, self._scene.now
        who = np.fromiter(self._sounds, np.int64, len(self._sounds))
        ends = np.fromiter(self._sounds.values(), np.float64, len(self._sounds))
        self._sounds.clear()
        begins = audience.players.arrive(
            who, ends, np.full(len(who), now), audience.reference.fills
        )
        audience.first_sound += (now - audience.asked[begins]).tolist()

    def _lost(self, one: int, wait: float = 0.0) -> None:
        scene = self._scene
        self._busy.pop(one, None)
        scene.close(one)
        tries = self._tries[one] = min(self._tries.get(one, 0) + 1, 20)
        scene.later(one, max(wait, backoff(tries, random.random())))  # noqa: S311
