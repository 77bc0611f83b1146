"""Lists, filters, markers and hashtags by the Mastodon API: one's own, and nobody else's."""

from __future__ import annotations

import pytest


@pytest.fixture
async def two(square):
    """ana and ben, who may not touch what is ana's."""
    clients = []
    for handle in ("ana", "ben"):
        await square.account(handle, "member")
        clients.append(square.client(await square.token(handle)))
    yield clients
    for client in clients:
        await client.aclose()


async def test_a_list_is_made_filled_changed_and_removed(square, two):
    ana, ben = two
    eve = await square.account("eve", "member")
    made = (await ana.post("/api/v1/lists", json={"title": " Friends  here "})).json()
    assert made == {
        "id": made["id"], "title": "Friends here", "replies_policy": "list", "exclusive": False,
    }  # fmt: skip
    one = f"/api/v1/lists/{made['id']}"
    ids = {"account_ids[]": eve.id}
    assert (await ana.post(f"{one}/accounts", data=ids)).status_code == 404  # not followed
    await ana.post(f"/api/v1/accounts/{eve.id}/follow")
    assert (await ana.post(f"{one}/accounts", data=ids)).status_code == 200
    assert (await ana.post(f"{one}/accounts", data=ids)).status_code == 422  # is in it
    assert [each["acct"] for each in (await ana.get(f"{one}/accounts")).json()] == ["eve"]
    assert [x["id"] for x in (await ana.get(f"/api/v1/accounts/{eve.id}/lists")).json()] == [
        made["id"]
    ]
    changed = await ana.put(one, json={"title": "Kin", "replies_policy": "none", "exclusive": True})
    assert changed.json()["title"] == "Kin" and changed.json()["exclusive"]
    for method, path, body in (
        ("GET", one, None), ("PUT", one, {"title": "x"}), ("DELETE", one, None),
        ("GET", f"{one}/accounts", None), ("POST", f"{one}/accounts", {"account_ids": []}),
        ("DELETE", f"{one}/accounts", {"account_ids": [eve.id]}),
    ):  # fmt: skip
        answer = await ben.request(method, path, json=body or {})
        assert answer.status_code in (404, 422), (method, path, answer.text)
    assert (await ben.get("/api/v1/lists")).json() == []
    await ana.post(f"/api/v1/accounts/{eve.id}/unfollow")
    assert (await ana.get(f"{one}/accounts")).json() == []
    assert (await ana.delete(one)).json() == {}
    assert (await ana.get(one)).status_code == 404


@pytest.mark.parametrize(
    "body", [{}, {"title": ""}, {"title": "x" * 101}, {"title": "x", "replies_policy": "all"}]
)
async def test_a_wrong_list_is_refused_with_a_sentence(two, body):
    answer = await two[0].post("/api/v1/lists", json=body)
    assert answer.status_code == 422 and answer.json()["error"].endswith(".")


async def test_a_filter_of_version_2(two):
    ana, ben = two
    made = await ana.post(
        "/api/v2/filters",
        json={
            "title": "Football", "context": ["home", "public"], "filter_action": "hide",
            "expires_in": 3600, "keywords_attributes": [{"keyword": "goal", "whole_word": False}],
        },
    )  # fmt: skip
    assert made.status_code == 200, made.text
    found = made.json()
    assert found.keys() == {
        "id", "title", "context", "expires_at", "filter_action", "keywords", "statuses"
    }  # fmt: skip
    (keyword,) = found["keywords"]
    assert keyword == {"id": keyword["id"], "keyword": "goal", "whole_word": False}
    one = f"/api/v2/filters/{found['id']}"
    changed = await ana.put(
        one,
        data={
            "expires_in": "", "keywords_attributes[0][id]": keyword["id"],
            "keywords_attributes[0][_destroy]": "true",
            "keywords_attributes[1][keyword]": "match",
        },
    )  # fmt: skip
    assert changed.json()["expires_at"] is None
    assert [each["keyword"] for each in changed.json()["keywords"]] == ["match"]
    added = (await ana.post(f"{one}/keywords", json={"keyword": "offside"})).json()
    part = f"/api/v2/filters/keywords/{added['id']}"
    assert (await ana.put(part, json={"keyword": "Abseits"})).json()["keyword"] == "Abseits"
    assert (await ana.get(part)).json()["whole_word"] is True
    assert len((await ana.get(f"{one}/keywords")).json()) == 2
    for method, path in (
        ("GET", one), ("PUT", one), ("DELETE", one), ("GET", part), ("PUT", part),
        ("DELETE", part), ("GET", f"{one}/statuses"),
    ):  # fmt: skip
        answer = await ben.request(method, path, json={"keyword": "x", "title": "x"})
        assert answer.status_code == 404, (method, path)
    assert (await ana.delete(part)).json() == {}
    assert (await ana.delete(one)).status_code == 200
    assert (await ana.get("/api/v2/filters")).json() == []


async def test_a_post_can_be_filtered(two):
    ana, ben = two
    post = (await ben.post("/api/v1/statuses", json={"status": "Good morning"})).json()
    whole = {"title": "No", "context": ["home"]}
    made = (await ana.post("/api/v2/filters", json=whole)).json()
    one = f"/api/v2/filters/{made['id']}/statuses"
    put = await ana.post(one, json={"status_id": post["id"]})
    assert put.json()["status_id"] == post["id"]
    assert len((await ana.get(one)).json()) == 1
    (met,) = (await ana.get(f"/api/v1/statuses/{post['id']}")).json()["filtered"]
    assert met["status_matches"] == [post["id"]] and met["filter"]["title"] == "No"
    assert (await ben.get(f"/api/v1/statuses/{post['id']}")).json()["filtered"] == []
    part = f"/api/v2/filters/statuses/{put.json()['id']}"
    assert (await ben.get(part)).status_code == 404
    assert (await ana.get(part)).json() == put.json()
    assert (await ana.post(one, json={"status_id": "12"})).status_code == 404
    assert (await ana.delete(part)).status_code == 200


async def test_posts_in_timelines_say_which_filter_they_meet(two):
    ana, ben = two
    words = [{"keyword": "goal"}]
    whole = {"title": "Sport", "context": ["public"], "keywords_attributes": words}
    await ana.post("/api/v2/filters", json=whole)
    for client in (ben, ana):
        await client.post("/api/v1/statuses", json={"status": "x", "spoiler_text": "What a GOAL!"})
    own, other = (await ana.get("/api/v1/timelines/public")).json()
    assert own["filtered"] == []
    (met,) = other["filtered"]
    assert met["keyword_matches"] == ["goal"] and met["filter"]["filter_action"] == "warn"
    answer = await ana.get(f"/api/v1/statuses/{own['id']}/context")
    assert answer.status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"context": []},
        {"context": ["moon"]},
        {"filter_action": "explode"},
        {"expires_in": "soon"},
        {"expires_in": 10**11},
        {"keywords_attributes": [{"keyword": ""}]},
        {"keywords_attributes": [{"keyword": "\u200b\u200b"}]},
        {"keywords_attributes": [{"keyword": "x" * 201}]},
        {"keywords_attributes": [{"keyword": "x"}] * 1001},
    ],
)
async def test_a_wrong_filter_is_refused_with_a_sentence(two, wrong):
    right = {"title": "Right", "context": ["home"], "filter_action": "warn"}
    answer = await two[0].post("/api/v2/filters", json=right | wrong)
    assert answer.status_code == 422, answer.text
    assert answer.json()["error"].endswith(".")
    assert (await two[0].get("/api/v2/filters")).json() == []


async def test_filters_of_version_1_are_keywords(two):
    ana, ben = two
    given = {"phrase": "spoiler", "context": ["home"], "irreversible": True, "whole_word": False}
    made = (await ana.post("/api/v1/filters", json=given)).json()
    assert {key: made[key] for key in given} == given and made["expires_at"] is None
    (same,) = (await ana.get("/api/v2/filters")).json()
    assert same["filter_action"] == "hide" and same["title"] == "spoiler"
    one = f"/api/v1/filters/{made['id']}"
    assert (await ana.put(one, json={"phrase": "plot"})).json()["phrase"] == "plot"
    assert (await ben.get(one)).status_code == 404
    await ana.post(f"/api/v2/filters/{same['id']}/keywords", json={"keyword": "twist"})
    assert (await ana.put(one, json={"context": ["public"]})).status_code == 422
    assert len((await ana.get("/api/v1/filters")).json()) == 2
    for each in (await ana.get("/api/v1/filters")).json():
        assert (await ana.delete(f"/api/v1/filters/{each['id']}")).status_code == 200
    assert (await ana.get("/api/v2/filters")).json() == []


async def test_markers_grow_and_are_ones_own(two):
    ana, ben = two
    assert (await ana.get("/api/v1/markers?timeline[]=home")).json() == {}
    await ana.post("/api/v1/markers", json={"home": {"last_read_id": "7"}})
    put = await ana.post("/api/v1/markers", data={"home[last_read_id]": "9"})
    assert put.json()["home"]["last_read_id"] == "9" and put.json()["home"]["version"] == 2
    both = "/api/v1/markers?timeline[]=home&timeline[]=notifications&timeline[]=moon"
    assert (await ana.get(both)).json() == put.json()
    assert (await ben.get(both)).json() == {}
    wrong = await ana.post("/api/v1/markers", json={"home": {"last_read_id": "x"}})
    assert wrong.status_code == 422


async def test_hashtags_are_followed_and_featured(two):
    ana, ben = two
    answer = await ana.post("/api/v1/tags/Rostra/follow")
    assert answer.json()["name"] == "rostra" and answer.json()["following"]
    assert (await ana.get("/api/v1/tags/ROSTRA")).json()["following"]
    assert not (await ben.get("/api/v1/tags/rostra")).json()["following"]
    assert [each["name"] for each in (await ana.get("/api/v1/followed_tags")).json()] == ["rostra"]
    await ana.post("/api/v1/tags/rostra/unfollow")
    assert (await ana.get("/api/v1/followed_tags")).json() == []
    assert (await ana.post("/api/v1/tags/two%20words/follow")).status_code == 404
    made = (await ana.post("/api/v1/featured_tags", json={"name": "#Rostra"})).json()
    assert made["statuses_count"] == "0" and made["last_status_at"] is None
    await ana.post("/api/v1/statuses", json={"status": "On #rostra tonight"})
    (now,) = (await ana.get("/api/v1/featured_tags")).json()
    assert now["statuses_count"] == "1" and len(now["last_status_at"]) == 10
    assert (await ana.post("/api/v1/featured_tags", json={"name": "rostra"})).status_code == 422
    assert (await ben.delete(f"/api/v1/featured_tags/{made['id']}")).status_code == 404
    assert (await ana.delete(f"/api/v1/featured_tags/{made['id']}")).status_code == 200
    (proposed,) = (await ana.get("/api/v1/featured_tags/suggestions")).json()
    assert proposed["name"] == "rostra"
