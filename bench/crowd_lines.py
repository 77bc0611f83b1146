"""The rows of the crowd: what a rehearsal told of many listeners."""

from __future__ import annotations

from bench.rows import Benchmark, Figures, Row

_MINUTE = 61.0  # s, as the series has one entry a second


def _heard(f: Figures) -> str:
    return (
        f"{f['held']:,} of {f['asked']:,} held; silence for {f['silence']['listeners']:,}, "
        f"{f['verified']['mismatches']} mismatches in {f['verified']['bytes'] / 1e6:,.0f} MB; "
        f"first sound p99 {f['first_audio']['p99']:.2f} s"
    )


def _well(f: Figures) -> bool:
    """Held, without silence, byte for byte."""
    silent, wrong = f["silence"]["listeners"], f["verified"]["mismatches"]
    return f["held"] >= 0.99 * f["asked"] and not silent and not wrong


def _cost(f: Figures) -> float:
    return float(f["server"]["us_per_listener_second"])


CROWD: tuple[Benchmark, ...] = (
    Benchmark("crowd", (), ("--listeners", "2000", "--ramp", "5", "--hold", "10"), (
        Row(
            "425,000 listeners joined within 60 s, held 5 min, 1 % verified",
            "silence 0, mismatches 0; first sound p99 ≤ 3 s",
            lambda f: f"all there after {f['all_there_s']:.0f} s; {_heard(f)}",
            lambda f: _well(f) and f["first_audio"]["p99"] <= 3 and f["all_there_s"] <= _MINUTE,
        ),
        Row(
            "CPU of the server for one of them; of both sides",
            "≤ 2.5 µs a second",
            lambda f: f"{_cost(f):.2f} µs a second; {f['server']['cores']:.2f} and "
                      f"{f['client']['cores']:.2f} core",
            lambda f: _cost(f) <= 2.5,
        ),
        Row(
            "memory for one of them, both sides, with what the kernel holds",
            "≤ 10 kB",
            lambda f: f"{f['kb_per_listener']:.1f} kB",
            lambda f: f["kb_per_listener"] <= 10,
        ),
        Row(
            "stage tick while they come and while they listen",
            "p99 ≤ 25 ms",
            lambda f: f"worst minute p99 {f['server']['stage_tick_p99_ms']} ms",
            lambda f: f["server"]["stage_tick_p99_ms"] is not None
                      and f["server"]["stage_tick_p99_ms"] <= 25,
        ),
    )),
    Benchmark("crowd_tls", (), ("--listeners", "500", "--ramp", "5", "--hold", "10"), (
        Row(
            "60,000 TLS listeners joined within 60 s, held 3 min",
            "silence 0",
            _heard,
            _well,
        ),
        Row(
            "CPU and memory of the server for one of them",
            "≤ 5 µs a second; ≤ 25 kB",
            lambda f: f"{_cost(f):.2f} µs a second; {f['server_kb_per_listener']:.1f} kB",
            lambda f: _cost(f) <= 5 and f["server_kb_per_listener"] <= 25,
        ),
    )),
    Benchmark("crowd_phones", (), ("--listeners", "500", "--ramp", "5", "--hold", "20"), (
        Row(
            "60,000 listeners, 30 % of them phones by HLS",
            "silence 0",
            lambda f: f"{_heard(f)}; {f['hls']['held']:,} phones",
            _well,
        ),
    )),
    Benchmark("calm_latency", (), ("--listeners", "200", "--ramp", "5", "--hold", "10"), (
        Row(
            "10,000 calm listeners: ear latency by the player's model",
            "p50 ≤ 2 s",
            lambda f: f"p50 {f['ear_latency']['p50']:.2f} s, p99 {f['ear_latency']['p99']:.2f} s "
                      f"({f['classes']['calm']:,} calm)",
            lambda f: _well(f) and f["ear_latency"]["p50"] <= 2
                      and f["classes"]["calm"] >= 0.99 * f["asked"],
        ),
    )),
    Benchmark("overload", (), ("--most", "200", "--ramp", "5", "--hold", "10"), (
        Row(
            "room for 20,000, twice and ten times as many come in 60 s",
            "goodput ≥ 95 %, ≥ 90 %; refusals p99 ≤ 100 ms",
            lambda f: "; ".join(
                f"{times}×: goodput {one['goodput']:.1%}, {one['refusals']['answers']:,} refusals, "
                f"p99 {one['refusals']['p99'] * 1000:.0f} ms" for times, one in f.items()
            ),
            lambda f: f["2"]["goodput"] >= 0.95 and f["10"]["goodput"] >= 0.9
                      and all(one["refusals"]["p99"] <= 0.1 for one in f.values()),
        ),
    )),
    Benchmark("crowd_slow", (), ("--listeners", "500", "--ramp", "5", "--hold", "20"), (
        Row(
            "60,000 of whom 10 % read one byte a second: lateness of sends for the others",
            "p99 + ≤ 20 ms, silence 0",
            lambda f: f"p99 {f['without']['lateness_p99_ms']:.0f} ms without, "
                      f"{f['with']['lateness_p99_ms']:.0f} ms with; silence for "
                      f"{f['with']['silence']['listeners']:,}; sockets held at most "
                      f"{f['with']['socket_memory_mib']} MiB",
            lambda f: f["with"]["lateness_p99_ms"] <= f["without"]["lateness_p99_ms"] + 20
                      and _well(f["with"]),
        ),
    )),
    Benchmark("edge_loss", (), ("--listeners", "500", "--ramp", "5", "--hold", "20"), (
        Row(
            "kill -9 of one edge under 100,000",
            "its listeners hear again p99 ≤ 10 s, others untouched",
            lambda f: f"{f['killed']['connections_of_that_edge']:,} cut, silence for "
                      f"{f['killed']['silence']['listeners']:,} of them, at most "
                      f"{f['killed']['silence']['max']:.2f} s; "
                      f"{max(0, f['killed']['others_cut']):,} others cut",
            lambda f: f["killed"]["silence"]["max"] <= 10 and f["killed"]["others_cut"] <= 0
                      and f["killed"]["held"] >= 0.99 * f["killed"]["asked"],
        ),
        Row(
            "drain of one edge under 100,000",
            "silence 0",
            lambda f: f"{_heard(f['drained'])}; {f['drained']['cut']['times']:,} moved",
            lambda f: _well(f["drained"]),
        ),
    )),
)  # fmt: skip
