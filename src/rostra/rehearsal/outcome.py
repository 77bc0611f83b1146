"""The JSON document of a rehearsal, read into values: what is missing or unknown becomes None.

Documents are kept, sent around and read by later versions, so unknown keys are passed over, and
only what could mislead is refused. Seconds, bytes and plain numbers, as docs/rehearsal.md has it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from rostra.errors import BadInput

MOST_MOMENTS = 200_000  # two days, second by second
_MOST_FACTS = 200
_DEEPEST = 4


@dataclass(frozen=True)
class Spread:
    """Seconds within which half, 99 of 100, and all of the listeners had it."""

    p50: float | None
    p99: float | None
    most: float | None


@dataclass(frozen=True)
class Side:
    """One of the two programs: cores in use on average, memory in MiB."""

    cores: float | None
    rss_mib: float | None


@dataclass(frozen=True)
class Moment:
    """One second of it, `t` seconds after the start; `cores` are the server's."""

    t: float
    listeners: float | None
    joins: float | None
    silent: float | None
    cores: float | None
    asked: float | None
    client_cores: float | None


@dataclass(frozen=True)
class Outcome:
    """All of it. Counts are listeners; `silence` is in seconds, of `silent_listeners`.

    `silent_phones` of those listened by HLS; `missing` seconds were left out by who came back too
    late; `cut` connections ended early, and `rejoined` of those went on; `slow_closed` connections
    were of who read too slowly, on purpose; `refusal_p99` is how long a refusal took.
    """

    asked: int
    joined: int
    held: int
    refused: int
    failed: int
    join: Spread
    first_audio: Spread
    ear_latency: Spread
    silent_listeners: int
    silence_longest: float | None
    silence_total: float | None
    silent_phones: int
    missing: float | None
    cut: int
    rejoined: int
    slow_closed: int
    refusal_p99: float | None
    verified: int
    mismatches: int
    server: Side
    client: Side
    us_per_listener_second: float | None
    tick_p99_ms: float | None
    mbit_s_peak: float | None
    stopped: str | None
    limit: str | None
    classes: tuple[tuple[str, int], ...]
    series: tuple[Moment, ...]
    setup: tuple[tuple[str, str], ...]
    machine_cores: float | None
    version: str


def read(document: Mapping[str, object]) -> Outcome:
    """The values of `document`. Raises BadInput naming what cannot be read."""
    silence, verified = _part(document, "silence"), _part(document, "verified")
    server, setup = _part(document, "server"), _part(document, "setup")
    return Outcome(
        **{name: _count(document, name) for name in ("asked", "joined", "held")},
        refused=_count(document, "refused", 0),
        failed=_count(document, "failed", 0),
        join=_spread(document, "join"),
        first_audio=_spread(document, "first_audio"),
        ear_latency=_spread(document, "ear_latency"),
        silent_listeners=_count(silence, "listeners", 0),
        silence_longest=_number(silence, "max"),
        silence_total=_number(silence, "total"),
        silent_phones=_count(_part(document, "hls"), "silent", 0),
        missing=_number(_part(document, "missing"), "seconds"),
        cut=_count(_part(document, "cut"), "times", 0),
        rejoined=_count(_part(document, "cut"), "rejoined", 0),
        slow_closed=_count(_part(document, "slow"), "closed", 0),
        refusal_p99=_number(_part(document, "refusals"), "p99"),
        verified=_count(verified, "listeners", 0),
        mismatches=_count(verified, "mismatches", 0),
        server=_side(server),
        client=_side(_part(document, "client")),
        us_per_listener_second=_number(server, "us_per_listener_second"),
        tick_p99_ms=_number(server, "stage_tick_p99_ms"),
        mbit_s_peak=_number(_part(document, "network"), "mbit_s_peak"),
        stopped=_text(document, "stopped"),
        limit=_text(document, "limit"),
        classes=_classes(_part(document, "classes")),
        series=_series(document.get("series")),
        setup=tuple(_facts(setup))[:_MOST_FACTS],
        machine_cores=_number(setup, "cores") if not isinstance(setup.get("cores"), str) else None,
        version=_text(document, "rostra") or "",
    )


def _part(document: Mapping[str, object], name: str) -> Mapping[str, object]:
    found = document.get(name)
    if found is None:
        return {}
    if not isinstance(found, Mapping):
        raise _wrong(name)
    return found


def _number(part: Mapping[str, object], name: str) -> float | None:
    """None for what is absent, null, or no number that can be drawn (JSON's NaN, Infinity)."""
    found = part.get(name)
    if found is None:
        return None
    if isinstance(found, bool) or not isinstance(found, int | float):
        raise _wrong(name)
    number = float(found) if abs(found) < 1e18 else math.inf
    if number < 0:
        raise _wrong(name)
    return number if math.isfinite(number) else None


def _count(part: Mapping[str, object], name: str, absent: int | None = None) -> int:
    found = _number(part, name)
    if found is None and absent is None:
        raise _wrong(name)
    return absent or 0 if found is None else int(found)


def _text(part: Mapping[str, object], name: str) -> str | None:
    found = part.get(name)
    if found is not None and not isinstance(found, str):
        raise _wrong(name)
    return found or None


def _spread(document: Mapping[str, object], name: str) -> Spread:
    part = _part(document, name)
    return Spread(_number(part, "p50"), _number(part, "p99"), _number(part, "max"))


def _side(part: Mapping[str, object]) -> Side:
    return Side(_number(part, "cores"), _number(part, "rss_mib"))


def _classes(part: Mapping[str, object]) -> tuple[tuple[str, int], ...]:
    return tuple((str(name), _count(part, name)) for name in part if part[name] is not None)


def _series(found: object) -> tuple[Moment, ...]:
    if found is None:
        return ()
    if not isinstance(found, Sequence) or isinstance(found, str) or len(found) > MOST_MOMENTS:
        raise _wrong("series")
    return tuple(sorted(map(_moment, found), key=lambda moment: moment.t))


def _moment(row: object) -> Moment:
    t = _number(row, "t") if isinstance(row, Mapping) else None
    if not isinstance(row, Mapping) or t is None:
        raise _wrong("series")
    names = ("listeners", "joins", "silent", "cores", "asked", "client_cores")
    return Moment(t, **{name: _number(row, name) for name in names})


def _facts(found: Mapping[str, object], path: str = "", depth: int = 0) -> list[tuple[str, str]]:
    """What the set-up says, one line a value: names of nested ones are joined by dots."""
    lines: list[tuple[str, str]] = []
    for name, value in found.items():
        here = f"{path}.{name}" if path else str(name)
        if isinstance(value, Mapping) and depth < _DEEPEST:
            lines += _facts(value, here, depth + 1)
        elif isinstance(value, list | tuple):
            lines.append((here, ", ".join(map(str, value))))
        elif value is not None:
            lines.append((here, str(value)))
    return lines


def _wrong(name: str) -> BadInput:
    return BadInput(
        f"This is not the document of a rehearsal: {name!r} is missing or is not what it must be. "
        "Make one with rostra rehearse --json."
    )
