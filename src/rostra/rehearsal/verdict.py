"""What a rehearsal means, in sentences that a host understands. Pure.

First comes what limits what can be said at all: the rehearsal was itself the limit, or was stopped.
Then what listeners would have met, then what it took.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from rostra.bandwidth import cable_bits, needed_bits
from rostra.rehearsal.locales import Locale
from rostra.rehearsal.outcome import Outcome

ENOUGH_HELD = 0.99  # of those asked for
SLOW_SOUND_S = 3.0
LATE_TICK_MS = 25.0


class Kind(StrEnum):
    """How well it is: to be glad of, to be known, to do something about."""

    GOOD = "good"
    PLAIN = "plain"
    BAD = "bad"


@dataclass(frozen=True)
class Point:
    """One finding; `advice` says what to do, and is empty where nothing need be done.

    `quoted` are words of the rehearsal itself, in English.
    """

    kind: Kind
    text: str
    advice: str = ""
    quoted: str = ""


@dataclass(frozen=True)
class Verdict:
    """`kind` of the whole is PLAIN where too little could be seen to praise or to blame.

    `reservations` come before everything else, for they limit what it says.
    """

    kind: Kind
    reservations: tuple[Point, ...]
    headline: str
    points: tuple[Point, ...]

    @property
    def lines(self) -> list[str]:
        """All of it, a finding a line."""
        points = (*self.reservations, Point(Kind.PLAIN, self.headline), *self.points)
        return [
            " ".join(filter(None, (point.text, point.quoted, point.advice))) for point in points
        ]

    @property
    def text(self) -> str:
        """All of it as one paragraph."""
        return " ".join(self.lines)


def verdict(outcome: Outcome, locale: Locale) -> Verdict:
    """The verdict on `outcome` in the language of `locale`."""
    points = (
        *_missing(outcome, locale), *_sound(outcome, locale), *_bytes(outcome, locale),
        *_machine(outcome, locale),
    )  # fmt: skip
    reservations = tuple(_reservations(outcome, locale))
    return Verdict(_kind(outcome, points), reservations, _headline(outcome, locale), points)


def _kind(outcome: Outcome, points: tuple[Point, ...]) -> Kind:
    """Where the rehearsal was the limit, gaps and losses may be its own; wrong bytes never are."""
    if outcome.mismatches:
        return Kind.BAD
    if outcome.limit:
        return Kind.PLAIN
    if any(point.kind is Kind.BAD for point in points):
        return Kind.BAD
    if outcome.stopped:
        return Kind.PLAIN
    return Kind.GOOD if outcome.held >= ENOUGH_HELD * outcome.asked else Kind.BAD


def _headline(outcome: Outcome, locale: Locale) -> str:
    if outcome.held == outcome.asked:
        return locale.say("held_all", outcome.held)
    return locale.say("held_some", outcome.held, asked=locale.whole(outcome.asked))


def _reservations(outcome: Outcome, locale: Locale) -> Iterator[Point]:
    if outcome.limit:
        text = locale.say("limited")
        yield Point(Kind.PLAIN, text, locale.say("limited_advice"), _sentence(outcome.limit))
    if outcome.stopped:
        yield Point(Kind.PLAIN, locale.say("stopped"), quoted=_sentence(outcome.stopped))


def _sentence(words: str) -> str:
    """With a capital and a full stop, which the rehearsal's own words may lack."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?")) else ".")


def _missing(outcome: Outcome, locale: Locale) -> Iterator[Point]:
    """Who was asked for and did not listen to the end, and why."""
    if outcome.refused:
        # Who was to find the limit has found it: only whose places were counted must act.
        most = max((m.listeners or 0 for m in outcome.series), default=0) or outcome.joined
        text = locale.say("refused", outcome.refused, most=locale.whole(most))
        yield Point(Kind.BAD, text, locale.say("refused_advice"))
    if outcome.failed:
        yield Point(
            Kind.BAD, locale.say("failed", outcome.failed), locale.say("failed_advice")
        )  # fmt: skip
    lost = outcome.joined - outcome.held
    if lost > 0 and not outcome.stopped:
        yield Point(Kind.BAD, locale.say("lost", lost), locale.say("lost_advice"))


def _sound(outcome: Outcome, locale: Locale) -> Iterator[Point]:
    first, ear = outcome.first_audio, outcome.ear_latency
    if first.p99 is not None:
        slow = first.p99 > SLOW_SOUND_S
        yield Point(
            Kind.BAD if slow else Kind.GOOD,
            locale.say("first_sound", time=locale.seconds(first.p99)),
            locale.say("first_sound_advice") if slow else "",
        )
    if outcome.joined:
        yield _silence(outcome, locale)
    if outcome.cut:
        yield Point(Kind.PLAIN, _comings(outcome, locale))
    if ear.p50 is not None and ear.p99 is not None:
        text = locale.say(
            "latency", half=locale.seconds(ear.p50), nearly=locale.seconds(ear.p99)
        )  # fmt: skip
        yield Point(Kind.PLAIN, text)


def _silence(outcome: Outcome, locale: Locale) -> Point:
    if not outcome.silent_listeners:
        return Point(Kind.GOOD, locale.say("no_silence"))
    text = locale.say("silence", outcome.silent_listeners, joined=locale.whole(outcome.joined))
    if outcome.silence_longest is not None:
        text += " " + locale.say("silence_longest", time=locale.seconds(outcome.silence_longest))
    if outcome.silent_phones:
        text += " " + locale.say("silence_phones", outcome.silent_phones)
    silent = [moment for moment in outcome.series if moment.silent]
    if silent:
        text += " " + locale.say(
            "silence_when", begin=locale.moment(silent[0].t), end=locale.moment(silent[-1].t),
            listeners=locale.whole(silent[0].listeners or 0),
        )  # fmt: skip
    return Point(Kind.BAD, text, locale.say("silence_advice"))


def _comings(outcome: Outcome, locale: Locale) -> str:
    """What became of connections that were cut, as when an edge is renewed or dies."""
    text = locale.say("cut", outcome.cut, rejoined=locale.whole(outcome.rejoined))
    if outcome.missing:
        text += " " + locale.say("missing", time=locale.seconds(outcome.missing))
    return text


def _bytes(outcome: Outcome, locale: Locale) -> Iterator[Point]:
    if outcome.mismatches:
        text = locale.say("mismatches", outcome.mismatches)
        yield Point(Kind.BAD, text, locale.say("mismatches_advice"))
    elif outcome.verified:
        yield Point(Kind.GOOD, locale.say("verified", outcome.verified))


def _machine(outcome: Outcome, locale: Locale) -> Iterator[Point]:
    if outcome.server.cores is not None:
        yield Point(Kind.PLAIN, _cores(outcome, outcome.server.cores, locale))
    if outcome.tick_p99_ms is not None:
        late = outcome.tick_p99_ms > LATE_TICK_MS
        yield Point(
            Kind.BAD if late else Kind.GOOD,
            locale.say("tick_late" if late else "tick", time=locale.short(outcome.tick_p99_ms)),
            locale.say("tick_advice") if late else "",
        )
    if outcome.held:
        text = locale.say("network", need=locale.bits(network_bits(outcome)))
        yield Point(Kind.PLAIN, text)


def _cores(outcome: Outcome, cores: float, locale: Locale) -> str:
    have = outcome.machine_cores
    if have is None:
        return locale.say("cores", used=locale.short(cores))
    return locale.say("cores_of", round(have), used=locale.short(cores))


def network_bits(outcome: Outcome) -> float:
    """Bit/s on the cable for as many on the open internet; from the peak if it was measured."""
    if outcome.mbit_s_peak:
        return cable_bits(outcome.mbit_s_peak * 1e6 / 8)
    return needed_bits(outcome.held)
