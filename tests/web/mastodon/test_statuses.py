"""Posting, reading, changing and removing by the API, and what others see of it."""

from __future__ import annotations

import pytest


@pytest.fixture
async def people(square):
    for handle in ("ada", "bob", "eve"):
        await square.account(handle, "member")
    return {handle: square.client(await square.token(handle)) for handle in ("ada", "bob", "eve")}


async def posted(client, text="Hello", **more):
    answer = await client.post("/api/v1/statuses", json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_post_is_there_for_everybody_as_it_was_written(square, people):
    made = await posted(people["ada"], "Hi @bob, see https://example.org/a?b=1 #Square <b>")
    assert made["content"].startswith('<p>Hi <span class="h-card">')
    assert "&lt;b&gt;" in made["content"]
    assert [each["username"] for each in made["mentions"]] == ["bob"]
    assert [each["name"] for each in made["tags"]] == ["square"]
    stranger = square.client()
    read = (await stranger.get(f"/api/v1/statuses/{made['id']}")).json()
    assert read["content"] == made["content"]
    assert read["account"]["username"] == "ada"
    assert read["account"]["statuses_count"] == 1
    for where in ("public", "tag/SQUARE"):
        page = (await stranger.get(f"/api/v1/timelines/{where}")).json()
        assert [each["id"] for each in page] == [made["id"]], where


async def test_a_thread_is_read_from_above_and_below(people):
    first = await posted(people["ada"], "One")
    second = await posted(people["bob"], "Two", in_reply_to_id=first["id"])
    third = await posted(people["eve"], "Three", in_reply_to_id=second["id"])
    around = (await people["ada"].get(f"/api/v1/statuses/{second['id']}/context")).json()
    assert [each["id"] for each in around["ancestors"]] == [first["id"]]
    assert [each["id"] for each in around["descendants"]] == [third["id"]]
    assert (await people["ada"].get(f"/api/v1/statuses/{first['id']}")).json()["replies_count"] == 1


@pytest.mark.parametrize(("visibility", "seen_by"), [
    ("public", {"ada", "bob", "eve", "nobody"}),
    ("unlisted", {"ada", "bob", "eve", "nobody"}),
    ("private", {"ada", "bob"}),
    ("direct", {"ada", "bob"}),
])  # fmt: skip
async def test_a_post_is_seen_by_those_for_whom_it_is(square, people, visibility, seen_by):
    made = await posted(people["ada"], "For @bob", visibility=visibility)
    seen = set()
    for name, client in {**people, "nobody": square.client()}.items():
        answer = await client.get(f"/api/v1/statuses/{made['id']}")
        assert answer.status_code in (200, 404)
        if answer.status_code == 200:
            seen.add(name)
    assert seen == seen_by


async def test_the_same_request_sent_twice_posts_once(people):
    headers = {"Idempotency-Key": "abc"}
    answers = [
        await people["ada"].post("/api/v1/statuses", json={"status": "Once"}, headers=headers)
        for _ in range(3)
    ]
    assert len({answer.json()["id"] for answer in answers}) == 1
    other = await people["bob"].post("/api/v1/statuses", json={"status": "Once"}, headers=headers)
    assert other.json()["id"] != answers[0].json()["id"]


async def test_an_edit_keeps_what_was_before(people):
    made = await posted(people["ada"], "Frist #a")
    changed = await people["ada"].put(f"/api/v1/statuses/{made['id']}", json={"status": "First #b"})
    assert "First" in changed.json()["content"]
    assert changed.json()["edited_at"]
    history = (await people["bob"].get(f"/api/v1/statuses/{made['id']}/history")).json()
    assert ["Frist" in each["content"] for each in history] == [True, False]
    for tag, there in (("a", []), ("b", [made["id"]])):
        page = (await people["bob"].get(f"/api/v1/timelines/tag/{tag}")).json()
        assert [each["id"] for each in page] == there
    source = (await people["ada"].get(f"/api/v1/statuses/{made['id']}/source")).json()
    assert source["text"] == "First #b"


async def test_what_is_deleted_is_gone_for_all_and_its_words_go_to_its_author(square, people):
    made = await posted(people["ada"], "Oops")
    assert (await people["bob"].delete(f"/api/v1/statuses/{made['id']}")).status_code == 404
    answer = await people["ada"].delete(f"/api/v1/statuses/{made['id']}")
    assert answer.json()["text"] == "Oops"
    assert (await people["ada"].get(f"/api/v1/statuses/{made['id']}")).status_code == 404
    assert (await square.client().get("/api/v1/timelines/public")).json() == []


@pytest.mark.parametrize(("do", "undo", "flag", "tally"), [
    ("favourite", "unfavourite", "favourited", "favourites_count"),
    ("bookmark", "unbookmark", "bookmarked", None),
    ("reblog", "unreblog", "reblogged", "reblogs_count"),
])  # fmt: skip
async def test_what_is_done_twice_counts_once_and_can_be_undone(people, do, undo, flag, tally):
    made = await posted(people["ada"])
    for _ in range(2):
        answer = await people["bob"].post(f"/api/v1/statuses/{made['id']}/{do}")
        assert answer.status_code == 200, answer.text
    shown = (await people["bob"].get(f"/api/v1/statuses/{made['id']}")).json()
    assert shown[flag] is True
    assert tally is None or shown[tally] == 1
    assert (await people["eve"].get(f"/api/v1/statuses/{made['id']}")).json()[flag] is False
    for _ in range(2):
        await people["bob"].post(f"/api/v1/statuses/{made['id']}/{undo}")
    shown = (await people["bob"].get(f"/api/v1/statuses/{made['id']}")).json()
    assert shown[flag] is False
    assert tally is None or shown[tally] == 0


async def test_a_poll_is_voted_in_once_and_not_by_its_author(people):
    poll = {"options": ["Tea", "Coffee"], "expires_in": 3600}
    made = await posted(people["ada"], "Which?", poll=poll)
    at = f"/api/v1/polls/{made['poll']['id']}"
    assert (await people["ada"].post(f"{at}/votes", json={"choices": [0]})).status_code == 403
    voted = await people["bob"].post(f"{at}/votes", json={"choices": [1]})
    assert [option["votes_count"] for option in voted.json()["options"]] == [0, 1]
    again = await people["bob"].post(f"{at}/votes", json={"choices": [0]})
    assert again.status_code == 422
    assert "voted" in again.json()["error"]
    for bad in ([2], [-1], [], [0, 1]):
        assert (await people["eve"].post(f"{at}/votes", json={"choices": bad})).status_code == 422
    seen = (await people["eve"].get(at)).json()
    assert (seen["voters_count"], seen["voted"]) == (1, False)


@pytest.mark.parametrize("body", [
    {},
    {"status": "   "},
    {"status": "x" * 500_000},
    {"status": "a", "visibility": "secret"},
    {"status": "a", "language": "klingon!"},
    {"status": "a", "in_reply_to_id": "1"},
    {"status": "a", "quoted_status_id": "nonsense"},
    {"status": "a", "scheduled_at": "yesterday"},
    {"status": "a", "scheduled_at": "2020-01-01T00:00:00Z"},
    {"status": "a", "poll": {"options": ["one"], "expires_in": 600}},
    {"status": "a", "poll": {"options": [str(n) for n in range(1000)], "expires_in": 600}},
    {"status": "a", "poll": {"options": ["a", "A"], "expires_in": 600}},
    {"status": "a", "poll": {"options": ["a", "b"], "expires_in": 10**12}},
    {"status": " ".join(f"@p{n}" for n in range(60))},
    {"status": " ".join(f"#t{n}" for n in range(60))},
])  # fmt: skip
async def test_what_cannot_be_a_post_is_refused_with_a_sentence(people, body):
    answer = await people["ada"].post("/api/v1/statuses", json=body)
    assert 400 <= answer.status_code < 500, answer.text
    assert answer.json()["error"].endswith(".")
    assert (await people["ada"].get("/api/v1/timelines/public")).json() == []


async def test_home_has_what_the_followed_post_and_nothing_else(square, people):
    from rostra.people import queries
    from rostra.square import relations
    from rostra.web.acting import acting

    async with acting(square.parts) as act:
        me = await queries.by_handle(act.connection, "eve")
        other = await queries.by_handle(act.connection, "ada")
        await relations.follow(act, me, other.id)
    mine = await posted(people["eve"], "Mine")
    theirs = await posted(people["ada"], "Theirs", visibility="private")
    strange = await posted(people["bob"], "Strange")
    page = (await people["eve"].get("/api/v1/timelines/home")).json()
    assert [each["id"] for each in page] == [theirs["id"], mine["id"]]
    boost = (await people["ada"].post(f"/api/v1/statuses/{strange['id']}/reblog")).json()
    page = (await people["eve"].get("/api/v1/timelines/home?limit=1")).json()
    assert page[0]["id"] == boost["id"]
    assert page[0]["reblog"]["id"] == strange["id"]


async def test_pages_go_on_where_the_last_one_ended(people):
    ids = [(await posted(people["ada"], f"Number {n}"))["id"] for n in range(7)]
    seen, address = (
        [],
        "/api/v1/accounts/"
        + (await people["ada"].get(f"/api/v1/statuses/{ids[0]}")).json()["account"]["id"]
        + "/statuses?limit=3",
    )
    while address:
        answer = await people["bob"].get(address)
        seen += [each["id"] for each in answer.json()]
        address = answer.links.get("next", {}).get("url") if answer.json() else None
    assert seen == ids[::-1]


async def test_a_post_for_later_is_kept_and_can_be_moved_and_cancelled(people):
    later = await posted(people["ada"], "Soon", scheduled_at="2026-11-30T12:00:00Z")
    at = f"/api/v1/scheduled_statuses/{later['id']}"
    assert (await people["bob"].get(at)).status_code == 404
    moved = await people["ada"].put(at, json={"scheduled_at": "2026-12-01T12:00:00Z"})
    assert moved.json()["scheduled_at"] == "2026-12-01T12:00:00.000Z"
    assert len((await people["ada"].get("/api/v1/scheduled_statuses")).json()) == 1
    assert (await people["ada"].delete(at)).status_code == 200
    assert (await people["ada"].get("/api/v1/scheduled_statuses")).json() == []
