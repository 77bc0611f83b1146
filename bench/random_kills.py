"""kill -9 of whatever comes up, at random moments, while the coded programme is on air.

The victims are web, bus, one edge, the process that all edges are born of, and the stage. After
each five minutes the listeners say what they heard: whatever they missed must lie behind a death of
the stage, the only process whose loss anybody may notice. Kills come so close together that one
process is often shot while another is still on its way back.
"""

from __future__ import annotations

import random
import time
from collections import Counter
from dataclasses import dataclass, field

import psutil

from bench.ear import Ear, Heard
from bench.rig import Server, arguments, percentile, report, server
from bench.speaker import on_air
from rostra.testing.meter import Reading
from rostra.testing.patience import until
from rostra.wire.timing import FRAGMENT, RATE

_VICTIMS = ("web", "bus", "edge ", "edges", "stage")
_ROUND = 300.0  # seconds that listeners keep what they hear
_PAUSE = (1.0, 15.0)  # seconds between two kills
_CALM = 12.0  # seconds without kills at both ends of a round
_METERED = 2  # listeners whose sound is decoded
_SHOWN = 20  # faults told one by one
_AFTER = 10.0  # seconds in which what is heard is put down to the death of a stage


@dataclass(frozen=True)
class _Kill:
    """Who, and the media time (samples) that the listeners had come to."""

    victim: str
    media_time: int


@dataclass
class _Tally:
    """What all rounds so far have shown."""

    kills: Counter[str] = field(default_factory=Counter)
    unexplained: Counter[str] = field(default_factory=Counter)
    speech_gone: list[float] = field(default_factory=list)
    waits: list[float] = field(default_factory=list)
    heard_seconds: float = 0.0
    holes: int = 0
    connections: int = 0
    examples: list[str] = field(default_factory=list)

    def add(self, kills: list[_Kill], heard: list[Heard]) -> None:
        """Judge one round."""
        self.kills.update(kill.victim.strip() for kill in kills)
        for one in heard:
            self.holes += len(one.holes())
            self.connections += one.connections
            self.waits.append(one.longest_wait())
        for one in heard[:_METERED]:
            self._hear(one.reading(), one.fragments[0].media_time, kills)

    def _hear(self, reading: Reading, began: int, kills: list[_Kill]) -> None:
        self.heard_seconds += reading.heard_seconds
        stage = [kill.media_time for kill in kills if kill.victim == "stage"]
        silent = dict.fromkeys(stage, 0.0)
        for kind, faults in reading.faults.items():
            for fault in faults:
                cause = _cause(began + fault.at, stage)
                if cause is None:
                    self.unexplained[kind] += 1
                    self._remember(kind, fault.samples, began + fault.at, kills)
                elif kind in ("inserted", "drops"):
                    silent[cause] += fault.samples / RATE
        self.speech_gone += silent.values()

    def _remember(self, kind: str, samples: int, at: int, kills: list[_Kill]) -> None:
        if len(self.examples) < _SHOWN:
            last = {k.victim: (at - k.media_time) / RATE for k in kills if k.media_time < at + RATE}
            after = ", ".join(f"{who.strip()} {since:.1f}" for who, since in last.items())
            self.examples.append(f"{kind} of {samples / 48:.1f} ms; seconds after {after}")


def _cause(media_time: int, stage: list[int]) -> int | None:
    """The last death of a stage that a fault at `media_time` may come from."""
    near = [t for t in stage if t - FRAGMENT <= media_time < t + _AFTER * RATE]
    return max(near, default=None)


def _reached(ears: list[Ear]) -> int:
    return max(ear.heard.fragments[-1].end for ear in ears)


def _round(running: Server, listeners: int, dice: random.Random) -> tuple[list[_Kill], list[Heard]]:
    ears = [Ear(f"{running.live}/live/kills/opus.mp4").begin() for _ in range(listeners)]
    until(lambda: all(ear.heard.fragments for ear in ears), "sound", 20)
    over = time.monotonic() + _ROUND - _CALM
    time.sleep(_CALM)
    kills: list[_Kill] = []
    while time.monotonic() < over:
        victim = dice.choice(_VICTIMS)
        try:
            dice.choice(running.named(f"rostra {victim}")).kill()
        except (IndexError, psutil.NoSuchProcess):
            pass  # it is dead already, from the last shot
        else:
            kills.append(_Kill(victim, _reached(ears)))
        time.sleep(dice.uniform(*_PAUSE))
    time.sleep(_CALM)
    return kills, [ear.end() for ear in ears]


def main() -> None:
    """Shoot for some minutes; say what was heard."""
    asked = arguments(str(__doc__), minutes=60.0, listeners=8, seed=1)
    dice = random.Random(asked.seed)
    tally = _Tally()
    with server() as running:
        speaker = on_air(running, "kills")
        time.sleep(10)  # a new connection's reserve is cut back once: not what is measured
        for _ in range(max(1, round(asked.minutes * 60 / _ROUND))):
            tally.add(*_round(running, asked.listeners, dice))
        speaker.end()
        roster = sorted(running.state("kills")["stage"])
    figures = {
        "minutes": asked.minutes,
        "kills": dict(tally.kills),
        "heard_minutes": round(tally.heard_seconds / 60, 1),
        "holes_in_media_time": tally.holes,
        "faults_not_behind_a_stage": dict(tally.unexplained),
        "examples": tally.examples,
        "speech_gone_s_p50": round(percentile(tally.speech_gone, 0.5), 2),
        "speech_gone_s_p99": round(percentile(tally.speech_gone, 0.99), 2),
        "nothing_came_for_s_p50": round(percentile(tally.waits, 0.5), 2),
        "nothing_came_for_s_max": round(max(tally.waits), 2),
        "connections_per_listener_and_round": round(tally.connections / len(tally.waits), 1),
        "seats_at_the_end": len(roster),
    }
    report("random_kills", figures)


if __name__ == "__main__":
    main()
