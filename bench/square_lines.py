"""The rows of the square: home timelines and searches on the believable square."""

from __future__ import annotations

from bench.rows import Benchmark, Figures, Row

_KINDS = {"sqlite": "SQLite", "postgresql": "PostgreSQL"}


def _largest(figures: Figures) -> dict[str, Figures]:
    """What each database did with the largest square."""
    return {kind: figures[kind][str(figures["posts"])] for kind in _KINDS}


def _by_size(figures: Figures, key: str) -> str:
    return "; ".join(
        f"{name} {', '.join(f'{one[key]:g}' for one in figures[kind].values())} ms"
        for kind, name in _KINDS.items()
    )


def _worst(found: Figures) -> str:
    kinds = found["kinds"]
    name = max(kinds, key=lambda kind: kinds[kind]["p99_ms"])
    return f"{name} {kinds[name]['p99_ms']:g} ms"


def _too_wide(figures: Figures) -> int:
    every = (one for sizes in _KINDS for one in figures[sizes].values())
    return sum(kind["too_wide"] for one in every for kind in one["kinds"].values())


def _posts(figures: Figures) -> str:
    return "; ".join(
        f"{_KINDS[kind]} {one['publish_ms_p50']['star']:g} ms, with few followers "
        f"{one['publish_ms_p50']['few']:g} ms; missing in {one['homes_without_it']} of "
        f"{one['homes_asked_after']}"
        for kind, one in _largest(figures).items()
    )


def _rates(figures: Figures) -> str:
    return ", ".join(f"{one['requests_per_second']:g}" for one in _largest(figures).values())


SQUARE: tuple[Benchmark, ...] = (
    Benchmark("home", (), ("--posts", "10000", "--seconds", "5"), (
        Row(
            "home timeline over HTTP, 10⁶ posts, one account with 90,000 followers",
            "p99 ≤ 40 ms and ≥ 300 requests/s",
            lambda f: f"p99 for 10⁴, 10⁵, 10⁶ posts: {_by_size(f, 'p99_ms')}; "
                      f"{_rates(f)} requests/s",
            lambda f: all(one["p99_ms"] <= 40 and one["requests_per_second"] >= 300
                          for one in _largest(f).values()),
        ),
        Row(
            "a post of that account in every home asked for ≤ 1 s later",
            "missing in none, at no cost for followers",
            _posts,
            lambda f: all(
                not one["homes_without_it"]
                and one["publish_ms_p50"]["star"] <= 1.5 * one["publish_ms_p50"]["few"]
                for one in _largest(f).values()
            ),
        ),
    )),
    Benchmark("home_beside", (), ("--posts", "10000", "--listeners", "2000", "--ramp", "5",
                                  "--hold", "20"), (
        Row(
            "a live Space with 50,000 listeners beside home timelines at full load",
            "silence 0, stage tick p99 ≤ 25 ms",
            lambda f: f"silence for {f['silence']['listeners']} of {f['joined']:,}; tick p99 "
                      f"{f['server']['stage_tick_p99_ms']:g} ms; {f['requests_per_second']:g} "
                      f"home timelines/s, p99 {f['home_p99_ms']:g} ms",
            lambda f: not f["silence"]["listeners"]
                      and f["server"]["stage_tick_p99_ms"] <= 25,
        ),
    )),
    Benchmark("search", (), ("--posts", "10000", "--each", "30"), (
        Row(
            "searches of 16 kinds, rare and common, 10⁶ posts",
            "p99 ≤ 100 ms",
            lambda f: f"p99 for 10⁴, 10⁵, 10⁶ posts: {_by_size(f, 'p99_ms')}; slowest kinds: "
                      + ", ".join(_worst(one) for one in _largest(f).values())
                      + f"; {_too_wide(f)} too wide",
            lambda f: all(one["p99_ms"] <= 100 for one in _largest(f).values())
                      and not _too_wide(f),
        ),
    )),
)  # fmt: skip
