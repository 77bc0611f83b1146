"""What a Space may be called, and which change of phase may be asked for when. Pure.

scheduled ──open──▶ lobby ──start──▶ live ◀─pause/resume─▶ paused
    │                 │                └──────end──────┬─────┘
    └───────end───────┴────────────────────────────▶ ended
(anything) ──remove──▶ removed
"""

from __future__ import annotations

import re
from datetime import timedelta

from rostra import moments
from rostra.errors import BadInput, Conflict, NotFound

LONGEST_TITLE = 120
INVITE_SECONDS = 30 * 24 * 3600
"""An invitation is good for thirty days."""

SEAT_SECONDS = 12 * 3600
"""The owner's own seat, made anew whenever the stage page is opened, for twelve hours."""

_LANGUAGE = re.compile(r"(?:[a-z]{2,3}(?:-[A-Za-z0-9]{2,8})?)?")

_MOVES = {
    "open": {"scheduled", "lobby"},
    "start": {"scheduled", "lobby", "live"},
    "pause": {"live", "paused"},
    "resume": {"paused", "live"},
    "end": {"scheduled", "lobby", "live", "paused", "ended"},
    "speak": {"lobby", "live", "paused"},
}
_WHY = {
    "scheduled": "is not open yet: open its lobby first",
    "lobby": "is not on air yet: start it first",
    "live": "is on air already",
    "paused": "is paused: resume it, or end it",
    "ended": "is over: make a new Space",
}


def check_move(move: str, phase: str) -> None:
    """Whether `move` may be asked for in `phase`; asking again for what is so already is fine.

    Raises Conflict with what to do, NotFound when the Space was removed.
    """
    if phase == "removed":
        raise no_such_space()
    if phase not in _MOVES[move]:
        raise Conflict(f"This Space {_WHY[phase]}.")


def no_such_space() -> NotFound:
    return NotFound("There is no Space at this address, or it was removed.")


def checked_language(text: str) -> str:
    """A language tag like `en` or `pt-BR`, or nothing. Raises BadInput."""
    if not _LANGUAGE.fullmatch(text):
        raise BadInput("The language cannot be used: it must look like en, fr or pt-BR.")
    return text


def checked_start(text: str, now_ms: int) -> int:
    """A moment with its time zone in ISO 8601, as milliseconds since the epoch. Raises BadInput."""
    try:
        milliseconds = moments.read(text)
    except ValueError:
        raise BadInput(
            "The starting time cannot be used: it must look like 2026-11-21T19:30:00+01:00."
        ) from None
    if abs(milliseconds - now_ms) > timedelta(days=3660).total_seconds() * 1000:
        raise BadInput("The starting time is more than ten years away: correct it.")
    return milliseconds


def shown_time(milliseconds: int | None) -> str | None:
    """The moment in ISO 8601, UTC, whole seconds."""
    return None if milliseconds is None else moments.shown(milliseconds)
