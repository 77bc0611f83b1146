"""STUN and TURN servers: told to who has a seat, and to nobody else."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from rostra.ice_servers import IceServer, lent, read_links
from rostra.web.ice import LENT_SECONDS

SLUG = "town-hall"
SDP = {"Content-Type": "application/sdp"}
SERVERS = (
    IceServer("stun:stun.example:3478"),
    IceServer("turn:turn.example?transport=tcp"),
    IceServer("turns:fixed.example", 'a"b', "c\\d"),
)


@pytest.fixture
async def served(square) -> AsyncIterator[None]:
    square.parts.settings = replace(
        square.parts.settings, ice_servers=SERVERS, turn_secret="shared"
    )
    await square.space(await square.account("owner"), SLUG)
    await square.account("stranger")
    await square.stage(SLUG)
    yield


def is_lent(servers, holder: str, now: float) -> bool:
    """Whether the second has our credentials for `holder`, good for as long as they should be."""
    expires = int(servers[1].username.partition(":")[0])
    assert abs(expires - now - LENT_SECONDS) < 5
    return tuple(servers) == lent(SERVERS, "shared", holder, expires)


@pytest.mark.usefixtures("served")
async def test_an_answer_carries_the_servers_with_credentials(square) -> None:
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.post(f"/whip/{SLUG}", content="v=0\r\n", headers=SDP)
    holder = square.asked[0][1]["who"]["id"]
    assert is_lent(read_links(answer.headers.get_list("link")), holder, square.parts.now())
    assert "Link" in answer.headers["access-control-expose-headers"]


@pytest.mark.usefixtures("served")
async def test_who_has_a_seat_may_ask_for_them_before_the_offer(square) -> None:
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.request("OPTIONS", f"/whip/{SLUG}")
        told = (await speaker.get(f"/api/spaces/{SLUG}/ice-servers")).json()["ice_servers"]
    assert answer.status_code == 204
    assert answer.headers["accept-post"] == "application/sdp"
    servers = read_links(answer.headers.get_list("link"))
    assert is_lent(servers, servers[1].username.partition(":")[2], square.parts.now())
    assert told[0] == {"urls": ["stun:stun.example:3478"]}
    assert told[1]["urls"] == ["turn:turn.example?transport=tcp"]
    assert told[1]["credential"] == servers[1].credential
    assert told[2] == {"urls": ["turns:fixed.example"], "username": 'a"b', "credential": "c\\d"}


@pytest.mark.usefixtures("served")
async def test_the_owner_has_them_too_and_nothing_keeps_them(square) -> None:
    async with square.client(await square.token("owner")) as owner:
        answer = await owner.get(f"/api/spaces/{SLUG}/ice-servers")
    assert len(answer.json()["ice_servers"]) == 3
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.usefixtures("served")
async def test_strangers_are_told_the_methods_and_no_server(square) -> None:
    tokens = [None, "nonsense", square.seat("elsewhere"), await square.token("stranger")]
    for token in tokens:
        async with square.client(token) as stranger:
            for path in (f"/whip/{SLUG}", f"/whip/{SLUG}/{'x' * 32}"):
                answer = await stranger.request("OPTIONS", path)
                assert (answer.status_code, "link" in answer.headers) == (204, False)
            asked = await stranger.get(f"/api/spaces/{SLUG}/ice-servers")
            assert asked.status_code in (401, 403)
            page = await stranger.get(f"/spaces/{SLUG}/stage", headers={"Accept": "text/html"})
            assert not any(kind in page.text for kind in ("stun:", "turn:", "turns:"))


@pytest.mark.usefixtures("served")
async def test_an_end_to_asking(square) -> None:
    square.parts.limits.signals.burst = 3
    async with square.client(square.seat(SLUG)) as speaker:
        path = f"/api/spaces/{SLUG}/ice-servers"
        statuses = [(await speaker.get(path)).status_code for _ in range(5)]
        assert statuses == [200] * 3 + [429] * 2
        assert "link" not in (await speaker.request("OPTIONS", f"/whip/{SLUG}")).headers


async def test_without_servers_there_is_nothing_to_say(square) -> None:
    await square.space(await square.account("owner"), SLUG)
    await square.stage(SLUG)
    async with square.client(square.seat(SLUG)) as speaker:
        answer = await speaker.post(f"/whip/{SLUG}", content="v=0\r\n", headers=SDP)
        assert "link" not in answer.headers
        told = await speaker.get(f"/api/spaces/{SLUG}/ice-servers")
    assert told.json() == {"ice_servers": []}
