"""What a speaker's page and the stage say to each other over the page's own data channel.

The page asks for a move (`{"n", "move", "target", "value"}`) and is answered under the same number;
unasked, it is told the room, how everybody's line is, levels, and a countdown. All are JSON texts.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from rostra.errors import BadInput, RostraError
from rostra.stage.health import Line
from rostra.stage.rules import Room
from rostra.stage.statement import Audience

LARGEST = 16 * 1024  # characters of one message
LONGEST_COUNTDOWN = 10  # seconds
_LARGEST_NUMBER = 2**53
_LONGEST = 200  # characters of an id or a move

Document = dict[str, Any]


@dataclass(frozen=True)
class Call:
    """One move that a page asks for; `number` is the page's own."""

    number: int
    move: str
    target: str | None
    value: Any


def read_call(text: str) -> Call:
    """The call in `text`. Raises BadInput for what is none."""
    asked = read_object(text) if len(text) <= LARGEST else None
    if asked is None:
        raise BadInput("A message to the stage must be a JSON object of at most 16 KiB.")
    number, move, target = asked.get("n"), asked.get("move"), asked.get("target")
    if type(number) is not int or not 0 <= number < _LARGEST_NUMBER:
        raise BadInput("The field n must be a whole number: the answer has the same.")
    named = None if target is None else _word(target)
    return Call(number, _word(move), named, asked.get("value"))


def read_object(text: str | bytes) -> Document | None:
    """The JSON object in `text`; None for anything else."""
    try:
        found = json.loads(text)
        json.dumps(found, ensure_ascii=False).encode()  # half a character cannot be passed on
    except (ValueError, RecursionError):
        return None
    return found if isinstance(found, dict) else None


def _word(value: object) -> str:
    if not isinstance(value, str) or not 0 < len(value) <= _LONGEST:
        raise BadInput(f"The fields move and target are texts of 1 to {_LONGEST} characters.")
    return value


def read_countdown(value: object) -> int:
    """Seconds until the host goes live; 0 calls it off. Raises BadInput for anything else."""
    if type(value) is not int or not 0 <= value <= LONGEST_COUNTDOWN:
        raise BadInput(f"A countdown has 1 to {LONGEST_COUNTDOWN} seconds; 0 calls it off.")
    return value


def refusal(error: RostraError) -> Document:
    """How the stage says no, over the bus and over the channel."""
    return {
        "error": {
            "status": error.status,
            "code": error.code,
            "sentence": error.sentence,
            "retry_after": error.retry_after,
        }
    }


def answer(number: int, error: RostraError | None = None) -> str:
    """The answer to the call of that number."""
    return _json({"n": number, **(refusal(error) if error else {"ok": True})})


def countdown(count: int, by: str) -> str:
    """That the host `by` goes live in so many seconds."""
    return _json({"countdown": count, "by": by})


def levels(heard: Mapping[str, int]) -> str:
    """How loud each seat is, 0 to 9."""
    return _json({"levels": dict(heard)})


def report(
    room: Room,
    state: Document,
    *,
    speaking: frozenset[str],
    lines: Mapping[str, Line],
    disk_minutes: int,
    audience: Audience,
) -> str:
    """All that those on the stage may know of the room; `you` is put in front for each."""
    told = {
        "state": state,
        "seats": {
            ident: {
                "name": seat.name,
                "role": seat.role,
                "muted": seat.muted,
                "away": seat.away,
                "green": seat.green,
                "denoise": seat.denoise,
                "speaking": ident in speaking,
            }
            for ident, seat in room.seats.items()
        },
        "health": {ident: _told(line) for ident, line in lines.items()},
        "disk_minutes": disk_minutes,
        "audience": asdict(audience),
        "recorded": state["recorded"],
    }
    return _json(told)


def addressed(told: str, you: str) -> str:
    """The report for the seat `you`: written once, it is not written anew for each."""
    return f'{{"you":{_json(you)},{told[1:]}'


def _told(line: Line) -> Document:
    return {
        "loss": round(line.loss, 3),
        "jitter_ms": round(line.jitter_ms),
        "rtt_ms": None if line.rtt_ms is None else round(line.rtt_ms),
        "weak": line.weak,
    }


def _json(value: Document | str) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))
