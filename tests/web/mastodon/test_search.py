"""Search by the API: what is answered, whatever is asked."""

from __future__ import annotations

import pytest

SEARCH = "/api/v2/search"


@pytest.fixture
async def ada(square):
    await square.account("ada", "member")
    return square.client(await square.token("ada"))


async def posted(client, text, **more):
    answer = await client.post("/api/v1/statuses", json={"status": text, **more})
    assert answer.status_code == 200, answer.text
    return answer.json()


async def search(client, **query):
    answer = await client.get(SEARCH, params=query)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_everything_is_found_at_once_and_each_kind_alone(square, ada):
    await square.space(await square.account("tea_host"), "tea-time")
    made = await posted(ada, "Tea for everybody #tea")
    found = await search(ada, q="tea")
    assert [each["id"] for each in found["statuses"]] == [made["id"]]
    assert [each["acct"] for each in found["accounts"]] == ["tea_host"]
    assert [each["name"] for each in found["hashtags"]] == ["tea"]
    assert [each["slug"] for each in found["spaces"]] == ["tea-time"]
    alone = await search(ada, q="tea", type="hashtags")
    assert [len(each) for each in alone.values()] == [0, 0, 1, 0]
    assert (await search(square.client(), q="#TEA from:ada"))["statuses"][0]["id"] == made["id"]


async def test_pages_of_posts_go_on(square, ada):
    first = await posted(ada, "word 0")
    made = [first["id"], *[(await posted(ada, f"word {n}"))["id"] for n in range(1, 5)]]
    answer = await ada.get(SEARCH, params={"q": "word", "type": "statuses", "limit": 2})
    assert [each["id"] for each in answer.json()["statuses"]] == made[:2:-1]
    assert f"max_id={made[3]}" in answer.headers["link"] and "q=word" in answer.headers["link"]
    older = await search(ada, q="word", type="statuses", limit=2, max_id=made[3])
    skipped = await search(ada, q="word", type="statuses", limit=2, offset=2)
    assert [e["id"] for e in older["statuses"]] == [e["id"] for e in skipped["statuses"]]
    author = first["account"]["id"]
    assert len((await search(ada, q="word", account_id=author))["statuses"]) == 5
    for nobody in ("x", '") OR "v:private', "' | 'x"):
        assert (await search(ada, q="word", account_id=nobody))["statuses"] == []


async def test_addresses_of_our_own_find_what_stands_there(square, ada):
    made = await posted(ada, "Here I am")
    hidden = await posted(ada, "Not for all", visibility="private")
    stranger = square.client()
    for text, key in ((made["url"], "statuses"), (made["account"]["url"], "accounts")):
        found = await search(stranger, q=text, resolve="true")
        assert [len(found[each]) for each in ("accounts", "statuses")] == [
            int(key == "accounts"), int(key == "statuses"),
        ]  # fmt: skip
    assert (await search(stranger, q=hidden["url"]))["statuses"] == []
    assert len((await search(ada, q=hidden["url"]))["statuses"]) == 1
    await square.space(await square.account("host"), "tea-time")
    for address in ("http://127.0.0.1:8001/s/tea-time", "http://127.0.0.1:8000/spaces/tea-time"):
        assert len((await search(stranger, q=address))["spaces"]) == 1
    ours = "http://127.0.0.1:8000"
    for text in (f"{ours}/@ada/{10**20}", f"{ours}/@nobody", f"{ours}/s/none", f"{ours}/[",
                 "http://evil.example/@ada"):  # fmt: skip
        found = await search(stranger, q=text)
        assert not found["accounts"] and not found["spaces"]


ODD = ["", " ", "\t\n", "'", '"', "*", "a" * 5000, "NEAR(a b)", "-", "%", "🙂", "a:b", "{a}", "^a"]


@pytest.mark.parametrize("q", ODD)
async def test_whatever_is_typed_is_an_answer(ada, q):
    assert set(await search(ada, q=q)) == {"accounts", "statuses", "hashtags", "spaces"}


@pytest.mark.parametrize("query", [{}, {"q": "a", "type": "x"}, {"q": "a", "limit": "x"}])
async def test_what_is_no_question_is_refused_with_a_sentence(ada, query):
    answer = await ada.get(SEARCH, params=query)
    assert answer.status_code == 422 and answer.json()["error"]


async def test_who_searches_without_end_waits(square, ada):
    for _ in range(60):  # thirty, and what comes back meanwhile
        answer = await ada.get(SEARCH, params={"q": "a"})
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and int(answer.headers["retry-after"]) > 0


async def test_two_search_at_the_same_time_and_the_third_is_told_to_wait(square, ada):
    turns = square.parts.limits.searching
    turns._seconds = 0.01
    async with turns.one(), turns.one():
        answer = await ada.get(SEARCH, params={"q": "a"})
    assert answer.status_code == 503 and "search" in answer.json()["error"]
    await search(ada, q="a")
