"""kill -9 of every kind of process while the coded programme is on air, heard by the meter."""

from __future__ import annotations

import time
from typing import Any

from bench.ear import Ear, Heard
from bench.rig import Server, arguments, percentile, report, server
from bench.speaker import on_air
from rostra.testing.patience import until

_BETWEEN = 9.0  # seconds of undisturbed sound around each kill


def _listeners(running: Server, count: int) -> list[Ear]:
    return [Ear(f"{running.live}/live/kills/opus.mp4").begin() for _ in range(count)]


def _killed(running: Server, title: str) -> None:
    victims = running.named(title)
    gone = {victim.pid for victim in victims}
    for victim in victims[:1]:
        victim.kill()
    until(lambda: {p.pid for p in running.named(title)} - gone, f"new {title}", 10)


def _round(running: Server, title: str, rounds: int, listeners: int) -> dict[str, Any]:
    """Kill `title` so often, and say what the listeners heard."""
    ears = _listeners(running, listeners)
    until(lambda: all(ear.heard.fragments for ear in ears), "sound", 10)
    time.sleep(_BETWEEN)
    for _ in range(rounds):
        _killed(running, title)
        time.sleep(_BETWEEN)
    heard = [ear.end() for ear in ears]
    return _said(heard, rounds)


def _said(heard: list[Heard], rounds: int) -> dict[str, Any]:
    readings = [one.reading() for one in heard]
    lost = [sum(f.samples for f in r.missing) / 48 for r in readings]
    inserted = [f.samples / 48_000 for r in readings for f in (*r.inserted, *r.drops)]
    waits = [one.longest_wait() for one in heard]
    return {
        "rounds": rounds,
        "listeners": len(heard),
        "holes_in_media_time": sum(len(one.holes()) for one in heard),
        "missing_ms_max": round(max(lost), 1),
        "repeats": sum(len(r.repeated) for r in readings),
        "clicks": sum(len(r.clicks) for r in readings),
        "silence_s_p50": round(percentile(inserted, 0.5), 2) if inserted else 0,
        "silence_s_max": round(max(inserted), 2) if inserted else 0,
        "marked_silence_s": round(sum(one.filled() for one in heard) / len(heard), 2),
        "nothing_came_for_s_p50": round(percentile(waits, 0.5), 2),
        "nothing_came_for_s_max": round(max(waits), 2),
        "reconnections": sum(one.connections - 1 for one in heard),
        "responses_ended": sum(one.ended_by_server for one in heard),
    }


def main() -> None:
    """Web, bus, edge, stage; then how far media time is from real time."""
    asked = arguments(str(__doc__), rounds=5, listeners=8)
    figures: dict[str, Any] = {}
    with server() as running:
        speaker = on_air(running, "kills")
        time.sleep(3)
        for name in ("web", "bus", "edge ", "stage"):
            title = f"rostra {name}"
            figures[name.strip()] = _round(running, title, asked.rounds, asked.listeners)
        speaker.end()
    report("kills", figures)


if __name__ == "__main__":
    main()
