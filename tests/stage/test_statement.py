"""What the sound says of the room: complete for whoever begins anywhere, and cheap."""

from __future__ import annotations

import itertools
import json
import random
from typing import Any

import pytest

from rostra.stage.rules import LONGEST_PIN, Room, Seat
from rostra.stage.statement import Audience, Statement, Surroundings, document
from rostra.wire.emsg import read_emsg
from rostra.wire.id3 import PATCH_OWNER, STATE_OWNER, read_privs
from rostra.wire.merge_patch import apply
from rostra.wire.timing import FRAGMENT, RATE, seconds

SEATS = {f"seat-{n}-of-22-characters"[:22]: Seat(f"Speaker {n}", "speaker") for n in range(3)}


def said(box: bytes) -> tuple[str, dict[str, Any]]:
    [(owner, payload)] = read_privs(read_emsg(box).message)
    return owner, json.loads(payload)


def around(**more: Any) -> Surroundings:
    return Surroundings("town-hall", "The town hall of the harbour quarter", True, **more)


def state(room: Room, media_time: int, **more: Any) -> dict[str, Any]:
    wall = 1_795_000_000_000 + round(seconds(media_time) * 1000)
    return document(room, around(**more), on_air=media_time, wall_ms=wall)


def test_the_document_is_the_interfaces() -> None:
    room = Room("live", {"a": Seat("Ana", "host", away=True)}, pinned={"text": "x"})
    found = document(
        room,
        around(
            audience=Audience(7), levels={"a": 4}, speaking=frozenset("a"), reactions={"👏": 2.0}
        ),
        on_air=RATE * 90,
        wall_ms=1_795_000_000_123,
    )
    assert found == {
        "v": 1,
        "space": "town-hall",
        "title": "The town hall of the harbour quarter",
        "phase": "live",
        "t": 90.0,
        "at": "2026-11-18T11:06:40.123Z",
        "listeners": 7,
        "stage": {
            "a": {"name": "Ana", "role": "host", "muted": False, "speaking": True, "away": True}
        },
        "levels": {"a": 4},
        "hands": 0,
        "reactions": {"👏": 2.0},
        "pinned": {"text": "x"},
        "caption": None,
        "recorded": True,
    }


def test_the_first_fragment_says_everything_and_so_does_every_tenth_second() -> None:
    statement = Statement()
    room = Room("live", SEATS)
    whole = []
    for number in range(200):
        boxes, is_whole = statement.events(number * FRAGMENT, state(room, number * FRAGMENT))
        if is_whole:
            assert said(boxes[0])[0] == STATE_OWNER
            whole.append(number)
    assert whole[0] == 0
    assert {b - a for a, b in itertools.pairwise(whole)} == {31}  # 9.92 s


def test_whoever_folds_the_patches_has_the_document() -> None:
    statement, folded = Statement(), {}
    chance = random.Random(3)
    for number in range(2_000):
        seats = {
            ident: Seat(seat.name, seat.role, muted=chance.random() < 0.02)
            for ident, seat in SEATS.items()
            if chance.random() < 0.99
        }
        current = state(Room("live", seats), number * FRAGMENT, audience=Audience(number // 50))
        boxes, _ = statement.events(number * FRAGMENT, current)
        for box in boxes:
            owner, body = said(box)
            folded = body if owner == STATE_OWNER else apply(folded, body)
            for key in ("stage", "phase", "listeners", "t"):
                assert folded[key] == current[key]


def test_a_mute_is_said_with_the_next_fragment() -> None:
    statement = Statement()
    statement.events(0, state(Room("live", SEATS), 0))
    muted = SEATS | {"seat-0-of-22-characters"[:22]: Seat("Speaker 0", "speaker", muted=True)}
    boxes, _ = statement.events(FRAGMENT, state(Room("live", muted), FRAGMENT))
    assert said(boxes[0])[0] == PATCH_OWNER


def test_an_hour_with_three_speakers_costs_less_than_250_bytes_a_second() -> None:
    statement, chance = Statement(), random.Random(1)
    room, spent, seats = Room("live", SEATS), 0, list(SEATS)
    fragments = 3600 * RATE // FRAGMENT
    for number in range(fragments):
        talking = seats[number // 30 % 3]
        current = state(
            room,
            number * FRAGMENT,
            audience=Audience(1_000 + chance.randrange(50)),
            speaking=frozenset({talking}),
            levels={ident: chance.randrange(4, 9) * (ident == talking) for ident in seats},
            reactions={"👏": float(chance.randrange(30)), "🔥": float(chance.randrange(30))},
        )
        boxes, _ = statement.events(number * FRAGMENT, current)
        spent += sum(map(len, boxes))
    assert spent / 3600 <= 250


@pytest.mark.parametrize(("pin", "longest"), [(0, 6), (LONGEST_PIN, 12)])
def test_who_speaks_is_said_all_the_time(pin: int, longest: int) -> None:
    statement, said_at, spent = Statement(), 0, 0
    seats, fragments = list(SEATS), 600 * RATE // FRAGMENT
    room = Room("live", SEATS, pinned={"text": "x" * pin} if pin else None)
    for number in range(fragments):
        talking = seats[number // 30 % 3]
        levels = {ident: (number % 5 + 4) * (ident == talking) for ident in seats}
        current = state(
            room,
            number * FRAGMENT,
            levels=levels,
            speaking=frozenset({talking}),
            audience=Audience(number),
        )
        boxes, _ = statement.events(number * FRAGMENT, current)
        spent += sum(map(len, boxes))
        said_at = number if boxes else said_at
        assert number - said_at <= longest  # fragments: seconds without a word would look dead
    assert spent / 600 <= 250


def test_a_busy_hour_is_not_held_against_the_quiet_room_after_it() -> None:
    statement, chance = Statement(), random.Random(6)
    idents = [f"{n:022d}" for n in range(13)]
    busy = 3600 * RATE // FRAGMENT
    for number in range(busy):
        seats = {i: Seat("N" * 80, "speaker", muted=chance.random() < 0.5) for i in idents}
        statement.events(number * FRAGMENT, state(Room("live", seats), number * FRAGMENT))
    said_in = []
    for number in range(busy, busy + 100):
        current = state(Room("live", SEATS), number * FRAGMENT)
        said_in.append(bool(statement.events(number * FRAGMENT, current)[0]))
    assert sum(said_in[60:]) > 12  # of forty: every third, as always


def test_the_end_is_said_whatever_was_spent_before() -> None:
    chance, idents = random.Random(4), [f"{n:022d}" for n in range(13)]
    for length in range(40, 60):
        statement = Statement()
        for number in range(length):
            seats = {i: Seat("N" * 80, "speaker", muted=chance.random() < 0.5) for i in idents}
            statement.events(number * FRAGMENT, state(Room("live", seats), number * FRAGMENT))
        over = state(Room("ended", seats), length * FRAGMENT)
        [box] = statement.events(length * FRAGMENT, over)[0]
        assert said(box)[1]["phase"] == "ended"


def test_the_fullest_and_busiest_room_keeps_to_the_budget_too() -> None:
    statement, chance, spent = Statement(), random.Random(2), 0
    idents = [f"{n:022d}" for n in range(13)]
    fragments = 3600 * RATE // FRAGMENT
    for number in range(fragments):
        seats = {i: Seat("N" * 80, "speaker", muted=chance.random() < 0.5) for i in idents}
        current = state(
            Room("live", seats),
            number * FRAGMENT,
            levels={i: chance.randrange(10) for i in idents},
            speaking=frozenset(i for i in idents if chance.random() < 0.5),
        )
        spent += sum(map(len, statement.events(number * FRAGMENT, current)[0]))
    whole = 13 * 220 / 10  # the whole document of such a room must be said, whatever it costs
    assert spent / 3600 <= 250 + whole
