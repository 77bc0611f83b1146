"""A full server: who is let in, what the others are told, and rehearsals at the door."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from rostra.edge.rehearsals import LOOPBACK
from rostra.testing.edges import SLUG, House, Player
from rostra.testing.patience import until

pytestmark = pytest.mark.process
LIVE, PAGE = f"/live/{SLUG}/opus.mp4", f"/s/{SLUG}"


@pytest.fixture
def players(house: House) -> Iterator[list[Player]]:
    """Three, on a server for three."""
    house.limited(3).stage().say(20)
    house.run()
    players = [Player(house) for _ in range(3)]
    for player in players:
        player.hear(4)
    until(lambda: house.get(PAGE).status == 503, "every place is taken")
    yield players
    for player in players:  # so that no edge waits for them when it is ended
        player.sock.close()


@pytest.fixture
def full(house: House, players: list[Player]) -> House:
    """A server on which every place is taken."""
    return house


def test_who_comes_to_a_full_server_gets_a_page_that_asks_again(full: House) -> None:
    answer = full.get(PAGE, "Accept-Language: fr")
    seconds = int(answer.headers["retry-after"])
    body = answer.body.decode()
    assert 5 <= seconds <= 20
    assert f'http-equiv="refresh" content="{seconds}"' in body
    assert f"environ {seconds} secondes" in body
    assert "<script" not in body and len(body) < 4_000
    assert answer.headers["cache-control"] == "no-store"
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_each_who_waits_is_told_another_moment(full: House) -> None:
    seconds = {full.get(LIVE).headers["retry-after"] for _ in range(40)}
    assert len(seconds) > 5


def test_a_place_that_is_free_again_is_given(full: House, players: list[Player]) -> None:
    players.pop().sock.close()
    until(lambda: full.get(PAGE).status == 200, "a place is free")
    Player(full).hear(4)


def test_other_doors_stay_open_when_it_is_full(full: House) -> None:
    for path in (f"/live/{SLUG}/state.json", f"/live/{SLUG}/opus.m3u8", "/healthz", "/metrics"):
        assert full.get(path).status == 200, path


@pytest.mark.parametrize("tls", ["http"], indirect=True)  # ten seconds until anybody is counted
def test_a_rehearsed_listener_is_counted_apart(house: House) -> None:
    stage = house.stage()
    stage.say(60)
    house.run()
    honest, rehearsed = Player(house), Player(house, headers=(f"Rostra-Rehearsal: {LOOPBACK}",))
    until(_counted(house, honest, rehearsed, stage.say), "both are counted", 30)
    counts = house.board().space(SLUG)
    assert (counts.hearing, counts.rehearsed, counts.unverified) == (1, 1, 0)


def _counted(
    house: House, honest: Player, rehearsed: Player, say: Callable[[int], None]
) -> Callable[[], bool]:
    heard = 4

    def look() -> bool:
        nonlocal heard
        say(1)
        heard += 1
        for player in (honest, rehearsed):
            player.hear(heard)
        counts = house.board().space(SLUG)
        return counts.hearing + counts.unverified >= 1 and counts.rehearsed >= 1

    return look


def test_a_token_that_is_none_is_refused_and_the_right_one_is_published_as_a_hash(
    house: House,
) -> None:
    house.stage().say(10)
    assert house.settings.rehearsal_token is None
    house.settings = replace(house.settings, rehearsal_token="a long random token")
    house.run()
    refused = house.get(LIVE, "Rostra-Rehearsal: another random token")
    assert refused.status == 403
    assert re.search(r"rehearsal-token", refused.json()["sentence"])
    assert house.get("/rehearsal.json").json()["v"] == 1


def test_without_a_token_no_rehearsal_is_announced(house: House) -> None:
    house.run()
    assert house.get("/rehearsal.json").status == 404
