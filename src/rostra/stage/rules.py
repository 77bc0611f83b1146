"""The room's rules: who may do what in which phase. A table of moves, and what each leaves behind.

A *command* asks; `decide` checks it against the table and gives the event it makes, or refuses
with a sentence. An *event* has happened; `apply` folds it into the state. The event log holds
events only, so that a stage which died comes back to the same room by folding them again.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from rostra.errors import BadInput, Conflict, NotAllowed, NotFound, TooLarge

MOST_SEATS = 13
LONGEST_NAME = 80
LONGEST_PIN = 600  # bytes: it goes with every tenth second of sound, to every listener

OPEN_PHASES = frozenset({"lobby", "live", "paused"})
HOSTS = frozenset({"host", "cohost", "admin"})
ROLES = frozenset({"host", "cohost", "speaker"})
EVERYONE = HOSTS | ROLES


@dataclass(frozen=True)
class By:
    """Who asks: a seat or an account."""

    id: str
    name: str
    role: str


@dataclass(frozen=True)
class Seat:
    """One place; `away` while its holder's connection is gone.

    `green`: in the green room, heard by those who are there too and by no listener. `denoise`:
    noise around the voice is taken out.
    """

    name: str
    role: str
    muted: bool = False
    away: bool = False
    green: bool = False
    denoise: bool = False


@dataclass(frozen=True)
class Event:
    """What happened: `at` in ms of wall time (recorded only), `target` a seat id."""

    move: str
    by: By
    at: int
    target: str | None = None
    value: Any = None


@dataclass(frozen=True)
class Room:
    """The live state of a Space. Values are never changed, only replaced."""

    phase: str = "lobby"
    seats: Mapping[str, Seat] = field(default_factory=dict)
    removed: frozenset[str] = frozenset()
    pinned: Any = None


@dataclass(frozen=True)
class Move:
    """In which phases a move is legal, for whom, and the phase after it."""

    phases: frozenset[str]
    roles: frozenset[str]
    then: str | None = None
    on_seat: bool = False


_LIVE, _PAUSED, _LOBBY = frozenset({"live"}), frozenset({"paused"}), frozenset({"lobby"})

MOVES: Mapping[str, Move] = {
    "start": Move(_LOBBY, HOSTS, then="live"),
    "pause": Move(_LIVE, HOSTS, then="paused"),
    "resume": Move(_PAUSED, HOSTS, then="live"),
    "end": Move(OPEN_PHASES, HOSTS, then="ended"),
    "join": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "leave": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "away": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "mute": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "unmute": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "air": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "green": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "denoise": Move(OPEN_PHASES, EVERYONE, on_seat=True),
    "remove": Move(OPEN_PHASES, HOSTS, on_seat=True),
    "pin": Move(OPEN_PHASES, HOSTS),
}

_OWN_ONLY = frozenset({"join", "leave", "away", "unmute", "air"})
_PHASE_SENTENCES = {
    "lobby": "The Space is not on air yet: start it first.",
    "live": "The Space is on air already.",
    "paused": "The Space is paused: resume it first.",
    "ended": "The Space is over: make a new one.",
}


def decide(
    room: Room, move: str, by: By, *, at: int, target: str | None = None, value: Any = None
) -> Event:
    """The event that the command makes.

    Raises BadInput for a move that does not exist, NotAllowed for one that is not `by`'s to make,
    Conflict for one that does not fit the phase or a full stage, NotFound for an empty seat.
    """
    rule = MOVES.get(move)
    if rule is None:
        raise BadInput(f"There is no such move: use one of {', '.join(sorted(MOVES))}.")
    if by.role not in rule.roles:
        raise NotAllowed("Only the host and co-hosts of this Space may do this.")
    if room.phase not in rule.phases:
        raise Conflict(_PHASE_SENTENCES[room.phase])
    event = Event(move, by, at, target, value)
    if rule.on_seat:
        return _decided_for_seat(room, replace(event, target=target or by.id))
    return replace(event, value=_pinned(value) if move == "pin" else None)


def _decided_for_seat(room: Room, event: Event) -> Event:
    assert event.target is not None
    own = event.target == event.by.id
    if event.move == "join":
        return _decided_join(room, event)
    seat = room.seats.get(event.target)
    if seat is None:
        raise NotFound("Nobody of that name is on the stage.")
    if event.move in _OWN_ONLY and not own:
        raise NotAllowed("Only the speaker can do this: a microphone is never opened by others.")
    if not own and event.by.role not in HOSTS:
        raise NotAllowed("Only the host and co-hosts of this Space may do this.")
    if event.move == "remove" and seat.role == "host" and event.by.role != "admin":
        raise NotAllowed("The host of a Space cannot be removed from its stage.")
    if event.move != "denoise":
        return replace(event, value=None)  # nothing of it is meant, so nothing of it is kept
    if not isinstance(event.value, bool):
        raise BadInput("Noise suppression is switched with the value true or false.")
    return event


def _decided_join(room: Room, event: Event) -> Event:
    if event.by.role not in ROLES:
        raise NotAllowed("This token is not for a seat on the stage: ask the host for an invite.")
    if event.by.id in room.removed:
        raise NotAllowed("The host has removed you from the stage of this Space.")
    if event.by.id not in room.seats and len(room.seats) >= MOST_SEATS:
        raise Conflict(f"The stage is full: it has {MOST_SEATS} seats, ask the host for one.")
    wish = event.value if isinstance(event.value, dict) else {}
    value = {"green": True} if wish.get("green") is True else None
    return replace(event, target=event.by.id, value=value)


def _pinned(value: Any) -> dict[str, str] | None:
    """What every listener is shown: a text and perhaps an address, nothing else."""
    if value is None:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("text"), str):
        raise BadInput('What is pinned needs a text: {"text": "…", "url": "https://…"}.')
    kept = {key: value[key] for key in ("text", "url") if key in value}
    url = kept.get("url", "https://")
    if not isinstance(url, str) or not url.startswith(("https://", "http://")):
        raise BadInput("The address of what is pinned must begin with https:// or http://.")
    if len((kept["text"] + url).encode()) > LONGEST_PIN:
        raise TooLarge(f"What is pinned may take {LONGEST_PIN} bytes of text at most: shorten it.")
    return kept


def apply(room: Room, event: Event) -> Room:
    """The room after `event`. Folding the same events always gives the same room."""
    rule = MOVES[event.move]
    if rule.then:
        return replace(room, phase=rule.then)
    if event.move == "pin":
        return replace(room, pinned=event.value)
    assert event.target is not None
    seats = dict(room.seats)
    seat = seats.get(event.target)
    if event.move == "join":
        # Whoever comes back finds the seat as it was left: muted, and where it stands.
        before = seat or Seat("", "", green=bool(event.value))
        name, role = event.by.name[:LONGEST_NAME], event.by.role
        seats[event.target] = replace(before, name=name, role=role, away=False)
    elif event.move in ("leave", "remove"):
        seats.pop(event.target, None)
    elif seat is not None and event.move == "denoise":
        seats[event.target] = replace(seat, denoise=bool(event.value))
    elif seat is not None:
        seats[event.target] = replace(seat, **_CHANGES[event.move])
    removed = room.removed | {event.target} if event.move == "remove" else room.removed
    return replace(room, seats=seats, removed=removed)


_CHANGES: Mapping[str, Mapping[str, Any]] = {
    "away": {"away": True},
    "mute": {"muted": True},
    "unmute": {"muted": False},
    "air": {"green": False},
    "green": {"green": True},
}
