"""The same programme for the same listeners from Rostra, from Icecast and from nginx by HLS.

One after the other on this machine: `rostra serve --demo`, all its listeners in the crowd's class;
Icecast 2 with Ogg Opus; nginx with HLS out of memory. What was said in the demo is kept, and the
other two are given the very same coded frames. They are set so that they are heard as late as
Rostra was in this run. `--page` is the seconds of a page of Ogg, at most 5.1. How and why is told
in docs/peers.md.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any
from urllib.request import Request, urlopen

from bench.peers_cost import family
from bench.peers_feeds import MOUNT, SLUG, Clock, packager, source
from bench.peers_lines import markdown
from bench.peers_listening import Even, Streams, Unguided
from bench.peers_programme import (
    BEHIND,
    LONGEST_PAGE,
    Programme,
    burst_bytes,
    fragments_for,
    segment_seconds,
    target_duration,
)
from bench.peers_run import LEAST_MEASURED, Crowd, Opponent, limits, listened, most_files, ratios
from bench.peers_servers import icecast, nginx
from bench.rig import Server, arguments, kept_in, report, server
from rostra import __version__
from rostra.programme.places import Places
from rostra.programme.reader import LogReader
from rostra.rehearsal.phone import Cut
from rostra.rehearsal.shape import Mix, Plan
from rostra.testing.patience import until
from rostra.wire.fragments import read_fragment
from rostra.wire.timing import FRAME, samples, seconds

_ICECAST_MOST = 14_800  # one process, which may hold 20,000 files here
_ENOUGH = 30.0  # s of the programme: a guide begins 20 s behind live, the longest burst is 9.3 s
_EDGES = "rostra edge"

Figures = dict[str, Any]


def rostra(crowd: Crowd) -> tuple[Figures, Programme, bytes]:
    """Ours; with the programme that was heard, and the page with which listeners begin."""
    most = str(max(1000, 2 * crowd.plan.listeners))
    with server("--demo", "--low-latency-listeners", "0", "--max-listeners", most) as running:
        until(lambda: (running.state("demo").get("t") or 0) > _ENOUGH, "a programme", 60)
        opponent = Opponent(
            port=running.live_port,
            serving=lambda: _edges(running.pid, edges=True),
            feeding=lambda: _edges(running.pid, edges=False),
            slug="demo",
        )
        figures = listened(opponent, crowd) | {"server": f"Rostra {__version__}"}
        return figures, _said(running.data), _page(running)


def _edges(root: int, *, edges: bool) -> list[int]:
    """The processes that serve listeners, or all the others."""
    return [one.pid for one in family(root) if one.title.startswith(_EDGES) == edges]


def _page(running: Server) -> bytes:
    asked = Request(f"{running.live}/s/demo", headers={"Accept-Encoding": "gzip"})
    with urlopen(asked, timeout=5) as answer:
        page: bytes = answer.read()
    return page


def _said(data: Path) -> Programme:
    """The frames of the demo's log."""
    (mp4,) = (data / "spaces" / "demo").rglob("*.opus.mp4")
    pid = mp4.name.partition(".")[0]
    return Programme(tuple(_frames(*Places(data).log("demo", pid, "opus"))))


def _frames(mp4: Path, idx: Path) -> Iterator[bytes]:
    with LogReader(mp4, idx) as log:
        for at in range(len(log)):
            yield from read_fragment(log.read(log[at])).frames


def by_icecast(crowd: Crowd, programme: Programme, latency: float) -> Figures:
    """Ogg Opus, and a burst for that ear latency."""
    count = min(crowd.plan.listeners, _ICECAST_MOST)
    burst = burst_bytes(programme, latency)
    with icecast(count, burst) as (running, wish):
        clock = Clock.begun()
        with source(wish, programme, clock) as feed:
            opponent = Opponent(
                port=running.port,
                serving=lambda: [one.pid for one in family(running.pid)],
                feeding=lambda: [feed],
                slug=MOUNT,
                guide=partial(
                    Unguided, Even(clock.wall, programme.page_bytes, programme.page_seconds)
                ),
                ears=Streams,
            )
            figures = listened(opponent, crowd.of(count))
    return figures | {
        "server": f"Icecast {running.version}",
        "burst_bytes": burst,
        "page_s": round(programme.page_seconds, 2),
    }


def by_nginx(crowd: Crowd, programme: Programme, latency: float, page: bytes) -> Figures:
    """HLS in segments for that ear latency."""
    fragments = fragments_for(latency)
    cut = Cut(segment_seconds(fragments), target_duration(fragments), BEHIND)
    with nginx(crowd.plan.listeners) as running:
        clock = Clock.begun()
        with packager(running, programme, clock, fragments, page) as feed:
            opponent = Opponent(
                port=running.port,
                serving=lambda: [one.pid for one in family(running.pid)],
                feeding=lambda: [feed],
                slug=SLUG,
                mix=Mix(hls=100),
                guide=partial(Unguided, Even(clock.wall)),
                cut=cut,
            )
            figures = listened(opponent, crowd)
    return figures | {"server": f"nginx {running.version}", "segment_s": round(cut.length, 2)}


def main() -> int:
    """One after the other. The exit code."""
    asked = arguments(str(__doc__), listeners=10_000, ramp=20.0, hold=90.0, settle=20.0, page=1.0)
    if asked.listeners < 1 or asked.ramp <= 0 or asked.hold < asked.settle + LEAST_MEASURED:
        print(
            "There must be listeners, a ramp, and a hold that is at least "
            f"{LEAST_MEASURED:g} s longer than --settle: give others.",
            file=sys.stderr,
        )
        return 2
    crowd = Crowd(Plan(asked.listeners, asked.ramp, asked.hold), asked.settle)
    pages = min(LONGEST_PAGE, max(1, samples(asked.page) // FRAME))
    files = most_files()
    ours, programme, page = rostra(crowd)
    latency = float(ours["ear_latency"]["p50"])
    figures = {
        "rostra": ours,
        "icecast": by_icecast(crowd, replace(programme, page_frames=pages), latency),
        "nginx": by_nginx(crowd, programme, latency, page),
    }
    told = {
        "listeners": asked.listeners,
        "frame_bytes": programme.frame_bytes,
        "programme_s": round(seconds(len(programme.frames) * FRAME), 1),
        "files_each_process": files,
        "servers": figures,
        "ratio": ratios(figures),
        "limits": limits(figures, os.cpu_count() or 1),
    }
    report("peers", told)
    table = markdown(told)
    (kept_in() / "peers.md").write_text(table)
    print(table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
