"""`rostra rehearse`: a crowd of synthetic listeners, and what it found out."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, TextIO

import click

from rostra.cli.folder import CONFIG, DATA, pinned_of

if TYPE_CHECKING:
    from rostra.rehearsal.conductor import Progress

_SHAPES = ("linear", "spike", "campaign")
_PERCENT = click.FloatRange(min=0, max=100)
_LINE_EVERY = 5.0


@click.command()
@click.argument("url")
@click.option(
    "--listeners", type=click.IntRange(min=1), required=True, metavar="N", help="How many come."
)
@click.option(
    "--ramp",
    type=click.FloatRange(min=0),
    metavar="S",
    help="Seconds within which they come. [default: 60, campaign: 600]",
)
@click.option(
    "--hold",
    type=click.FloatRange(min=0),
    default=60.0,
    metavar="S",
    help="Seconds that they stay. [default: 60]",
)
@click.option("--shape", type=click.Choice(_SHAPES), default="linear", help="How they come.")
@click.option(
    "--verify",
    type=_PERCENT,
    default=1.0,
    metavar="PERCENT",
    help="So many compare every byte with the programme. [default: 1]",
)
@click.option(
    "--slow",
    type=_PERCENT,
    default=0.0,
    metavar="PERCENT",
    help="So many read too slowly, on purpose.",
)
@click.option(
    "--hls",
    type=_PERCENT,
    default=0.0,
    metavar="PERCENT",
    help="So many are phones, which ask for playlists and segments.",
)
@click.option(
    "--token",
    envvar="ROSTRA_REHEARSAL_TOKEN",
    metavar="T",
    help="What the server is served with as --rehearsal-token, if it is not this machine.",
)
@click.option(
    "--json",
    "json_file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write all figures there; - is the standard output.",
)
@click.option(
    "--html",
    "html_file",
    type=click.Path(path_type=Path, allow_dash=True),
    metavar="FILE",
    help="Write a page with pictures and a verdict there.",
)
@click.option(
    "--language",
    type=click.Choice(("en", "fr")),
    default="en",
    help="Of the page and the verdict. [default: en]",
)
@DATA
@CONFIG
def rehearse(  # noqa: PLR0917 - one for each flag
    url: str,
    listeners: int,
    ramp: float | None,
    hold: float,
    shape: str,
    verify: float,
    slow: float,
    hls: float,
    token: str | None,
    json_file: Path | None,
    html_file: Path | None,
    language: str,
    data: Path | None,
    config: Path | None,
) -> int:
    """Let N listeners come to the Space whose page is URL, and say how they fared.

    Each has a connection of its own and does what the page does. Servers on this machine may
    always be rehearsed, others when they were started with --rehearsal-token. Exits with 0 when
    nobody heard silence or anything else than the programme and 99 % of them were held to the end;
    Ctrl-C ends it at once, with what was seen so far. On the machine of an HTTPS server --data
    names its data folder, so that its own certificate is known whoever signed it.
    """
    from rostra.clock import SystemClock  # noqa: PLC0415 - help must be quick
    from rostra.errors import BadInput  # noqa: PLC0415
    from rostra.rehearsal import conductor  # noqa: PLC0415
    from rostra.rehearsal.figures import succeeded  # noqa: PLC0415
    from rostra.rehearsal.report import html  # noqa: PLC0415
    from rostra.rehearsal.shape import RAMPS, Mix, Plan  # noqa: PLC0415

    if verify + slow + hls > 100:
        raise BadInput("--verify, --slow and --hls are more than 100 per cent together.")
    plan = Plan(listeners, RAMPS[shape] if ramp is None else ramp, hold, shape)
    out, page = _opened(json_file), _opened(html_file)
    if out is not None and out is page:
        raise BadInput("--json and --html cannot both be the standard output: name a file.")
    screen = _Screen(sys.stderr)
    wish = conductor.Wish(url, plan, Mix(slow, hls, verify), token, pinned_of(data, config))
    told = conductor.rehearse(wish, SystemClock(), screen.show)
    screen.end()
    if out is not None:
        json.dump(told, out, ensure_ascii=False, indent=1)
        out.write("\n")
        out.flush()
    if page is not None:
        page.write(html(told, language=language))
        page.flush()
    if sys.stdout not in (out, page):
        click.echo(_in_words(told, language))
    return 0 if succeeded(told) else 1


def _opened(path: Path | None) -> TextIO | None:
    """The file, before anybody comes: a rehearsal must not end without a place for its figures."""
    from rostra.errors import BadInput  # noqa: PLC0415

    if path is None:
        return None
    if str(path) == "-":
        return sys.stdout
    try:
        return path.open("w", encoding="utf-8")
    except OSError as reason:
        raise BadInput(
            f"{path} cannot be written ({reason.strerror}): name another file."
        ) from None


class _Screen:
    """One line, drawn again and again, on a terminal; else a line now and then."""

    def __init__(self, to: TextIO) -> None:
        self._to = to
        self._terminal = to.isatty()
        self._next = 0.0

    def show(self, now: Progress) -> None:
        if self._terminal:
            self._to.write(f"\r\x1b[K{_line(now)}")
        elif now.t >= self._next:
            self._next = now.t - now.t % _LINE_EVERY + _LINE_EVERY
            self._to.write(f"{_line(now)}\n")
        self._to.flush()

    def end(self) -> None:
        if self._terminal:
            self._to.write("\n")


def _line(now: Progress) -> str:
    first = "" if now.first_p99 is None else f" · first sound p99 {now.first_p99:.2f} s"
    minutes, seconds = divmod(int(now.t), 60)
    return (
        f"{minutes}:{seconds:02d} of {now.length / 60:.1f} min · {now.listening:,} of "
        f"{now.asked:,} listen · {now.joins:,} joins/s · silent {now.silent:,} · "
        f"different {now.mismatches}{first} · CPU: server {now.server_cores:.2f}, "
        f"rehearsal {now.client_cores:.2f}"
    )


def _in_words(told: Mapping[str, Any], language: str) -> str:
    from rostra.rehearsal.locales import locale  # noqa: PLC0415
    from rostra.rehearsal.outcome import read  # noqa: PLC0415
    from rostra.rehearsal.verdict import verdict  # noqa: PLC0415

    return "\n".join(verdict(read(told), locale(language)).lines)
