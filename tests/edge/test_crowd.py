"""The crowd over a real log, with sockets and time made up."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest

from rostra.edge.cadence import CALM, THRONG
from rostra.edge.cohort import Ear, Seat
from rostra.edge.crowd import Crowd, Farewell
from rostra.edge.live import Beginnings, start_of
from rostra.edge.spaces import LOOK_NS, Space, Spaces
from rostra.edge.standing import Standing
from rostra.edge.tail import Tail
from rostra.errors import NotFound
from rostra.testing.edges import PID, SLUG, House, Stage, make_house
from rostra.wire.timing import FRAGMENT, RATE, SEGMENT, shown_moment

SECOND = 1_000_000_000
FRAGMENT_NS = 320_000_000


@dataclass
class Sockets:
    """Sockets that take what they have room for."""

    log: Path
    room: dict[int, int] = field(default_factory=dict)  # absent: endless; -1: gone
    held: dict[int, int] = field(default_factory=dict)
    got: dict[int, bytes] = field(default_factory=dict)
    parted: dict[int, Farewell] = field(default_factory=dict)
    watched: set[int] = field(default_factory=set)
    gone: int = 0

    def send(self, fd: int, source: int, offset: int, length: int) -> int:
        return self.write(fd, self.log.read_bytes()[offset : offset + length])

    def write(self, fd: int, data: bytes) -> int:
        assert fd not in self.parted
        room = self.room.get(fd, len(data))
        if room < 0:
            return -1
        taken = min(room, len(data))
        if fd in self.room:
            self.room[fd] -= taken
        self.got[fd] = self.got.get(fd, b"") + data[:taken]
        return taken

    def unsent(self, fd: int) -> int:
        return self.held.get(fd, 0)

    def watch(self, fd: int, for_room: bool) -> None:
        (self.watched.add if for_room else self.watched.discard)(fd)

    def left(self, fd: int, seat: Seat) -> None:
        self.gone += 1

    def part(self, fd: int, why: Farewell) -> None:
        self.parted[fd] = why


@dataclass
class Hall:
    """A Space, its stage, and a crowd, at one moment."""

    house: House
    stage: Stage
    space: Space
    tail: Tail
    sockets: Sockets
    crowd: Crowd
    now: int = SECOND
    said_ns: int = 0

    @property
    def seat(self) -> Seat:
        return Seat(self.space, self.tail, CALM, Standing.VERIFIED)

    def join(self, fd: int) -> Ear:
        ear = Ear(fd, self.seat, self.tail.look(self.now))
        self.crowd.join(ear, self.now)
        return ear

    def go_on(self, duration_ns: int, *, speaking: bool = True) -> None:
        """Let time pass, with a fragment each 0.32 s."""
        until = self.now + duration_ns
        while self.now < until:
            if speaking and self.now - self.said_ns >= FRAGMENT_NS:
                self.stage.say(1)
                self.said_ns = self.now
            self.crowd.turn(self.now)
            self.now += 20_000_000

    def said_since(self, offset: int) -> bytes:
        return self.sockets.log.read_bytes()[offset : self.tail.look(self.now)]


@pytest.fixture
def hall(tmp_path: Path) -> Hall:
    house = make_house(tmp_path)
    stage = house.stage()
    stage.say(10)
    space = Spaces(house.places).find(SLUG, SECOND)
    tail = space.tail(PID, "opus", SECOND)
    sockets = Sockets(house.places.log(SLUG, PID, "opus")[0])
    return Hall(house, stage, space, tail, sockets, Crowd(sockets, SECOND))


def test_everybody_gets_every_byte_once_in_order_whenever_they_joined(hall: Hall) -> None:
    begun = {}
    for fd in range(40):
        begun[fd] = hall.tail.look(hall.now)
        hall.join(fd)
        hall.go_on(150_000_000)
    hall.go_on(2 * SECOND)
    hall.go_on(SECOND, speaking=False)
    for fd, offset in begun.items():
        assert hall.sockets.got[fd] == hall.said_since(offset), fd
    assert len(hall.crowd) == 40


def test_nobody_is_sent_to_more_than_once_in_a_period(hall: Hall) -> None:
    for fd in range(32):
        hall.join(fd)
    sends = 0
    until = hall.now + 64 * SECOND // 10
    while hall.now < until:
        hall.stage.say(1)
        for _ in range(16):
            sends += hall.crowd.turn(hall.now).sends
            hall.now += 20_000_000
    assert 32 * 9 <= sends <= 32 * 11


def test_a_slow_listener_misses_nothing_and_nobody_waits(hall: Hall) -> None:
    begun = hall.tail.look(hall.now)
    hall.join(1)
    hall.join(2)
    hall.sockets.room[1] = 1000
    hall.go_on(3 * SECOND)
    assert hall.sockets.watched == {1}
    hall.sockets.room[1] = 500
    hall.crowd.has_room(1, hall.now)
    assert hall.sockets.watched == {1}
    del hall.sockets.room[1]
    hall.crowd.has_room(1, hall.now)
    assert not hall.sockets.watched
    hall.go_on(SECOND)
    hall.go_on(SECOND, speaking=False)
    assert hall.sockets.got[1] == hall.sockets.got[2] == hall.said_since(begun)


def test_who_is_ten_seconds_behind_is_parted_with(hall: Hall) -> None:
    hall.join(1)
    hall.join(2)
    hall.sockets.room[1] = 0
    hall.go_on(9 * SECOND)
    hall.crowd.check_slow(hall.now)
    assert not hall.sockets.parted
    hall.go_on(3 * SECOND)
    hall.crowd.check_slow(hall.now)
    assert hall.sockets.parted == {1: Farewell.SLOW}
    assert len(hall.crowd) == 1


def test_bytes_that_only_the_kernel_took_count_as_behind(hall: Hall) -> None:
    hall.join(1)
    hall.join(2)
    hall.go_on(11 * SECOND)
    hall.sockets.held[1] = hall.tail.look(hall.now)  # none of it acknowledged
    hall.go_on(3 * SECOND)
    assert hall.sockets.parted == {1: Farewell.SLOW}


def test_a_filled_gap_of_a_minute_costs_nobody_the_connection(hall: Hall) -> None:
    for fd in range(4):
        hall.join(fd)
        hall.sockets.room[fd] = 50_000
    hall.go_on(12 * SECOND)
    hall.stage.say(190)
    hall.go_on(SECOND)
    for fd in range(4):
        del hall.sockets.room[fd]
        hall.crowd.has_room(fd, hall.now)
    hall.crowd.check_slow(hall.now)
    hall.go_on(12 * SECOND)
    assert not hall.sockets.parted


def test_who_is_gone_is_left_out_at_once(hall: Hall) -> None:
    for fd in range(4):
        hall.join(fd)
    hall.sockets.room[2] = -1
    hall.go_on(SECOND)
    assert hall.sockets.parted == {2: Farewell.LOST}
    assert len(hall.crowd) == 3


def test_who_left_is_sent_nothing_even_from_a_list_of_slow_ones(hall: Hall) -> None:
    ears = [hall.join(fd) for fd in range(3)]
    hall.sockets.room[0] = 0
    hall.go_on(SECOND)
    before = dict(hall.sockets.got)
    for ear in ears:
        hall.crowd.leave(ear.fd)
        hall.crowd.leave(ear.fd)
    hall.go_on(2 * SECOND)
    hall.crowd.has_room(0, hall.now)
    assert hall.sockets.got == before
    assert len(hall.crowd) == 0
    assert hall.crowd.next_due() is None


def test_the_end_is_sent_before_anybody_is_parted_with(hall: Hall) -> None:
    begun = hall.tail.look(hall.now)
    for fd in range(20):
        hall.join(fd)
    hall.stage.say(5)
    hall.space.manifest = replace(hall.space.manifest, phase="ended")
    hall.go_on(SECOND, speaking=False)
    assert set(hall.sockets.parted.values()) == {Farewell.FINISHED}
    assert len(hall.sockets.parted) == 20
    assert all(got == hall.said_since(begun) for got in hall.sockets.got.values())


def test_the_census_needs_ten_seconds_and_a_programme_that_grows(hall: Hall) -> None:
    hall.join(1)
    hall.go_on(9 * SECOND)
    assert hall.crowd.hearing(hall.now).get((SLUG, Standing.VERIFIED), 0) == 0
    hall.go_on(4 * SECOND)
    assert hall.crowd.hearing(hall.now) == {(SLUG, Standing.VERIFIED): 1}
    hall.go_on(24 * SECOND, speaking=False)
    assert hall.crowd.hearing(hall.now) == {(SLUG, Standing.VERIFIED): 0}


def test_the_census_need_not_wait_for_the_first_turn_of_a_throng(hall: Hall) -> None:
    hall.sockets.held[2] = 1
    for fd in (1, 2):  # the second has not taken all that it was given
        seat = hall.seat._replace(kind=THRONG)
        hall.crowd.join(Ear(fd, seat, hall.tail.look(hall.now)), hall.now)
    hall.go_on(9 * SECOND)
    assert hall.crowd.hearing(hall.now) == {(SLUG, Standing.VERIFIED): 0}
    hall.go_on(2 * SECOND)
    assert hall.crowd.hearing(hall.now) == {(SLUG, Standing.VERIFIED): 1}
    hall.sockets.held.clear()
    assert hall.crowd.hearing(hall.now) == {(SLUG, Standing.VERIFIED): 2}
    hall.go_on(16 * SECOND)
    assert hall.crowd.hearing(hall.now) == {(SLUG, Standing.VERIFIED): 2}


def test_rewinding_is_paced_and_then_live(hall: Hall) -> None:
    hall.stage.say(190)  # 64 s in all
    hall.now += 1
    hall.tail.look(hall.now)
    ear = Ear(7, hall.seat, hall.tail.offset(0))
    hall.crowd.join_paced(ear, 0, hall.now)
    assert ear.offset == hall.tail.offset(93)  # 30 s
    hall.go_on(8 * SECOND, speaking=False)
    assert hall.tail.offset(121) <= ear.offset <= hall.tail.offset(126)  # and 10 s more
    hall.go_on(20 * SECOND, speaking=False)
    assert hall.crowd.paced == 0
    hall.go_on(2 * SECOND)
    hall.go_on(SECOND, speaking=False)
    assert hall.sockets.got[7] == hall.said_since(hall.tail.log.header.init_length)


def test_a_paced_listener_that_does_not_take_its_sound_is_parted_with(hall: Hall) -> None:
    hall.stage.say(400)
    hall.now += 1
    hall.tail.look(hall.now)
    ear = Ear(7, hall.seat, hall.tail.offset(0))
    hall.sockets.room[7] = 10_000
    hall.crowd.join_paced(ear, 0, hall.now)
    hall.go_on(40 * SECOND, speaking=False)
    assert hall.sockets.parted == {7: Farewell.SLOW}


def test_a_drained_crowd_is_parted_with_within_a_period(hall: Hall) -> None:
    for fd in range(20):
        hall.join(fd)
    hall.crowd.draining = True
    hall.go_on(CALM.period_ns + 20_000_000)
    assert len(hall.sockets.parted) == 20


# where a response begins


@pytest.mark.parametrize(
    ("after", "since", "record", "paced"),
    [
        (None, None, 96, False),
        (30.4, None, 95, False),  # the end of fragment 94
        (30.3995, None, 95, False),
        (30.4005, None, 95, False),
        (32.0, None, 100, False),
        (32.5, None, 96, False),  # from the future
        (0.32, None, 1, True),  # half a minute ago
        (None, 0.0, 0, True),
        (None, 10.0, 31, True),
        (None, 99.0, 96, False),
    ],
)
def test_where_a_response_begins(
    hall: Hall, after: float | None, since: float | None, record: int, paced: bool
) -> None:
    hall.stage.say(90)
    hall.tail.look(2 * SECOND)
    assert start_of(hall.tail, CALM, 0, after, since) == (record, paced)


def test_the_lobby_is_not_rewound_to(hall: Hall) -> None:
    hall.stage.say(90)
    hall.tail.look(2 * SECOND)
    assert start_of(hall.tail, CALM, SEGMENT, None, 0.0).record == SEGMENT // FRAGMENT


def test_those_who_join_at_once_are_given_the_very_same_bytes(hall: Hall) -> None:
    beginnings = Beginnings()
    start = start_of(hall.tail, CALM, 0, None, None)
    assert beginnings.of(hall.tail, start) is beginnings.of(hall.tail, start)
    hall.stage.say(1)
    hall.tail.look(2 * SECOND)
    later = start_of(hall.tail, CALM, 0, None, None)
    assert beginnings.of(hall.tail, later) != beginnings.of(hall.tail, start)


def test_the_state_is_that_before_the_fragment(hall: Hall) -> None:
    for index in (1, 5, 10):
        state = hall.tail.state(index)
        assert state is not None
        # `at` is the record's own word where a patch came: patches leave it out.
        told = hall.tail.log[index - 1].wall_ms
        assert state.pop("at", shown_moment(told)) == shown_moment(told)
        assert state == {"v": 1, "phase": "live", "n": index - 1}
    assert hall.tail.state(0) is None
    assert hall.tail.statement(0) == b""


# Spaces


def test_a_manifest_is_looked_at_once_a_second(hall: Hall) -> None:
    spaces = Spaces(hall.house.places)
    assert spaces.find(SLUG, SECOND).manifest.title == "Town hall"
    hall.house.change(title="Other")
    assert spaces.find(SLUG, SECOND + LOOK_NS - 1).manifest.title == "Town hall"
    assert spaces.find(SLUG, SECOND + LOOK_NS).manifest.title == "Other"


def test_unknown_addresses_take_no_memory_and_one_look_a_second(
    hall: Hall, monkeypatch: pytest.MonkeyPatch
) -> None:
    spaces = Spaces(hall.house.places)
    looks: list[Path] = []
    monkeypatch.setattr("rostra.edge.spaces._stamp", looks.append)
    for _ in range(100):
        assert spaces.look("nobody", SECOND) is None
    assert len(looks) == 1
    for number in range(5000):
        assert spaces.look(f"nobody-{number}", SECOND) is None
    assert len(spaces._unknown) == 1024
    assert len(spaces) == 0


def test_a_damaged_manifest_changes_nothing_for_those_who_listen(hall: Hall) -> None:
    spaces = Spaces(hall.house.places)
    spaces.find(SLUG, SECOND)
    hall.house.manifest.write_bytes(b"{")
    assert spaces.find(SLUG, 3 * SECOND).manifest.title == "Town hall"


def test_a_space_whose_folder_is_taken_away_is_removed(hall: Hall) -> None:
    spaces = Spaces(hall.house.places)
    space = spaces.find(SLUG, SECOND)
    hall.house.manifest.unlink()
    with pytest.raises(NotFound):
        spaces.find(SLUG, 3 * SECOND)
    assert space.manifest.phase == "removed"


def test_a_log_is_closed_when_the_last_who_is_sent_it_is_done(hall: Hall) -> None:
    hall.tail.hold()
    hall.space.forget()
    assert hall.tail.read(0, 1)
    hall.tail.release()
    with pytest.raises(OSError, match="Bad file descriptor"):
        hall.tail.read(0, 1)


def test_rates_agree() -> None:
    assert FRAGMENT_NS * RATE == FRAGMENT * SECOND
