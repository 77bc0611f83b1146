"""Following, blocking and muting by the Mastodon API, and the rosters of it."""

from __future__ import annotations

import re

import pytest

KEYS = {
    "id", "following", "showing_reblogs", "notifying", "languages", "followed_by", "blocking",
    "blocked_by", "muting", "muting_notifications", "muting_expires_at", "requested",
    "requested_by", "domain_blocking", "endorsed", "note",
}  # fmt: skip


@pytest.fixture
async def people(square):
    """ana, ben and eve with a client each."""
    found = {}
    for handle in ("ana", "ben", "eve"):
        account = await square.account(handle, "member")
        found[handle] = (account, square.client(await square.token(handle)))
    yield found
    for _, client in found.values():
        await client.aclose()


async def test_follow_change_and_unfollow(people):
    (_, ana), (ben, _) = people["ana"], people["ben"]
    answer = await ana.post(f"/api/v1/accounts/{ben.id}/follow", json={"reblogs": False})
    assert answer.status_code == 200 and answer.json().keys() == KEYS
    assert answer.json()["following"] and not answer.json()["showing_reblogs"]
    answer = await ana.post(f"/api/v1/accounts/{ben.id}/follow", data={"notify": "true"})
    assert answer.json()["notifying"] and not answer.json()["showing_reblogs"]
    followers = (await ana.get(f"/api/v1/accounts/{ben.id}/followers")).json()
    assert [each["acct"] for each in followers] == ["ana"]
    answer = await ana.post(f"/api/v1/accounts/{ben.id}/unfollow")
    assert not answer.json()["following"]
    assert (await ana.get(f"/api/v1/accounts/{ben.id}/followers")).json() == []


async def test_several_relationships_are_in_the_order_asked_for(people):
    (me, ana), (ben, _), (eve, _) = people["ana"], people["ben"], people["eve"]
    await ana.post(f"/api/v1/accounts/{eve.id}/mute", json={"duration": 60})
    asked = {"id[]": [eve.id, ben.id, "nobody", eve.id, me.id]}
    found = (await ana.get("/api/v1/accounts/relationships", params=asked)).json()
    assert [each["id"] for each in found] == [eve.id, ben.id, me.id]
    assert found[0]["muting"] and found[0]["muting_expires_at"].endswith("Z")
    assert (await ana.get("/api/v1/accounts/relationships")).json() == []
    many = {"id[]": ["x"] * 101}
    assert (await ana.get("/api/v1/accounts/relationships", params=many)).status_code == 422


async def test_who_is_blocked_finds_nobody(people):
    (ana_account, ana), (ben_account, ben) = people["ana"], people["ben"]
    await ben.post(f"/api/v1/accounts/{ana_account.id}/follow")
    answer = await ana.post(f"/api/v1/accounts/{ben_account.id}/block")
    assert answer.json()["blocking"] and not answer.json()["followed_by"]
    for method, path in (("POST", "follow"), ("GET", "followers"), ("GET", "following")):
        answer = await ben.request(method, f"/api/v1/accounts/{ana_account.id}/{path}")
        assert answer.status_code == 404, path
        assert answer.json().keys() == {"error"}
    blocked = (await ana.get("/api/v1/blocks")).json()
    assert [each["acct"] for each in blocked] == ["ben"]
    assert (await ana.post(f"/api/v1/accounts/{ben_account.id}/follow")).status_code == 403
    await ana.post(f"/api/v1/accounts/{ben_account.id}/unblock")
    assert (await ben.post(f"/api/v1/accounts/{ana_account.id}/follow")).status_code == 200


async def test_mutes_say_when_they_end(people):
    (_, ana), (ben, _), (eve, _) = people["ana"], people["ben"], people["eve"]
    await ana.post(f"/api/v1/accounts/{ben.id}/mute", json={"duration": 600})
    answer = await ana.post(f"/api/v1/accounts/{eve.id}/mute", json={"notifications": False})
    assert not answer.json()["muting_notifications"]
    muted = (await ana.get("/api/v1/mutes")).json()
    assert [each["acct"] for each in muted] == ["eve", "ben"]
    assert muted[0]["mute_expires_at"] is None and muted[1]["mute_expires_at"]
    for wrong in (-1, 10**12, "soon"):
        answer = await ana.post(f"/api/v1/accounts/{ben.id}/mute", json={"duration": wrong})
        assert answer.status_code == 422 and answer.json()["error"].endswith(".")
    await ana.post(f"/api/v1/accounts/{eve.id}/unmute")
    assert len((await ana.get("/api/v1/mutes")).json()) == 1


async def test_requests_are_answered_by_who_was_asked(square, people):
    (ana_account, ana), (ben_account, ben), (eve_account, eve) = people.values()
    await lock(square, ben_account.id)
    for client in (ana, eve):
        answer = await client.post(f"/api/v1/accounts/{ben_account.id}/follow")
        assert answer.json()["requested"] and not answer.json()["following"]
    asking = (await ben.get("/api/v1/follow_requests")).json()
    assert [each["acct"] for each in asking] == ["eve", "ana"]
    other = await eve.post(f"/api/v1/follow_requests/{ana_account.id}/authorize")
    assert other.status_code == 404
    answer = await ben.post(f"/api/v1/follow_requests/{ana_account.id}/authorize")
    assert answer.json()["followed_by"]
    await ben.post(f"/api/v1/follow_requests/{eve_account.id}/reject")
    assert (await ben.get("/api/v1/follow_requests")).json() == []
    answer = await ben.post(f"/api/v1/accounts/{ana_account.id}/remove_from_followers")
    assert not answer.json()["followed_by"]


async def test_rosters_are_paged_by_the_link(people, square):
    (_, ana), (ben, _) = people["ana"], people["ben"]
    fans = []
    for number in range(5):
        await square.account(f"fan{number}", "member")
        async with square.client(await square.token(f"fan{number}")) as client:
            await client.post(f"/api/v1/accounts/{ben.id}/follow")
    address, pages = f"/api/v1/accounts/{ben.id}/followers?limit=2", 0
    while address and pages < 5:
        answer = await ana.get(address)
        fans += [each["acct"] for each in answer.json()]
        older = re.search(r'<([^>]+)>; rel="next"', answer.headers.get("link", ""))
        address, pages = older and older[1], pages + 1
    assert fans == ["fan4", "fan3", "fan2", "fan1", "fan0"]


async def test_a_note_an_endorsement_and_familiar_faces(people):
    (_, ana), (ben_account, ben), (eve, _) = people.values()
    answer = await ana.post(f"/api/v1/accounts/{eve.id}/note", json={"comment": "kind"})
    assert answer.json()["note"] == "kind"
    assert (await ana.post(f"/api/v1/accounts/{ben_account.id}/pin")).status_code == 422
    await ana.post(f"/api/v1/accounts/{ben_account.id}/follow")
    await ben.post(f"/api/v1/accounts/{eve.id}/follow")
    assert (await ana.post(f"/api/v1/accounts/{ben_account.id}/pin")).json()["endorsed"]
    assert [each["acct"] for each in (await ana.get("/api/v1/endorsements")).json()] == ["ben"]
    asked = {"id[]": [eve.id, ben_account.id]}
    found = (await ana.get("/api/v1/accounts/familiar_followers", params=asked)).json()
    assert [each["id"] for each in found] == asked["id[]"]
    assert [[one["acct"] for one in each["accounts"]] for each in found] == [["ben"], []]
    in_body = await ana.request(
        "GET", "/api/v1/accounts/familiar_followers", json={"id": asked["id[]"]}
    )
    assert in_body.json() == found


async def test_a_flood_of_follows_is_told_to_wait(people):
    (_, ana), (ben, _) = people["ana"], people["ben"]
    statuses = set()
    for _ in range(64):
        answer = await ana.post(f"/api/v1/accounts/{ben.id}/follow")
        statuses.add(answer.status_code)
    assert statuses == {200, 429}
    assert int(answer.headers["retry-after"]) >= 1 and answer.json()["error"]


async def test_other_servers_cannot_be_blocked(people):
    _, ana = people["ana"]
    assert (await ana.get("/api/v1/domain_blocks")).json() == []
    answer = await ana.post("/api/v1/domain_blocks", json={"domain": "example.org"})
    assert answer.status_code == 422 and "people" in answer.json()["error"]


@pytest.mark.parametrize("what", ["follow", "block", "mute", "note", "pin", "unfollow"])
async def test_strange_ids_are_not_found(people, what):
    _, ana = people["ana"]
    for strange in ("0", "nobody", "x" * 300, "%00", "..%2f", "é", "-1"):
        answer = await ana.post(f"/api/v1/accounts/{strange}/{what}")
        assert answer.status_code in (404, 422), (strange, answer.text)


async def lock(square, account_id: str) -> None:
    from sqlalchemy import update

    from rostra.people.tables import accounts

    async with square.parts.database.writing() as connection:
        own = accounts.c.id == account_id
        await connection.execute(update(accounts).where(own).values(locked=True))
