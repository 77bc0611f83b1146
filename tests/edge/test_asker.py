"""Who asks, behind a proxy that is trusted and behind one that is not."""

from __future__ import annotations

from ipaddress import ip_network
from pathlib import Path

import pytest

from rostra.clock import SystemClock
from rostra.edge.asker import who_asks
from rostra.edge.door import Door, Request
from rostra.testing.edges import FRAGMENT_NS, SLUG, House, Player, make_house
from rostra.testing.patience import until

OURS = (ip_network("127.0.0.1"), ip_network("10.1.0.0/16"), ip_network("fd00::/8"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "asker"),
    [
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "198.51.100.1, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "192.0.2.7,10.1.2.3", "192.0.2.7"),
        ("::ffff:127.0.0.1", "2001:db8::1", "2001:db8::1"),
        ("fd00::1", " 2001:db8::1 ", "2001:db8::1"),
        ("127.0.0.1", "10.1.0.1", "10.1.0.1"),
        ("127.0.0.1", None, "127.0.0.1"),
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, unknown", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7:4711", "127.0.0.1"),
        ("127.0.0.1", "unknown, 10.1.2.3", "10.1.2.3"),
        ("192.0.2.9", "192.0.2.7", "192.0.2.9"),
        ("fe80::1%eth0", "192.0.2.7", "fe80::1%eth0"),
    ],
)
def test_only_a_trusted_proxy_is_believed_and_only_its_last_word(
    peer: str, forwarded: str | None, asker: str
) -> None:
    assert who_asks(peer, forwarded, OURS) == asker
    assert who_asks(peer, forwarded, ()) == peer


def test_several_lines_are_one() -> None:
    lines = b"X-Forwarded-For: 198.51.100.1\r\nx-forwarded-for: 192.0.2.7\r\n"
    request = Door().take(b"GET / HTTP/1.1\r\nHost: a\r\n" + lines + b"\r\n")
    assert isinstance(request, Request)
    assert request.headers["x-forwarded-for"] == "198.51.100.1,192.0.2.7"


@pytest.fixture
def behind(tmp_path: Path, request: pytest.FixtureRequest) -> House:
    """One edge that trusts this machine's proxy."""
    made = make_house(tmp_path, trusted_proxies=OURS)
    request.addfinalizer(made.end)
    return made


def react(house: House, asker: str) -> int:
    return house.get(
        f"/live/{SLUG}/react", "Content-Type: text/plain", f"X-Forwarded-For: {asker}",
        method="POST", body="👏".encode(),
    ).status  # fmt: skip


@pytest.mark.process
def test_reactions_are_limited_for_each_who_asks(behind: House) -> None:
    behind.stage().say(4)
    behind.run()
    answers = [react(behind, "192.0.2.7") for _ in range(30)]
    assert answers[:8] == [204] * 8
    assert 429 in answers
    assert react(behind, "192.0.2.8") == 204


@pytest.mark.process
def test_listeners_behind_the_proxy_are_those_that_they_are(behind: House) -> None:
    stage = behind.stage()
    stage.say(40)
    behind.run()
    players = [
        Player(behind, headers=(f"X-Forwarded-For: 192.0.{number}.7",)) for number in range(12)
    ]

    clock, said = SystemClock(), 0
    began = clock.boot_ns()

    def counted() -> dict[str, int]:
        nonlocal said
        if clock.boot_ns() - began >= said * FRAGMENT_NS:  # as fast as a stage speaks
            stage.say(1)
            said += 1
        return behind.board().census()

    until(lambda: counted()["hearing"] == 12, "all twelve are heard to hear", 30)
    assert counted()["unverified"] == 0
    assert all(player.status == 200 for player in players)
    refused = behind.get(
        f"/live/{SLUG}/opus.mp4", "X-Forwarded-For: 192.0.2.7", "Rostra-Rehearsal: loopback"
    )
    assert refused.status == 403
