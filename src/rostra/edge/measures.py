"""What `/metrics` says of all edges: the board's counters as Prometheus families. Pure."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from rostra.metrics import Family, Sample, counter, gauge

_KINDS = ("calm", "busy", "crowd", "hls", "replay")
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
}


def families(totals: Mapping[str, int]) -> Iterator[Family]:
    """`totals` are the board's, by its own names."""
    listeners = tuple(Sample(totals[f"listeners_{kind}"], {"class": kind}) for kind in _KINDS)
    yield Family("rostra_edge_listeners", "gauge", "Listeners by class.", listeners)
    yield gauge("rostra_edge_connections", "Open connections.", totals["connections"])
    lateness = totals["lateness_max_us"] / 1_000_000
    yield gauge("rostra_edge_lateness_seconds", "Latest send of the last ten seconds.", lateness)
    for name, sentence in _COUNTERS.items():
        yield counter(f"rostra_edge_{name}", sentence, totals[name])
