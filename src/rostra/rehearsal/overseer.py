"""While a rehearsal runs: is it still welcome, and how is the stage? In a thread of its own."""

from __future__ import annotations

import threading

from rostra.errors import RostraError, Unavailable
from rostra.rehearsal import permission
from rostra.rehearsal.watch import worst_tick

_EVERY = 10.0
_STAGE_EVERY = 2.0


class Overseer:
    """`trouble` says in words why it must stop; `stage_tick` is the worst lateness seen (ms)."""

    def __init__(self, place: permission.Place, token: str | None, listeners: int) -> None:
        self.trouble: str | None = None
        self.stage_tick: float | None = None
        self._place, self._token, self._listeners = place, token, listeners
        self._done = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        self._done.set()

    def _run(self) -> None:
        asked = 0.0
        while not self._done.wait(_STAGE_EVERY):
            self._look_at_stage()
            asked += _STAGE_EVERY
            if asked >= _EVERY:
                asked = 0.0
                self._ask()

    def _ask(self) -> None:
        try:
            permission.check(self._place, self._token, self._listeners)
        except Unavailable:
            return  # too busy to answer is what a rehearsal is to find out
        except RostraError as reason:
            self.trouble = reason.sentence

    def _look_at_stage(self) -> None:
        try:
            status, body = permission.get(self._place, "/metrics")
        except Unavailable:
            return
        tick = worst_tick(body) if status == 200 else None
        if tick is not None:
            self.stage_tick = max(tick, self.stage_tick or 0.0)
