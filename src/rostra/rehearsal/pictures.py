"""What is drawn of a rehearsal: each picture with its words, and its numbers as a table. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rostra.rehearsal.drawing import Axis, Curve, Labels, Range, Spelled, over_time, ranges
from rostra.rehearsal.locales import Locale
from rostra.rehearsal.outcome import Moment, Outcome, Spread
from rostra.rehearsal.scale import sampled

_MOST_HEADROOM = 8.0
_MOST_ROWS = 60  # of a table: a long rehearsal's is thinned


@dataclass(frozen=True)
class Table:
    """The same in numbers; the first cell of each row names it."""

    head: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Picture:
    """`svg` is markup with every text escaped; `told` says what there is to see.

    `legend` names each kind of line or mark by its class in the style.
    """

    ident: str
    title: str
    told: str
    svg: str
    legend: tuple[tuple[str, str], ...]
    table: Table


_Column = tuple[str, Callable[[Moment], float | None]]


def pictures(outcome: Outcome, locale: Locale) -> list[Picture]:
    """Those for which there are figures, in the order of a listener's way."""
    makers = (_listeners, _silence, _times, _latency, _cores, _memory)
    return [picture for make in makers if (picture := make(outcome, locale)) is not None]


def _listeners(outcome: Outcome, locale: Locale) -> Picture | None:
    series = outcome.series
    if not series:
        return None
    most = max(moment.listeners or 0 for moment in series)
    told = locale.say(
        "listeners_told", joined=locale.whole(most), asked=locale.whole(outcome.asked),
        time=locale.moment(series[-1].t),
    )  # fmt: skip
    asked = _points(series, lambda m: m.asked) or (
        (0.0, float(outcome.asked)), (series[-1].t, float(outcome.asked)),
    )  # fmt: skip
    curves = [
        Curve("joined", locale.say("joined"), _points(series, lambda m: m.listeners), area=True),
        Curve("asked", locale.say("asked"), asked),
        Curve("silent", locale.say("silent"), _points(series, lambda m: m.silent)),
    ]
    columns: list[_Column] = [
        ("joined", lambda m: m.listeners),
        ("asked", lambda m: m.asked),
        ("joins", lambda m: m.joins),
    ]
    labels = Labels("listeners", locale.say("listeners"), told)
    return _over_time(labels, curves, columns, outcome, locale)


def _silence(outcome: Outcome, locale: Locale) -> Picture | None:
    points = _points(outcome.series, lambda m: m.silent)
    if not points:
        return None
    worst = max(points, key=lambda point: point[1])
    told = locale.say("silence_none")
    if worst[1]:
        told = locale.say(
            "silence_told", most=locale.whole(worst[1]), time=locale.moment(worst[0])
        )  # fmt: skip
    curves = [Curve("silent", locale.say("silent"), points, area=True)]
    labels = Labels("silence", locale.say("silence_picture"), told)
    return _over_time(labels, curves, [("silent", lambda m: m.silent)], outcome, locale)


def _cores(outcome: Outcome, locale: Locale) -> Picture | None:
    server = _points(outcome.series, lambda m: m.cores)
    client = _points(outcome.series, lambda m: m.client_cores)
    if not server and outcome.server.cores is None:
        return None
    curves = [
        Curve("server", locale.say("server"), server, area=True),
        Curve("client", locale.say("client"), client),
    ]
    curves += _levels(outcome, curves, locale)
    told = locale.say(
        "cores_told", server=_known(outcome.server.cores, locale.short, locale),
        client=_known(outcome.client.cores, locale.short, locale),
    )  # fmt: skip
    columns: list[_Column] = [("server", lambda m: m.cores), ("client", lambda m: m.client_cores)]
    averages = (
        _known(side.cores, locale.short, locale) for side in (outcome.server, outcome.client)
    )
    labels = Labels("cores", locale.say("cores_picture"), told)
    return _over_time(
        labels, curves, columns, outcome, locale,
        averages=(locale.say("average"), *averages),
    )  # fmt: skip


def _levels(outcome: Outcome, curves: Sequence[Curve], locale: Locale) -> list[Curve]:
    """Averages of who has no curve; and all cores, unless that made all else too small to see."""
    server, client, have = outcome.server.cores, outcome.client.cores, outcome.machine_cores
    levels = [
        (f"{curve.kind} mean", f"{curve.name} ({locale.say('average').lower()})", average)
        for curve, average in zip(curves, (server, client), strict=True)
        if not curve.points and average is not None
    ]
    used = [y for curve in curves for _, y in curve.points] + [level for *_, level in levels]
    if have is not None and have <= _MOST_HEADROOM * max(used, default=0.0):
        levels.append(("have", locale.say("have"), have))
    end = outcome.series[-1].t if outcome.series else 1.0
    return [Curve(kind, name, ((0.0, level), (end, level))) for kind, name, level in levels]


def _over_time(
    labels: Labels,
    curves: Sequence[Curve],
    columns: Sequence[_Column],
    outcome: Outcome,
    locale: Locale,
    *,
    averages: tuple[str, ...] = (),
) -> Picture:
    """A picture over time. Its table leaves out what was measured nowhere.

    Listeners are whole numbers; with `averages`, the table's first row, it is of cores.
    """
    spelled = locale.short if averages else locale.whole
    drawn = [curve for curve in curves if curve.points]
    svg = over_time(
        drawn, Axis(labels.title, spelled, whole=not averages),
        Axis(locale.say("minutes_axis"), locale.moment), labels,
    )  # fmt: skip
    kept = [
        (word, value) for word, value in columns
        if averages or any(value(moment) is not None for moment in outcome.series)
    ]  # fmt: skip
    rows = [
        (locale.moment(moment.t), *(_known(value(moment), spelled, locale) for _, value in kept))
        for moment in sampled(outcome.series, _MOST_ROWS)
    ]
    head = (locale.say("time"), *(locale.say(word) for word, _ in kept))
    table = Table(head, tuple(([averages] if averages else []) + rows))
    legend = tuple((curve.kind, curve.name) for curve in drawn)
    return Picture(labels.ident, labels.title, labels.told, svg, legend, table)


def _times(outcome: Outcome, locale: Locale) -> Picture | None:
    rows = (("row_join", outcome.join), ("row_first", outcome.first_audio))
    told = locale.say(
        "times_told", join=_known(outcome.join.p99, locale.seconds, locale),
        first=_known(outcome.first_audio.p99, locale.seconds, locale),
    )  # fmt: skip
    return _spreads(Labels("times", locale.say("times"), told), rows, locale)


def _latency(outcome: Outcome, locale: Locale) -> Picture | None:
    ear = outcome.ear_latency
    told = locale.say(
        "latency_told", half=_known(ear.p50, locale.seconds, locale),
        nearly=_known(ear.p99, locale.seconds, locale),
    )  # fmt: skip
    labels = Labels("latency", locale.say("latency_picture"), told)
    return _spreads(labels, (("row_latency", ear),), locale)


def _spreads(labels: Labels, rows: Sequence[tuple[str, Spread]], locale: Locale) -> Picture | None:
    """Marks at what half, nearly all and all had; kinds known of no row are left out."""
    values = [(spread.p50, spread.p99, spread.most) for _, spread in rows]
    kinds = [at for at in range(3) if any(row[at] is not None for row in values)]
    if not kinds:
        return None
    drawn = [
        Range(locale.say(word), tuple(row[at] for at in kinds))
        for (word, _), row in zip(rows, values, strict=True)
    ]
    names = [("half", "nearly", "all")[at] for at in kinds]
    svg = ranges(drawn, names, Axis(locale.say("seconds_axis"), locale.short), labels)
    table = Table(
        (locale.say("what"), *map(locale.say, names)),
        tuple(
            (row.name, *(_known(value, locale.seconds, locale) for value in row.values))
            for row in drawn
        ),
    )
    legend = tuple((name, locale.say(name)) for name in names)
    return Picture(labels.ident, labels.title, labels.told, svg, legend, table)


def _memory(outcome: Outcome, locale: Locale) -> Picture | None:
    sides = (("server", outcome.server.rss_mib), ("client", outcome.client.rss_mib))
    if all(size is None for _, size in sides):
        return None
    title = locale.say("memory_picture")
    said = {name: _known(size, locale.mebibytes, locale) for name, size in sides}
    told = locale.say("memory_told", server=said["server"], client=said["client"])
    rows = [Range(locale.say(name), (size,)) for name, size in sides]
    axis = Axis(locale.say("mib"), locale.whole)
    svg = ranges(rows, ("half",), axis, Labels("memory", title, told))
    each = (
        _known(
            size * 1024 / outcome.joined if size is not None and outcome.joined else None,
            locale.kibibytes, locale,
        )
        for _, size in sides
    )  # fmt: skip
    table = Table(
        (locale.say("what"), locale.say("memory"), locale.say("each")),
        tuple(
            (locale.say(name), said[name], part)
            for (name, _), part in zip(sides, each, strict=True)
        ),
    )
    return Picture("memory", title, told, svg, (), table)


def _points(
    series: Sequence[Moment], value: Callable[[Moment], float | None]
) -> tuple[tuple[float, float], ...]:
    return tuple((moment.t, found) for moment in series if (found := value(moment)) is not None)


def _known(value: float | None, spelled: Spelled, locale: Locale) -> str:
    return locale.say("unknown") if value is None else spelled(value)
