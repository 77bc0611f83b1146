"""The supervisor, its crank turned by hand over children that are not real."""

from __future__ import annotations

import json
import signal

import pytest

from rostra.node.child import Recipe
from rostra.node.supervisor import END_SECONDS, Supervisor

WEB, STAGE = Recipe("web", ["web"]), Recipe("stage a", ["stage", "a"])
BOTH = {"web": WEB, "stage a": STAGE}


class Fake:
    """A child that dies when told to, or when signalled if it is polite."""

    def __init__(self, pid: int, polite: bool) -> None:
        self.pid = pid
        self.polite = polite
        self.code: int | None = None
        self.signals: list[signal.Signals] = []

    def exit_code(self) -> int | None:
        return self.code

    def send(self, number: signal.Signals) -> None:
        self.signals.append(number)
        if self.polite or number == signal.SIGKILL:
            self.code = -number


class Nursery:
    """Starts fakes and remembers them by title."""

    def __init__(self, polite: bool = True) -> None:
        self.polite = polite
        self.born: list[tuple[str, Fake]] = []
        self.broken = False

    def start(self, recipe: Recipe) -> Fake:
        if self.broken:
            raise OSError("no such program")
        fake = Fake(len(self.born) + 100, self.polite)
        self.born.append((recipe.title, fake))
        return fake

    def last(self, title: str) -> Fake:
        return [fake for name, fake in self.born if name == title][-1]


def test_what_is_wanted_runs_and_what_is_not_ends() -> None:
    nursery = Nursery()
    supervisor = Supervisor(nursery.start)
    supervisor.turn(BOTH, 0.0)
    assert set(supervisor.running()) == {"web", "stage a"}
    supervisor.turn({"web": WEB}, 1.0)
    assert nursery.last("stage a").signals == [signal.SIGTERM]
    supervisor.turn({"web": WEB}, 1.1)
    assert set(supervisor.running()) == {"web"}


def test_a_dead_child_is_back_in_the_same_turn_and_others_are_left_alone() -> None:
    nursery = Nursery()
    supervisor = Supervisor(nursery.start)
    supervisor.turn(BOTH, 0.0)
    before = supervisor.running()
    nursery.last("web").code = -signal.SIGKILL
    supervisor.turn(BOTH, 30.0)
    after = supervisor.running()
    assert after["web"] != before["web"]
    assert after["stage a"] == before["stage a"]


def test_a_child_that_dies_young_again_waits_and_the_wait_is_known() -> None:
    nursery = Nursery()
    supervisor = Supervisor(nursery.start)
    for _ in range(2):
        supervisor.turn({"web": WEB}, 0.0)
        nursery.last("web").code = 1
    supervisor.turn({"web": WEB}, 0.1)
    assert supervisor.running() == {}
    due = supervisor.next_due()
    assert due is not None
    assert 0.1 < due <= 1.0
    supervisor.turn({"web": WEB}, due)
    assert set(supervisor.running()) == {"web"}
    assert supervisor.next_due() is None


def test_a_child_that_does_not_end_is_killed() -> None:
    nursery = Nursery(polite=False)
    supervisor = Supervisor(nursery.start)
    supervisor.turn({"web": WEB}, 0.0)
    supervisor.turn({}, 1.0)
    supervisor.turn({}, 1.0 + END_SECONDS / 2)
    assert nursery.last("web").signals == [signal.SIGTERM]
    supervisor.turn({}, 1.0 + END_SECONDS)
    supervisor.turn({}, 1.1 + END_SECONDS)
    assert nursery.last("web").signals == [signal.SIGTERM, signal.SIGKILL]
    assert supervisor.running() == {}


def test_a_stage_that_is_wanted_again_while_it_ends_starts_anew_after_its_end() -> None:
    nursery = Nursery(polite=False)
    supervisor = Supervisor(nursery.start)
    supervisor.turn(BOTH, 0.0)
    supervisor.turn({"web": WEB}, 1.0)
    supervisor.turn(BOTH, 1.1)
    nursery.last("stage a").code = 0
    supervisor.turn(BOTH, 1.2)
    assert [title for title, _ in nursery.born].count("stage a") == 2
    assert nursery.last("stage a").signals == []


def test_a_program_that_cannot_be_started_is_tried_again_later(
    capsys: pytest.CaptureFixture[str],
) -> None:
    nursery = Nursery()
    nursery.broken = True
    supervisor = Supervisor(nursery.start)
    supervisor.turn({"web": WEB}, 0.0)
    line = json.loads(capsys.readouterr().err)
    assert (line["level"], line["child"]) == ("error", "web")
    nursery.broken = False
    due = supervisor.next_due()
    assert due is not None
    assert due >= 1.0
    supervisor.turn({"web": WEB}, due)
    assert set(supervisor.running()) == {"web"}


def test_an_adopted_child_is_as_any_other() -> None:
    nursery = Nursery()
    supervisor = Supervisor(nursery.start)
    left = Fake(7, polite=True)
    supervisor.adopt("web", left, -50.0)
    supervisor.turn({"web": WEB}, 0.0)
    assert supervisor.running() == {"web": 7}
    assert supervisor.started("web") == -50.0
    left.code = 1
    supervisor.turn({"web": WEB}, 1.0)
    assert supervisor.running() == {"web": nursery.last("web").pid}


def test_an_adopted_child_that_nobody_wants_ends() -> None:
    supervisor, left = Supervisor(Nursery().start), Fake(7, polite=True)
    supervisor.adopt("edges next", left, 0.0)
    supervisor.turn({}, 0.1)
    supervisor.turn({}, 0.2)
    assert left.signals == [signal.SIGTERM]
    assert supervisor.running() == {}


def test_a_renewed_child_ends_and_starts_anew_at_once() -> None:
    nursery = Nursery()
    supervisor = Supervisor(nursery.start)
    supervisor.turn(BOTH, 0.0)
    first = nursery.last("web")
    supervisor.renew("web", 1.0)
    supervisor.turn(BOTH, 1.1)
    assert first.signals == [signal.SIGTERM]
    assert supervisor.running()["web"] == nursery.last("web").pid != first.pid
    supervisor.turn(BOTH, 9.0)
    assert nursery.last("web").signals == nursery.last("stage a").signals == []


def test_a_renewed_child_that_does_not_end_is_killed() -> None:
    nursery = Nursery(polite=False)
    supervisor = Supervisor(nursery.start)
    supervisor.turn({"web": WEB}, 0.0)
    supervisor.renew("web", 1.0)
    supervisor.turn({"web": WEB}, 1.0 + END_SECONDS)
    assert nursery.last("web").signals == [signal.SIGTERM, signal.SIGKILL]


def test_one_that_retires_has_its_time_unless_all_end() -> None:
    supervisor, left = Supervisor(Nursery(polite=False).start), Fake(7, polite=False)
    supervisor.adopt("edges before", left, 0.0)
    supervisor.retire("edges before", signal.SIGUSR1, 900.0, 0.0)
    supervisor.turn({}, 800.0)
    assert left.signals == [signal.SIGUSR1]
    supervisor.hurry()
    supervisor.turn({}, 800.1)
    supervisor.turn({}, 800.1 + END_SECONDS)
    assert left.signals == [signal.SIGUSR1, signal.SIGTERM, signal.SIGKILL]
    supervisor.turn({}, 804.0)
    assert supervisor.running() == {}


def test_one_that_does_not_retire_in_its_time_is_killed() -> None:
    supervisor, left = Supervisor(Nursery().start), Fake(7, polite=False)
    supervisor.adopt("edges before", left, 0.0)
    supervisor.retire("edges before", signal.SIGUSR1, 900.0, 0.0)
    supervisor.turn({}, 900.0)
    assert left.signals == [signal.SIGUSR1, signal.SIGKILL]
