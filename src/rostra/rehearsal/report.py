"""The report of a rehearsal: one HTML page with everything in it. Pure.

It has no script and asks nobody for anything, so it can be mailed, kept and opened anywhere; its
own policy (the meta element) holds it to that. Every text is escaped, by Jinja2 or by the tree of
which the pictures are made.
"""

from __future__ import annotations

import base64
import functools
import hashlib
from collections.abc import Mapping

from jinja2 import Environment, FileSystemLoader, StrictUndefined, Template
from markupsafe import Markup

from rostra.rehearsal.locales import PAGES, Locale, locale
from rostra.rehearsal.outcome import Outcome, read
from rostra.rehearsal.pictures import Table, pictures
from rostra.rehearsal.verdict import network_bits, verdict

Tile = tuple[str, str]


def html(document: Mapping[str, object], *, language: str = "en") -> str:
    """The page for the JSON `document` of a rehearsal, in "en" or "fr".

    Raises BadInput when the document is not one, or when there is no such language.
    """
    words, outcome = locale(language), read(document)
    style = (PAGES / "report.css").read_text("utf-8")
    return _template().render(
        language=language,
        say=words.say,
        style=Markup(style),  # noqa: S704 - our own file
        policy=_policy(style),
        verdict=verdict(outcome, words),
        tiles=_tiles(outcome, words),
        pictures=[(picture, Markup(picture.svg)) for picture in pictures(outcome, words)],  # noqa: S704 - escaped by the tree
        numbers=_numbers(outcome, words),
        setup=outcome.setup,
        version=outcome.version,
    )


@functools.cache
def _template() -> Template:
    environment = Environment(
        loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined,
        trim_blocks=True, lstrip_blocks=True,
    )  # fmt: skip
    return environment.get_template("report.html")


def _policy(style: str) -> str:
    """Nothing but our style; a browser hashes what stands between the tags, to the byte."""
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'"


def _tiles(outcome: Outcome, words: Locale) -> list[Tile]:
    """The few numbers that one asks for first."""
    tiles = [(words.whole(outcome.held), words.say("tile_held"))]
    if outcome.first_audio.p99 is not None:
        tiles.append((words.seconds(outcome.first_audio.p99), words.say("tile_first")))
    if outcome.joined:
        tiles.append((words.whole(outcome.silent_listeners), words.say("tile_gap")))
    if outcome.us_per_listener_second is not None:
        tiles.append((words.short(outcome.us_per_listener_second), words.say("tile_cost")))
    if outcome.held:
        tiles.append((words.bits(network_bits(outcome)), words.say("tile_network")))
    return tiles


def _numbers(outcome: Outcome, words: Locale) -> Table:
    """What is in no picture."""
    tick = outcome.tick_p99_ms
    rows = [
        (words.say("refused_count"), words.whole(outcome.refused)),
        (words.say("failed_count"), words.whole(outcome.failed)),
        (words.say("refusal_time"), _time(outcome.refusal_p99, words)),
        *((_class(name, words), words.whole(count)) for name, count in outcome.classes),
        (words.say("silence_total"), _time(outcome.silence_total, words)),
        (words.say("missing_total"), _time(outcome.missing, words)),
        (words.say("slow_count"), words.whole(outcome.slow_closed)),
        (words.say("verified_count"), words.whole(outcome.verified)),
        (words.say("mismatch_count"), words.whole(outcome.mismatches)),
        (words.say("tick_row"), _time(tick and tick / 1000, words)),
    ]
    return Table((words.say("what"), words.say("value")), tuple(rows))


def _time(seconds: float | None, words: Locale) -> str:
    return words.say("unknown") if seconds is None else words.seconds(seconds)


def _class(name: str, words: Locale) -> str:
    known = f"class_{name}"
    return words.say(known) if known in words.words else words.say("class_other", kind=name)
