"""Real edges: listeners, kills, drains, the end."""

from __future__ import annotations

import os
import signal

import pytest

from rostra.testing.edges import PID, SLUG, House, Player, Stage, told
from rostra.testing.patience import until
from rostra.wire.timing import FRAGMENT, SEGMENT, seconds

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
    owner, state = told(player.fragments[0])[0]
    assert (owner, state["n"], state["phase"]) == ("rostra.state", 15, "live")
    stage.say(3)
    player.hear(7)
    assert player.times == [n * FRAGMENT for n in range(16, 23)]


def test_after_continues_at_that_very_fragment(house: House) -> None:
    stage = house.stage()
    stage.say(40)
    house.run()
    first = Player(house)
    first.hear(4)
    stage.say(8)
    again = Player(house, f"?after={first.end:.3f}")
    again.hear(8)
    assert again.times[0] == 40 * FRAGMENT
    assert first.hear(12)[5:] == again.fragments[1:]  # but for the state in front of the first


def test_after_everything_waits_for_what_comes(house: House) -> None:
    stage = house.stage()
    stage.say(10)
    house.run()
    player = Player(house, f"?after={seconds(10 * FRAGMENT):.3f}")
    until(lambda: house.board().totals()["listeners_calm"] == 1, "counted")
    stage.say(1)
    player.hear(1)
    assert player.times == [10 * FRAGMENT]


@pytest.mark.parametrize("query", ["?after=99999", "?after=0.5"])
def test_after_that_is_not_in_the_log_joins_at_live(house: House, query: str) -> None:
    stage = house.stage(first=10 * SEGMENT)
    stage.say(10)
    house.run()
    player = Player(house, query)
    player.hear(4)
    assert player.times[0] == 10 * SEGMENT + 6 * FRAGMENT


def test_from_gives_thirty_seconds_at_once_and_then_keeps_a_pace(house: House) -> None:
    stage = house.stage()
    stage.say(400)  # 128 s
    house.run()
    player = Player(house, "?from=10")
    at_once = int(30 / 0.32)
    player.hear(at_once)
    assert player.times[0] == 31 * FRAGMENT  # the fragment in which the tenth second lies
    assert player.times == [n * FRAGMENT for n in range(31, 31 + len(player.times))]
    assert len(player.fragments) < at_once + 10
    player.hear(at_once + 6)
    assert player.times == [n * FRAGMENT for n in range(31, 31 + len(player.times))]


def test_a_paced_listener_that_is_level_goes_on_live(house: House) -> None:
    stage = house.stage()
    stage.say(60)
    house.run()
    player = Player(house, "?from=0")
    player.hear(60)
    stage.say(4)
    player.hear(64)
    assert player.times == [n * FRAGMENT for n in range(64)]


def test_a_killed_edge_is_replaced_and_its_listeners_continue_on_another(pair: House) -> None:
    stage = pair.stage()
    stage.say(30)
    pair.run()
    before = pair.edge_pids()
    players = [Player(pair) for _ in range(12)]
    for player in players:
        player.hear(4)
    shares = [pair.board().slot(n).get("listeners_calm") for n in (0, 1)]
    assert sum(shares) == 12
    victim = max((0, 1), key=lambda n: shares[n])
    os.kill(before[victim], signal.SIGKILL)
    respawned = lambda: (now := pair.edge_pids()) and now[victim] != before[victim]  # noqa: E731
    until(respawned, "respawned", 0.5)
    assert pair.edge_pids()[1 - victim] == before[1 - victim]
    stage.say(6)
    survivors, displaced = [], []
    for player in players:
        try:
            player.hear(10)
            survivors.append(player)
        except (AssertionError, ConnectionError):
            displaced.append(player)
    assert len(displaced) == shares[victim]
    returned = []
    for player in displaced:
        again = Player(pair, f"?after={player.end:.3f}&mark={player.headers['rostra-mark']}")
        returned.append(again)
        again.hear(6)
        assert again.times[0] == 30 * FRAGMENT
        if survivors:
            assert again.fragments[1:6] == survivors[0].fragments[5:10]
    until(lambda: pair.board().totals()["listeners_calm"] == 12, "counted once each")


def test_a_drained_edge_ends_each_response_after_a_whole_fragment(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.run()
    (pid,) = house.edge_pids()
    players = [Player(house) for _ in range(8)]
    stage.say(2)
    os.kill(pid, signal.SIGTERM)
    for player in players:
        player.hear_to_the_end()
        assert player.times == [n * FRAGMENT for n in range(26, 32)]
        assert player.torn == 0
    until(lambda: house.edge_pids() and house.edge_pids() != [pid], "a new one is there")
    stage.say(1)
    again = Player(house, f"?after={players[0].end:.3f}")
    again.hear(1)
    assert again.times == [32 * FRAGMENT]


def test_the_end_sends_the_last_fragments_and_ends_the_response(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.run()
    player = Player(house)
    player.hear(4)
    stage.state["phase"] = "ended"
    stage.say(11)
    house.change(phase="ended", replay=True)
    player.hear_to_the_end()
    assert player.times[-1] == 40 * FRAGMENT
    assert told(player.fragments[-1])[-1][1]["phase"] == "ended"
    gone = house.get(f"/live/{SLUG}/opus.mp4")
    assert gone.status == 410
    assert gone.json()["replay"].endswith(f"/replay/{SLUG}/opus.mp4")


def test_whoever_was_cut_off_just_before_the_end_still_gets_the_rest(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.change(phase="ended", replay=True)
    house.run()
    player = Player(house, f"?after={seconds(20 * FRAGMENT):.3f}")
    player.hear_to_the_end()
    assert player.times == [n * FRAGMENT for n in range(20, 30)]


def test_a_dead_stage_ends_no_response(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.run()
    player = Player(house)
    player.hear(4)
    sends = house.board().totals()["sends_total"]
    heartbeat = house.board().slot(0).get("heartbeat_ms")
    until(lambda: house.board().slot(0).get("heartbeat_ms") > heartbeat + 1500, "time passes")
    assert house.board().totals()["sends_total"] == sends
    assert house.board().totals()["listeners_calm"] == 1
    stage.say(1)
    player.hear(5)
    assert player.times == [n * FRAGMENT for n in range(26, 31)]


def test_a_new_programme_ends_responses_and_after_continues_in_it(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.run()
    player = Player(house)
    player.hear(4)
    later = Stage(house.places, pid="nextprogramme", first=8 * SEGMENT)
    later.say(5)
    house.change(programme="nextprogramme")
    player.hear_to_the_end()
    again = Player(house, f"?after={player.end:.3f}")
    assert again.headers["rostra-programme"] == "nextprogramme"
    again.hear(4)
    assert again.times[0] > player.times[-1]


def test_a_removed_space_ends_every_response_and_is_not_found_after(house: House) -> None:
    stage = house.stage()
    stage.say(30)
    house.run()
    player = Player(house)
    player.hear(4)
    house.change(phase="removed")
    player.hear_to_the_end()
    assert house.get(f"/live/{SLUG}/opus.mp4").status == 404
    assert house.get(f"/live/{SLUG}/state.json").status == 404


def test_a_space_that_has_not_begun_asks_to_come_back(house: House) -> None:
    house.run()
    answer = house.get(f"/live/{SLUG}/opus.mp4")
    assert answer.status == 503
    assert 5 <= int(answer.headers["retry-after"]) <= 20
    assert house.get(f"/live/{SLUG}/state.json").json()["phase"] == "scheduled"


def test_a_stage_that_began_while_edges_run_is_heard(house: House) -> None:
    house.run()
    assert house.get(f"/live/{SLUG}/opus.mp4").status == 503
    house.stage().say(5)
    until(lambda: house.get(f"/live/{SLUG}/state.json").json()["phase"] == "live", "seen")
    player = Player(house)
    player.hear(4)


def test_a_slow_listener_that_catches_up_goes_on_without_a_gap(house: House) -> None:
    stage = house.stage(frame=lambda n: n.to_bytes(4, "big") * 1000)
    stage.say(8)
    house.run()
    player = Player(house, rcvbuf=4096)
    player.hear(4)
    stage.say(10)  # 640 kB at once, far more than the kernel takes
    player.hear(14)
    stage.say(1)
    player.hear(15)
    assert player.times == [n * FRAGMENT for n in range(4, 19)]


def test_above_the_limit_newcomers_are_refused_and_listeners_stay(house: House) -> None:
    house = house.limited(2)
    stage = house.stage()
    stage.say(10)
    house.run()
    players = [Player(house), Player(house)]
    refused = house.get(f"/live/{SLUG}/opus.mp4")
    assert refused.status == 503
    assert int(refused.headers["retry-after"]) >= 5
    back = Player(house, f"?mark={players[0].headers['rostra-mark']}")
    assert back.status == 200
    stage.say(2)
    for player in players:
        player.hear(6)
    assert house.board().totals()["refused_total"] == 1


def test_sigterm_to_the_zygote_ends_all_within_three_seconds(pair: House) -> None:
    stage = pair.stage()
    stage.say(10)
    process = pair.run()
    pids = pair.edge_pids()
    player = Player(pair)
    process.terminate()
    player.hear_to_the_end()
    process.join(3)
    assert process.exitcode == 0
    for pid in pids:
        with pytest.raises(ProcessLookupError):
            os.kill(pid, 0)


def test_a_killed_zygote_leaves_the_address_to_its_successor(pair: House) -> None:
    stage = pair.stage()
    stage.say(10)
    process = pair.run()
    old = pair.edge_pids()
    player = Player(pair)
    process.kill()
    player.hear_to_the_end()
    assert player.torn == 0
    pair.run()
    until(lambda: not set(pair.edge_pids()) & set(old), "new edges")
    Player(pair, f"?after={player.end:.3f}")
