"""Those who listen as the page does, and among them those who compare what they get."""

from __future__ import annotations

import random
from functools import partial

import numpy as np

from rostra.rehearsal.audience import State
from rostra.rehearsal.comparison import Comparison
from rostra.rehearsal.connections import ENDED
from rostra.rehearsal.listener import (
    Ask,
    Beginnings,
    Joining,
    Live,
    Lost,
    More,
    Over,
    Refused,
    Step,
    backoff,
)
from rostra.rehearsal.scene import Scene

_WORKED = 1.0  # s after which a response counts as one that worked (live.js)
_MANY = 1 << 16


class Ears:
    """All of one worker."""

    def __init__(self, scene: Scene) -> None:
        count = len(scene.socks)
        self._scene = scene
        self._marks = [""] * count
        self._beginnings = Beginnings()
        self._known_marks: dict[str, str] = {}
        self._tries = np.zeros(count, np.uint8)
        self._since = np.zeros(count)  # when its present response began
        self._paged = np.zeros(count, np.bool_)
        self._after: dict[int, float] = {}
        self._waiting: dict[int, tuple[Joining, float]] = {}  # by who joins: last heard of when
        self._comparing: dict[int, Comparison | None] = {}

    @property
    def joining(self) -> int:
        """How many are on the way."""
        return len(self._waiting)

    def start(self, one: int, *, verify: bool = False) -> bool:
        """`one` comes, for the first time or again; False when there is no room here."""
        if verify:
            self._comparing[one] = None
        scene = self._scene
        joining = Joining(
            scene.errand, self._beginnings, scene.now, page=not self._paged[one],
            after=self._after.get(one), mark=self._marks[one],
        )  # fmt: skip
        sock = scene.open(one, joining.request)
        if sock is None:
            return False
        scene.audience.state[one] = State.JOINING
        self._waiting[one] = joining, scene.now
        scene.connections.special[sock.fileno()] = partial(self._join_ready, one, joining)
        return True

    # on the way

    def _join_ready(self, one: int, joining: Joining, mask: int) -> None:
        scene = self._scene
        sock = scene.socks[one]
        assert sock is not None
        scene.connections.flush(sock)
        step = self._next(one, joining)
        while isinstance(step, More):
            step = self._next(one, joining)
        self._waiting[one] = joining, scene.now
        if step is not None:
            self._go(one, joining, step)
        elif mask & ENDED:
            self._lost(one)

    def _go(self, one: int, joining: Joining, step: Step) -> None:
        """What comes next for `one`."""
        scene = self._scene
        if isinstance(step, Ask):
            self._paged[one] = True
            if step.anew:
                scene.close(one)
                scene.later(one, 0.0)
            elif (sock := scene.socks[one]) is not None:
                scene.connections.send(sock, step.request)
        elif isinstance(step, Live):
            self._listen(one, step)
        elif isinstance(step, Refused):
            self._refused(one, step, joining)
        elif isinstance(step, Over):
            self._waiting.pop(one, None)
            scene.over(one, step.status)
        elif isinstance(step, Lost):
            self._lost(one)

    def _next(self, one: int, joining: Joining) -> Step | None:
        """The next step; None when nothing more came."""
        connections, sock = self._scene.connections, self._scene.socks[one]
        assert sock is not None
        try:
            if joining.skip:
                got = connections.discard(sock, joining.skip)
                return None if got < 0 else joining.skipped(got) if got else Lost("it ended")
            data = connections.read(sock)
        except OSError as reason:
            return Lost(str(reason))
        return None if data is None else joining.take(data) if data else Lost("it ended")

    def _listen(self, one: int, live: Live) -> None:
        scene, audience = self._scene, self._scene.audience
        sock = scene.socks[one]
        assert sock is not None
        self._waiting.pop(one, None)
        self._after.pop(one, None)
        scene.turned_away[one] = False
        scene.row.add("rejoined", float(audience.joined[one]))
        audience.live(one, live, scene.now)
        self._since[one] = scene.now
        self._marks[one] = self._known_marks.setdefault(live.mark, live.mark)
        if one in self._comparing:
            comparison = self._comparing[one] = Comparison(audience.reference, live)
            ready = partial(self._comparing_ready, one, comparison)
            scene.connections.special[sock.fileno()] = ready
            ready(0)
            return
        scene.connections.count(sock, one)
        _, counts, cut = scene.connections.drain([(sock.fileno(), 0)], scene.socks)
        for count in counts:
            audience.heard_one(one, count, scene.now)
        if cut:
            self.cut(cut)

    def _comparing_ready(self, one: int, comparison: Comparison, mask: int) -> None:
        """Everything is looked at that comes to those who compare."""
        scene = self._scene
        sock = scene.socks[one]
        assert sock is not None
        total, ended = 0, bool(mask & ENDED)
        try:
            while data := scene.connections.read(sock, _MANY):
                comparison.take(data)
                total += len(data)
            ended = ended or data is not None
        except OSError:
            ended = True
        if total:
            scene.audience.heard_one(one, total, scene.now)
        if ended:
            self.cut([one])

    # away

    def cut(self, cut: list[int]) -> None:
        """The connections of these are gone."""
        scene = self._scene
        for one, after in zip(cut, scene.audience.cut(cut, scene.now), strict=True):
            scene.close(one)
            scene.row.add("cut")
            self._finish(one)
            if after is not None:
                self._after[one] = after
            worked = after is not None and scene.now - self._since[one] > _WORKED
            self._tries[one] = 0 if worked else min(self._tries[one] + 1, 20)
            scene.later(one, backoff(int(self._tries[one]), random.random()))  # noqa: S311

    def _lost(self, one: int) -> None:
        scene = self._scene
        self._waiting.pop(one, None)
        scene.close(one)
        self._tries[one] = min(self._tries[one] + 1, 20)
        scene.later(one, backoff(int(self._tries[one]), random.random()))  # noqa: S311

    def _refused(self, one: int, step: Refused, joining: Joining) -> None:
        scene = self._scene
        scene.refused(one, joining.since)
        self._waiting.pop(one, None)
        scene.close(one)
        self._tries[one] = min(self._tries[one] + 1, 20)
        wait = step.wait * (1 + 0.5 * random.random())  # noqa: S311
        wait = max(wait, backoff(int(self._tries[one]), random.random()))  # noqa: S311
        scene.later(one, wait)
        if not scene.audience.joined[one]:
            scene.audience.asked[one] = scene.now + wait

    # now and then

    def look(self, *, last: bool = False) -> None:
        """Once a second: what is compared is compared; who waits in vain is cut off."""
        for one, comparison in self._comparing.items():
            if comparison is not None:
                self._compare(one, comparison)
        if not last:
            self._give_up()

    def _give_up(self) -> None:
        scene = self._scene
        overdue = [
            one for one, (joining, since) in self._waiting.items()
            if scene.now - since > joining.patience
        ]  # fmt: skip
        for one in overdue:
            self._lost(one)
        strays, scene.audience.strays = scene.audience.strays, []
        silent = scene.audience.silent_connections(scene.now)
        if gone := [one for one in {*silent, *strays} if scene.socks[one] is not None]:
            self.cut(gone)
        if len(self._known_marks) > 10_000:
            self._known_marks.clear()

    def _compare(self, one: int, comparison: Comparison) -> None:
        before, broken = comparison.compared, comparison.broken
        comparison.check()
        self._scene.row.add("verified_bytes", comparison.compared - before)
        if comparison.broken and not broken:
            self._scene.row.add("mismatches")

    def _finish(self, one: int) -> None:
        comparison = self._comparing.get(one)
        if comparison is not None:
            self._compare(one, comparison)
            self._comparing[one] = None

    @property
    def verified(self) -> int:
        return len(self._comparing)

    def break_off(self, share: float) -> None:
        """That share of those who listen lose their connections, by no fault of the server."""
        listening = [
            one for one, sock in enumerate(self._scene.socks)
            if sock is not None and self._scene.audience.state[one] == State.LISTENING
        ]  # fmt: skip
        every = max(1, round(1 / share))
        self.cut(listening[::every])
