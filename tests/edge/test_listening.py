"""The listening socket, and faults of our own."""

from __future__ import annotations

import socket

import pytest

from rostra.clock import SystemClock
from rostra.edge.listener import listen
from rostra.edge.serving import Serving
from rostra.errors import Misconfigured
from rostra.node.ports import any_free
from rostra.testing.edges import SLUG, House, Player


def test_what_is_accepted_has_the_options_of_the_listening_socket() -> None:
    with listen("127.0.0.1", any_free("127.0.0.1"), SystemClock()) as listener:
        listener.setblocking(True)
        with socket.create_connection(listener.getsockname()):
            accepted, _ = listener.accept()
            with accepted:
                room = accepted.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)
                assert room == 2 * 64 * 1024  # Linux doubles it for its own books
                assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY)
                patience = accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_USER_TIMEOUT)
                assert patience == 20_000


def test_a_port_in_use_is_said_in_a_sentence() -> None:
    port = any_free("127.0.0.1")
    with listen("127.0.0.1", port, SystemClock()), pytest.raises(Misconfigured, match=str(port)):
        listen("127.0.0.1", port, SystemClock())


@pytest.mark.process
def test_a_fault_of_ours_in_one_door_costs_nobody_the_sound(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object) -> None:
        raise KeyError("a fault")

    monkeypatch.setattr(Serving, "_state", broken)
    stage = house.stage()
    stage.say(10)
    house.run()
    player = Player(house)
    before = house.edge_pids()
    assert house.get(f"/live/{SLUG}/state.json").status == 500
    stage.say(2)
    player.hear(6)
    assert house.edge_pids() == before
