"""Real edges: sockets, processes, kills."""

from __future__ import annotations

import pytest

from rostra.testing.edges import PID, House, Player, told
from rostra.wire.timing import FRAGMENT

pytestmark = pytest.mark.process


def test_a_listener_gets_init_state_burst_and_then_everything(house: House) -> None:
    stage = house.stage()
    stage.say(20)
    house.run()
    player = Player(house)
    assert player.status == 200
    assert player.headers["rostra-class"] == "calm"
    assert player.headers["rostra-programme"] == PID
    assert player.headers["connection"] == "close"
    assert "transfer-encoding" not in player.headers
    assert "content-length" not in player.headers
    exposed = player.headers["access-control-expose-headers"]
    assert {"Rostra-Class", "Rostra-Mark", "Rostra-Programme"} <= set(exposed.split(", "))
    player.hear(4)
    assert player.times == [n * FRAGMENT for n in range(16, 20)]
    assert told(player.fragments[0])[0] == ("rostra.state", {"v": 1, "phase": "live", "n": 15})
    stage.say(3)
    player.hear(7)
    assert player.times == [n * FRAGMENT for n in range(16, 23)]
