"""What `/metrics` says of all edges: the board's counters as Prometheus families. Pure.

Units are seconds, bytes and counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rostra.edge.cadence import CLASSES
from rostra.metrics import Family, Sample, counter, gauge

_KINDS = (*(kind.name for kind in CLASSES), "hls", "replay")
_COUNTERS = {
    "joins_total": "Live responses begun.",
    "bytes_total": "Bytes of sound given to the kernel.",
    "refused_total": "Newcomers asked to come back because every place was taken.",
    "slow_closed_total": "Listeners parted with because they were too far behind.",
    "timeouts_total": "Connections closed because they took too long.",
    "bad_requests_total": "Requests that were none.",
    "requests_total": "Requests answered.",
    "sends_total": "Sends of sound.",
    "reactions_total": "Reactions taken.",
    "page_total": "Listening pages sent.",
    "handshakes_total": "TLS handshakes completed.",
    "resumed_total": "TLS handshakes that resumed a session of before.",
}
_HEARD = {
    "hearing": "Listeners who took ten seconds of sound in the last thirty.",
    "unverified": "The same, but too many from one network to vouch for.",
    "rehearsed": "The same, of a rehearsal.",
}


def families(
    totals: Mapping[str, int],
    census: Mapping[str, int],
    *,
    places: int,
    stage_tick_us: int | None,
) -> Iterator[Family]:
    """`totals` and `census` are the board's, by its own names; `places` those there may be.

    `stage_tick_us` is what the worst stage says of itself, None while there is none.
    """
    listeners = tuple(Sample(totals[f"listeners_{kind}"], {"class": kind}) for kind in _KINDS)
    yield Family("rostra_edge_listeners", "gauge", "Listeners by class.", listeners)
    yield gauge("rostra_edge_places", "Listeners there may be at once.", places)
    for name, sentence in _HEARD.items():
        yield gauge(f"rostra_{name}_listeners", sentence, census[name])
    yield gauge("rostra_edge_processes", "Edge processes that run.", totals["edges"])
    yield gauge("rostra_edge_connections", "Open connections.", totals["connections"])
    lateness = totals["lateness_max_us"] / 1_000_000
    yield gauge("rostra_edge_lateness_seconds", "Latest send of the last ten seconds.", lateness)
    for name, sentence in _COUNTERS.items():
        yield counter(f"rostra_edge_{name}", sentence, totals[name])
    used = totals["cpu_us_total"] / 1_000_000
    yield counter("rostra_edge_cpu_seconds_total", "CPU time that edges have used.", used)
    if stage_tick_us is not None:
        sentence = "How late the worst stage's ticks were in the last minute, p99."
        late = stage_tick_us / 1_000_000
        yield gauge("rostra_stage_tick_p99_seconds", sentence, late)
