"""Small pictures as SVG: lines over time, and marks on bars. Pure; no library, no script.

Two shapes are all that the report needs, so they are drawn here: a library would bring megabytes
or a script, and would know neither the page's colours by day and night nor its phone. Elements are
built as a tree, which escapes every text. Colours and strokes are classes of `pages/report.css`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement, tostring

from rostra.rehearsal.scale import Point, marks, thinned, time_marks

WIDTH, HEIGHT = 420, 240
LEFT, RIGHT, TOP, BOTTOM = 52, 14, 14, 42
_MOST_POINTS = 400
_ROW = 58
_NAME_UP = 14
_PLOT = WIDTH - LEFT - RIGHT
Spelled = Callable[[float], str]


@dataclass(frozen=True)
class Curve:
    """One line: `kind` is its class in the style, `area` fills what is below it."""

    kind: str
    name: str
    points: tuple[Point, ...]
    area: bool = False


@dataclass(frozen=True)
class Axis:
    """What stands along a side, how its numbers are spelled, and up to where it goes at least."""

    name: str
    spelled: Spelled
    least: float = 0.0
    whole: bool = False


@dataclass(frozen=True)
class Range:
    """One row of marks: `values` in the order of their kinds, None where one is not known."""

    name: str
    values: tuple[float | None, ...]


@dataclass(frozen=True)
class Labels:
    """What a screen reader says: a name, and what there is to see. `ident` is unique in a page."""

    ident: str
    title: str
    told: str


def over_time(curves: Sequence[Curve], axis: Axis, time: Axis, labels: Labels) -> str:
    """Lines over time, from 0 s on. Points are (seconds, value)."""
    known = [point for curve in curves for point in curve.points]
    end = max((t for t, _ in known), default=0.0) or 1.0
    scale = marks(max([axis.least, *(y for _, y in known)]), whole=axis.whole)
    height = HEIGHT - TOP - BOTTOM

    def place(point: Point) -> tuple[float, float]:
        return LEFT + point[0] / end * _PLOT, TOP + height * (1 - point[1] / scale[-1])

    svg = _canvas(HEIGHT, labels)
    for mark in scale:
        _level(svg, place((0, mark))[1], axis.spelled(mark))
    for mark in time_marks(end):
        x = place((mark, 0))[0]
        _text(svg, (x, HEIGHT - BOTTOM + 17), time.spelled(mark), "middle")
    _text(svg, (LEFT + _PLOT / 2, HEIGHT - 8), time.name, "middle", "axis name")
    for curve in curves:
        _line(svg, [place(point) for point in thinned(curve.points, _MOST_POINTS)], curve)
    return tostring(svg, encoding="unicode")


def ranges(rows: Sequence[Range], kinds: Sequence[str], axis: Axis, labels: Labels) -> str:
    """A bar for each row up to its largest value, with a mark for each of its values."""
    known = [value for row in rows for value in row.values if value is not None]
    scale = marks(max([axis.least, *known]), 5)
    height = TOP + _ROW * len(rows) + BOTTOM

    def across(value: float) -> float:
        return RIGHT + value / scale[-1] * (WIDTH - 2 * RIGHT - 10)

    svg = _canvas(height, labels)
    for mark in scale:
        x = _at(across(mark))
        SubElement(
            svg, "line", {"class": "grid", "x1": x, "x2": x, "y1": str(TOP + 12),
                          "y2": str(height - BOTTOM)},
        )  # fmt: skip
        _text(svg, (across(mark), height - BOTTOM + 17), axis.spelled(mark), "middle")
    _text(svg, (WIDTH / 2, height - 8), axis.name, "middle", "axis name")
    for at, row in enumerate(rows):
        _row(svg, TOP + _ROW * at + _ROW / 2 + 10, row, kinds, across)
    return tostring(svg, encoding="unicode")


def _row(
    svg: Element, y: float, row: Range, kinds: Sequence[str], across: Callable[[float], float]
) -> None:
    _text(svg, (RIGHT, y - _NAME_UP), row.name, "start", "row")
    known = [
        (kind, value) for kind, value in zip(kinds, row.values, strict=True) if value is not None
    ]
    if not known:
        return
    left, right = across(0), across(max(value for _, value in known))
    SubElement(
        svg, "rect", {"class": "bar", "x": _at(left), "y": _at(y - 4), "rx": "4", "height": "8",
                      "width": _at(max(1.0, right - left))},
    )  # fmt: skip
    for kind, value in reversed(known):
        SubElement(
            svg, "circle", {"class": f"mark {kind}", "cx": _at(across(value)), "cy": _at(y),
                            "r": "6"},
        )  # fmt: skip


def _canvas(height: float, labels: Labels) -> Element:
    names = f"{labels.ident}-title", f"{labels.ident}-told"
    svg = Element(
        "svg", {"viewBox": f"0 0 {WIDTH} {height:g}", "role": "img",
                "aria-labelledby": " ".join(names)},
    )  # fmt: skip
    for name, ident, said in zip(
        ("title", "desc"), names, (labels.title, labels.told), strict=True
    ):
        SubElement(svg, name, {"id": ident}).text = said
    return svg


def _level(svg: Element, y: float, said: str) -> None:
    SubElement(
        svg, "line", {"class": "grid", "x1": str(LEFT), "x2": str(WIDTH - RIGHT), "y1": _at(y),
                      "y2": _at(y)},
    )  # fmt: skip
    _text(svg, (LEFT - 7, y + 4), said, "end")


def _line(svg: Element, points: Sequence[Point], curve: Curve) -> None:
    if not points:
        return
    path = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    if curve.area:
        floor = HEIGHT - BOTTOM
        closed = f"{path}L{points[-1][0]:.1f} {floor}L{points[0][0]:.1f} {floor}Z"
        SubElement(svg, "path", {"class": f"area {curve.kind}", "d": closed})
    SubElement(svg, "path", {"class": f"curve {curve.kind}", "d": path})


def _text(svg: Element, at: Point, said: str, anchor: str, kind: str = "axis") -> None:
    place = {"class": kind, "x": _at(at[0]), "y": _at(at[1]), "text-anchor": anchor}
    SubElement(svg, "text", place).text = said


def _at(number: float) -> str:
    return f"{number:.1f}"
