"""The rows of the comparison, and its own table. Pure."""

from __future__ import annotations

from bench.rows import Benchmark, Figures, Row

LINE = 0.35
_COLUMNS = (
    "", "listeners", "CPU of a listener, µs a second", "ours beside it", "memory of a listener, kB",
    "first sound p50, p99", "ear latency p50, p99", "silence", "receiver, cores",
)  # fmt: skip


def markdown(figures: Figures) -> str:
    """One line for each server, and what is to be known of them."""
    lines = ["| " + " | ".join(_COLUMNS) + " |", "|---" * len(_COLUMNS) + "|"]
    for name, one in figures["servers"].items():
        ratio = figures["ratio"].get(name)
        lines.append("| " + " | ".join((
            one["server"],
            f"{one['held']:,} of {one['asked']:,}",
            _number(one["us_per_listener_second"], "{:.2f}"),
            "–" if ratio is None else f"{ratio:.2f}",
            _number(one["memory"]["kb"], "{:.1f}"),
            _both(one["first_sound"]),
            _both(one["ear_latency"]),
            f"{one['silence']['listeners']:,} listeners, {one['silence']['total']:.1f} s",
            f"{one['receiver_cores']:.2f}",
        )) + " |")  # fmt: skip
    lines += ["", *_notes(figures)]
    return "\n".join(lines) + "\n"


def _notes(figures: Figures) -> list[str]:
    servers = figures["servers"]
    return [
        f"HLS segments of {servers['nginx']['segment_s']:g} s and Icecast's burst of "
        f"{servers['icecast']['burst_bytes']:,} bytes, in pages of "
        f"{servers['icecast']['page_s']:g} s: for the ear latency of Rostra in this run. "
        f"Rostra's other processes took {servers['rostra']['feed_cores']:.2f} core for mixing and "
        f"coding; what fed the others {servers['icecast']['feed_cores']:.2f} and "
        f"{servers['nginx']['feed_cores']:.2f} core, from sound that was coded before.",
        *(f"**The receiver was the limit.** {one}" for one in figures["limits"]),
    ]


def _number(value: float | None, form: str) -> str:
    return "too little to say" if value is None else form.format(value)


def _both(times: Figures) -> str:
    return ", ".join(_number(times[share], "{:.2f} s") for share in ("p50", "p99"))


def _beside(f: Figures, name: str) -> str:
    ours, other = f["servers"]["rostra"], f["servers"][name]
    return (
        f"{_number(f['ratio'][name], '{:.2f}')} "
        f"({_number(ours['us_per_listener_second'], '{:.2f}')} and "
        f"{_number(other['us_per_listener_second'], '{:.2f}')} µs a second; heard "
        f"{_number(ours['ear_latency']['p50'], '{:.1f}')} and "
        f"{_number(other['ear_latency']['p50'], '{:.1f}')} s late; silence for "
        f"{ours['silence']['listeners']:,} and {other['silence']['listeners']:,} of "
        f"{other['asked']:,})"
    )


def _holds(f: Figures, name: str) -> bool:
    ratio = f["ratio"][name]
    return ratio is not None and ratio <= LINE and not f["servers"]["rostra"]["silence"]["total"]


PEERS: tuple[Benchmark, ...] = (
    Benchmark("peers", (), ("--listeners", "2000", "--ramp", "5", "--hold", "30", "--settle", "10"),
              (
        Row(
            "CPU of the server for a listener of the crowd, beside Icecast 2 with the same frames",
            f"≤ {LINE}",
            lambda f: _beside(f, "icecast"),
            lambda f: _holds(f, "icecast"),
        ),
        Row(
            "the same beside nginx with HLS, heard no sooner",
            f"≤ {LINE}",
            lambda f: _beside(f, "nginx"),
            lambda f: _holds(f, "nginx"),
        ),
    )),
)  # fmt: skip
