"""Zygotes beside and after each other: who has which slot, who leaves, who goes on."""

from __future__ import annotations

import os
import signal
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.clock import SystemClock
from rostra.edge.claims import Claims
from rostra.edge.listener import LISTENER, READY, Inherited, listen
from rostra.testing.edges import House, Player
from rostra.testing.patience import until
from rostra.wire.timing import FRAGMENT, RATE


def test_a_slot_has_one_owner_until_the_last_of_it_is_gone(tmp_path: Path) -> None:
    ours, theirs = Claims(tmp_path / "edges", 3), Claims(tmp_path / "edges", 3)
    claim = ours.take(1)
    assert claim is not None
    heir = os.dup(claim)
    assert theirs.take(1) is None
    assert theirs.free() == [0, 2]
    os.close(claim)
    assert not theirs.is_free(1)
    os.close(heir)
    assert theirs.free() == ours.free() == [0, 1, 2]


def test_what_is_inherited_is_named_once_and_goes_no_further() -> None:
    with socket.create_server(("127.0.0.1", 0)) as given:
        number = os.dup(given.fileno())
        os.set_inheritable(number, True)
        environ = {LISTENER: str(number), "HOME": "/"}
        inherited = Inherited.taken_from(environ)
        assert (inherited.listener, inherited.ready, environ) == (number, None, {"HOME": "/"})
        assert not os.get_inheritable(number)
        with inherited.socket() or socket.socket() as taken:
            assert taken.getsockname() == given.getsockname()
            assert taken.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
    assert Inherited.taken_from({READY: "1"}).socket() is None


@pytest.fixture
def shared(pair: House) -> Iterator[Inherited]:
    """The socket that all zygotes of `pair` have."""
    with listen("127.0.0.1", pair.port, SystemClock()) as listener:
        yield Inherited(listener.fileno())


def slots(house: House) -> dict[int, int]:
    """The slots in use, and by which process."""
    board = house.board()
    pids = {slot: board.slot(slot).get("pid") for slot in range(board.slots)}
    return {slot: pid for slot, pid in pids.items() if pid}


@pytest.mark.process
def test_one_zygote_follows_another_and_every_listener_goes_on(
    pair: House, shared: Inherited
) -> None:
    stage = pair.stage()
    stage.say(30)
    first = pair.run(shared)
    players = [Player(pair) for _ in range(12)]
    for player in players:
        player.hear(4)
    before = slots(pair)

    reads, writes = os.pipe()
    second = pair.run(Inherited(shared.listener, writes))
    os.close(writes)
    assert os.read(reads, 2) == b"\n"
    os.close(reads)
    assert before.items() < slots(pair).items()

    os.kill(first.pid, signal.SIGUSR1)
    going = iter(range(10_000))

    def the_first_is_gone() -> bool:
        if next(going) % 40 == 0:
            stage.say(1)
        return not first.is_alive()

    until(the_first_is_gone, "the edges of the first zygote are drained")
    assert first.exitcode == 0
    stage.say(1)
    for player in players:
        player.hear_to_the_end()
        assert player.torn == 0
        again = Player(pair, f"?after={player.end:.3f}")
        again.hear(stage.count - 26 - len(player.fragments))
        assert player.times + again.times == [n * FRAGMENT for n in range(26, stage.count)]
    assert second.is_alive()
    assert not before.items() & slots(pair).items()
    assert len(slots(pair)) >= 2


@pytest.mark.process
@pytest.mark.parametrize("tls", ["http"], indirect=True)  # how each ends: the test before this one
def test_a_zygote_that_leaves_takes_nobody_any_more_and_drains_one_edge_at_a_time(
    pair: House, shared: Inherited
) -> None:
    stage = pair.stage()
    stage.say(30)
    first = pair.run(shared)
    board, before = pair.board(), slots(pair)
    players = []
    while not all(board.slot(slot).get("listeners_calm") for slot in before):
        players.append(Player(pair))
    os.kill(before[0], signal.SIGSTOP)  # the first to be drained: it takes its time
    os.kill(first.pid, signal.SIGUSR1)
    other = board.slot(1)
    until(lambda: not accepts(before[1], shared), "the other has stepped aside")
    listeners, heartbeat = other.get("listeners_calm"), other.get("heartbeat_ms")
    until(lambda: other.get("heartbeat_ms") > heartbeat + 2000, "it lives on")
    assert other.get("listeners_calm") == listeners
    waiting = pair.connect_without_tls()  # nobody accepts: in the queue until somebody does
    os.kill(before[0], signal.SIGCONT)
    said, began = 0, time.monotonic()

    def all_are_drained() -> bool:
        nonlocal said
        if (time.monotonic() - began) * RATE > said * FRAGMENT:  # no faster than it is heard
            stage.say(1)
            said += 1
        return not first.is_alive()

    until(all_are_drained, "all are drained")
    for player in players:
        player.hear_to_the_end()
        assert player.torn == 0
    second = pair.run(shared)
    assert pair.get("/healthz").status == 200
    assert second.is_alive()
    waiting.close()


def accepts(pid: int, shared: Inherited) -> bool:
    """Whether the process still has the socket."""
    assert shared.listener is not None
    wanted = Path(f"/proc/self/fd/{shared.listener}").readlink()
    try:
        return wanted in [fd.readlink() for fd in Path(f"/proc/{pid}/fd").iterdir()]
    except FileNotFoundError:  # one was closed just now
        return True
