"""What takes an edge ten seconds: each case has an edge of its own, and all wait at the same time.

They are begun by the first test that asks for the outcome of its own.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from rostra.settings import TlsFiles
from rostra.testing.edges import House, Player, Stage, make_house, read_to_the_end
from rostra.testing.patience import until
from rostra.testing.strangers import Trickling, client_hello
from rostra.wire.timing import FRAGMENT

pytestmark = pytest.mark.process

Outcomes = dict[tuple[str, str], "Future[None]"]
LIMIT = 13.0  # seconds: ten are promised, and the machine may be busy


def silent_and_trickling_connections_are_closed(house: House, stage: Stage) -> None:
    silent = house.connect(LIMIT)
    trickling = Trickling(house.connect(), b"GET / HTTP/1.1\r\nX: " + b"a" * 5_000, every=0.005)
    before = house.board().slot(0).get("heartbeat_ms")
    until(trickling.closed, "the trickling one is closed", LIMIT)
    assert silent.recv(1) == b""
    assert house.board().slot(0).get("heartbeat_ms") - before + 1_000 >= 9_000
    assert house.board().totals()["timeouts_total"] == 2
    assert trickling.sent > 500


def who_does_not_come_through_the_handshake_to_its_head_is_closed(
    house: House, stage: Stage
) -> None:
    assert house.tls is not None
    hello = client_hello(house.tls)
    silent, half = house.connect_without_tls(LIMIT), house.connect_without_tls(LIMIT)
    shaken = house.connect(LIMIT)
    trickling = Trickling(house.connect_without_tls(), hello, every=0.05)  # 200 of its 500 bytes
    half.sendall(hello[:100])
    shaken.sendall(b"GET / HTTP/1.1\r\n")
    before = house.board().slot(0).get("heartbeat_ms")
    until(trickling.closed, "the trickling one is closed", LIMIT)
    for sock in (silent, half, shaken):
        assert read_to_the_end(sock) == b""
    took = house.board().slot(0).get("heartbeat_ms") - before
    assert 8_000 < took < 12_000
    assert house.board().totals()["timeouts_total"] == 4
    assert 100 < trickling.sent < len(hello)


def a_listener_that_does_not_read_is_closed_and_others_do_not_wait(
    house: House, stage: Stage
) -> None:
    slow, quick = Player(house, rcvbuf=4096), Player(house)
    count = 8

    def parted() -> bool:
        nonlocal count
        stage.say(1)
        count += 1
        quick.hear(count - 4)
        return house.board().totals()["slow_closed_total"] == 1

    until(parted, "the slow one is parted with", 30)
    assert house.board().totals()["listeners_calm"] == 1
    assert quick.times == [n * FRAGMENT for n in range(4, count)]
    with pytest.raises((ConnectionError, AssertionError)):
        slow.hear(count)


def a_client_that_never_reads_is_closed_and_others_hear_on(house: House, stage: Stage) -> None:
    never, other = Player(house, rcvbuf=4096), Player(house)
    stop = threading.Event()

    def say() -> None:
        while not stop.wait(0.05):
            stage.say(1)

    def closed() -> bool:
        other.hear(len(other.fragments) + 4)
        return house.board().totals()["slow_closed_total"] == 1

    speaking = threading.Thread(target=say)
    speaking.start()
    try:
        until(closed, "it is closed", 30)
        other.hear(len(other.fragments) + 20)
    finally:
        stop.set()
        speaking.join()
    assert house.board().totals()["listeners_calm"] == 1
    never.sock.close()


def the_census_counts_who_took_ten_seconds(house: House, stage: Stage) -> None:
    players = [Player(house) for _ in range(3)]
    assert house.board().space(stage.slug).listeners == 3
    count = 4

    def counted() -> bool:
        nonlocal count
        stage.say(1)
        count += 1
        for player in players:
            player.hear(count)
        return house.board().space(stage.slug).hearing == 3

    until(counted, "all three are counted", 30)
    assert count > 16  # for less than ten seconds of turns nobody is


@dataclass(frozen=True)
class Case:
    """What is tried, and what was said in the house before."""

    wait: Callable[[House, Stage], None]
    schemes: tuple[str, ...] = ("http", "https")
    said: int = 8
    stage: dict[str, Any] = field(default_factory=dict)


# Fragments of 16 kB: the kernel's buffers are full before the first ten seconds are over.
LARGE = {"frame": lambda number: number.to_bytes(4, "big") * 250}
CASES = (
    Case(silent_and_trickling_connections_are_closed),
    Case(who_does_not_come_through_the_handshake_to_its_head_is_closed, ("https",)),
    Case(a_listener_that_does_not_read_is_closed_and_others_do_not_wait, stage=LARGE),
    Case(
        a_client_that_never_reads_is_closed_and_others_hear_on, ("https",), said=5,
        stage={"frame": lambda number: os.urandom(800)},
    ),
    Case(the_census_counts_who_took_ten_seconds),
)  # fmt: skip
NAMES = [(case.wait.__name__, scheme) for case in CASES for scheme in case.schemes]


@pytest.fixture(scope="module")
def outcomes(tmp_path_factory: pytest.TempPathFactory, certificate: TlsFiles) -> Iterator[Outcomes]:
    """Every case, under way. Edges are forked before the first thread begins."""
    houses: dict[tuple[str, str], tuple[Case, House, Stage]] = {}
    try:
        for case in CASES:
            for scheme in case.schemes:
                folder: Path = tmp_path_factory.mktemp("house")
                house = make_house(folder, tls=certificate if scheme == "https" else None)
                stage = house.stage(**case.stage)
                houses[case.wait.__name__, scheme] = case, house, stage
                stage.say(case.said)
                house.run()
        with ThreadPoolExecutor(len(houses)) as threads:
            yield {
                name: threads.submit(case.wait, house, stage)
                for name, (case, house, stage) in houses.items()
            }
    finally:
        for _, house, _ in houses.values():
            house.end()


@pytest.mark.parametrize(("case", "scheme"), NAMES)
def test_in_ten_seconds(outcomes: Outcomes, case: str, scheme: str) -> None:
    outcomes[case, scheme].result()
