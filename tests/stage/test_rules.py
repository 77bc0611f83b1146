"""The table of moves: who may do what, when; and folding events gives the state, all of it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput, Conflict, NotAllowed, NotFound, RostraError, TooLarge
from rostra.stage.rules import HOSTS, MOST_SEATS, MOVES, By, Event, Room, Seat, apply, decide

ANA = By("a", "Ana", "host")
BEN = By("b", "Ben", "speaker")
CLEO = By("c", "Cleo", "cohost")


def after(*moves: tuple[str, By] | tuple[str, By, str]) -> Room:
    room = Room()
    for move, by, *target in moves:
        room = apply(room, decide(room, move, by, at=0, target=target[0] if target else None))
    return room


def test_a_room_goes_from_lobby_to_the_end() -> None:
    assert after().phase == "lobby"
    assert after(("start", ANA)).phase == "live"
    assert after(("start", ANA), ("pause", ANA)).phase == "paused"
    assert after(("start", ANA), ("pause", ANA), ("resume", ANA)).phase == "live"
    assert after(("start", ANA), ("end", ANA)).phase == "ended"


@pytest.mark.parametrize(
    ("before", "move"),
    [
        ((), "pause"),
        ((), "resume"),
        ((("start", ANA),), "start"),
        ((("start", ANA),), "resume"),
        ((("end", ANA),), "start"),
        ((("end", ANA),), "join"),
    ],
)
def test_a_move_that_does_not_fit_the_phase_is_a_conflict(before: tuple, move: str) -> None:
    with pytest.raises(Conflict):
        decide(after(*before), move, ANA, at=0)


@pytest.mark.parametrize("move", ["start", "pause", "resume", "end", "pin", "remove"])
def test_a_speaker_may_not_run_the_room(move: str) -> None:
    room = after(("join", BEN), ("join", CLEO))
    with pytest.raises(NotAllowed):
        decide(room, move, BEN, at=0, target="c")


def test_a_move_that_does_not_exist_is_bad_input() -> None:
    with pytest.raises(BadInput):
        decide(Room(), "explode", ANA, at=0)


def test_nobody_opens_the_microphone_of_another() -> None:
    room = after(("join", BEN), ("mute", ANA, "b"))
    assert room.seats["b"].muted
    with pytest.raises(NotAllowed):
        decide(room, "unmute", ANA, at=0, target="b")
    assert not apply(room, decide(room, "unmute", BEN, at=0)).seats["b"].muted


def test_a_speaker_does_not_mute_another() -> None:
    with pytest.raises(NotAllowed):
        decide(after(("join", BEN), ("join", CLEO)), "mute", BEN, at=0, target="c")


def test_coming_back_takes_the_seat_over_and_stays_muted() -> None:
    room = after(("join", BEN), ("mute", BEN), ("away", BEN), ("join", BEN))
    assert len(room.seats) == 1
    assert room.seats["b"].muted
    assert not room.seats["b"].away


def test_the_removed_do_not_come_back() -> None:
    room = after(("join", BEN), ("remove", ANA, "b"))
    assert not room.seats
    with pytest.raises(NotAllowed):
        decide(room, "join", BEN, at=0)


def test_the_host_is_not_removed_by_a_cohost() -> None:
    with pytest.raises(NotAllowed):
        decide(after(("join", ANA), ("join", CLEO)), "remove", CLEO, at=0, target="a")


def test_an_empty_seat_cannot_be_muted() -> None:
    with pytest.raises(NotFound):
        decide(Room(), "mute", ANA, at=0, target="nobody")


def test_the_fourteenth_seat_is_refused_in_a_sentence() -> None:
    room = Room()
    for number in range(MOST_SEATS):
        room = apply(room, decide(room, "join", By(str(number), "N", "speaker"), at=0))
    with pytest.raises(Conflict, match="The stage is full"):
        decide(room, "join", BEN, at=0)
    assert decide(room, "join", By("3", "N", "speaker"), at=0).target == "3"


def seat_of_ben(*more: tuple[str, By] | tuple[str, By, str], green: bool = True) -> Seat:
    room = Room()
    room = apply(room, decide(room, "join", BEN, at=0, value={"green": green, "junk": "x"}))
    for move, by, *target in more:
        room = apply(room, decide(room, move, by, at=0, target=target[0] if target else None))
    return room.seats["b"]


def test_a_seat_is_in_the_green_room_until_its_holder_goes_on_the_stage() -> None:
    assert not seat_of_ben(green=False).green
    assert seat_of_ben().green
    assert not seat_of_ben(("air", BEN)).green
    assert seat_of_ben(("air", BEN), ("green", ANA, "b")).green
    with pytest.raises(NotAllowed):
        seat_of_ben(("air", ANA, "b"))
    with pytest.raises(NotAllowed):
        decide(after(("join", ANA), ("join", BEN)), "green", BEN, at=0, target="a")


def test_coming_back_does_not_go_on_the_stage_nor_leave_it() -> None:
    assert seat_of_ben(("away", BEN), ("join", BEN)).green
    room = after(("join", BEN), ("away", BEN))
    assert not apply(room, decide(room, "join", BEN, at=0, value={"green": True})).seats["b"].green


def test_noise_suppression_is_switched_by_the_holder_or_a_host() -> None:
    room = after(("join", ANA), ("join", BEN))
    for by in (ANA, BEN):
        event = decide(room, "denoise", by, at=0, target="b", value=True)
        assert apply(room, event).seats["b"].denoise
    with pytest.raises(BadInput, match="true or false"):
        decide(room, "denoise", BEN, at=0, value="yes")
    with pytest.raises(NotAllowed):
        decide(room, "denoise", BEN, at=0, target="a", value=True)


@pytest.mark.parametrize("move", sorted(set(MOVES) - {"pin", "denoise", "resume"}))
def test_values_that_mean_nothing_are_not_kept(move: str) -> None:
    room = after(("join", ANA), ("start", ANA))
    room = room if move != "start" else after(("join", ANA))
    by = By("root", "Root", "admin") if move == "remove" else ANA
    assert decide(room, move, by, at=0, target="a", value={"junk": "x" * 9_000}).value is None


def test_a_listener_has_no_seat() -> None:
    with pytest.raises(NotAllowed):
        decide(Room(), "join", By("x", "X", "listener"), at=0)


def test_only_text_and_address_of_a_pin_are_kept() -> None:
    pin = {"text": "Agenda", "url": "https://example.org", "script": "x" * 10_000}
    event = decide(Room(), "pin", ANA, at=0, value=pin)
    assert apply(Room(), event).pinned == {"text": "Agenda", "url": "https://example.org"}
    assert apply(Room(pinned=pin), decide(Room(), "pin", ANA, at=0)).pinned is None


@pytest.mark.parametrize(
    "pin", ["text", {}, {"text": 3}, {"text": "a", "url": "javascript:alert(1)"}, {"url": "x"}]
)
def test_a_pin_that_is_none_is_refused(pin: object) -> None:
    with pytest.raises(BadInput):
        decide(Room(), "pin", ANA, at=0, value=pin)


def test_a_pin_that_is_too_long_is_refused() -> None:
    with pytest.raises(TooLarge):
        decide(Room(), "pin", ANA, at=0, value={"text": "é" * 301})


ROLES = ["admin", "host", "cohost", "speaker", "listener"]
RUNNING = {"start": "lobby", "pause": "live", "resume": "paused"}


def room_in(phase: str) -> Room:
    seats = {role: Seat(role.title(), role) for role in ("host", "cohost", "speaker")}
    return Room(phase, seats | {"other": Seat("Other", "speaker")})


def allowed(move: str, phase: str, role: str, target: str) -> bool:
    """What the table should say, written down a second time."""
    runs, own = role in ("admin", "host", "cohost"), target == role
    there = target != "admin"  # an administrator commands; a seat is by invitation
    legal = {
        "start": runs and phase == "lobby",
        "pause": runs and phase == "live",
        "resume": runs and phase == "paused",
        "end": runs,
        "pin": runs,
        "join": role != "admin",  # whatever seat is asked for, it is one's own
        "leave": there and own,
        "away": there and own,
        "mute": there and (runs or own),
        "unmute": there and own,
        "air": there and own,
        "green": there and (runs or own),
        "denoise": there and (runs or own),
        "remove": there and runs and (target != "host" or role == "admin"),
    }
    return legal[move] and phase != "ended" and role != "listener"


@pytest.mark.parametrize("phase", ["lobby", "live", "paused", "ended"])
@pytest.mark.parametrize("role", ROLES)
def test_every_cell_of_the_table(phase: str, role: str) -> None:
    room, by = room_in(phase), By(role, role.title(), role)
    for move in sorted(MOVES):
        for target in ("host", "speaker", "other", role):
            value = True if move == "denoise" else None
            try:
                event = decide(room, move, by, at=0, target=target, value=value)
            except RostraError as error:
                assert 400 <= error.status < 500
                assert not allowed(move, phase, role, target), (move, target)
            else:
                assert allowed(move, phase, role, target), (move, target)
                assert event.target == (role if move == "join" else target)


people = st.sampled_from([ANA, BEN, CLEO, By("d", "Dan", "admin"), By("e", "Eve", "listener")])
asked = st.tuples(
    st.sampled_from([*MOVES, "explode"]), people, st.none() | st.sampled_from("abcdx")
)


@given(st.lists(asked, max_size=60))
def test_whatever_is_asked_the_room_stays_lawful(asked: list[tuple[str, By, str | None]]) -> None:
    room, events = Room(), list[Event]()
    for move, by, target in asked:
        try:
            event = decide(room, move, by, at=0, target=target)
        except RostraError as error:
            assert 400 <= error.status < 500
            continue
        if event.move in ("start", "pause", "resume", "end", "remove", "pin"):
            assert by.role in HOSTS
        events.append(event)
        room = apply(room, event)
        assert len(room.seats) <= MOST_SEATS
        assert not room.removed & room.seats.keys()
    again = Room()
    for event in events:
        again = apply(again, event)
    assert again == room
