"""Writing by forms: nothing is lost, drafts, posts for later; and the pages around them."""

from __future__ import annotations

import re
from typing import Any

import httpx
import pytest

PAGE = {"Accept": "text/html"}


@pytest.fixture
async def ada(square) -> Any:
    await square.account("ada")
    async with square.client(await square.token("ada")) as client:
        client.headers.update(PAGE)
        yield client


async def write(client: httpx.AsyncClient, text: str = "", **fields: Any) -> httpx.Response:
    return await client.post("/posts", data={"text": text, **fields})


async def test_a_post_too_long_comes_back_with_all_that_was_written(ada) -> None:
    fields = {
        "warning": "About <b>", "sensitive": "yes", "language": "pl", "visibility": "unlisted",
        "option": ["Red", "Blue"], "poll_days": "7", "multiple": "yes", "due": "2031-02-03T04:05",
    }  # fmt: skip
    answer = await write(ada, "\n" + "x" * 2001, **fields)
    assert answer.status_code == 422
    page = answer.text
    assert "too long" in page and 'role="alert"' in page
    assert "\n\n" + "x" * 2001 + "</textarea>" in page
    assert 'value="About &lt;b&gt;"' in page and 'value="2031-02-03T04:05"' in page
    assert 'value="Red"' in page and 'value="Blue"' in page and "<option selected>7" in page
    for chosen in ("unlisted", "pl"):
        assert re.search(rf'<option value="{chosen}"[^>]* selected', page), chosen
    assert page.count(" checked") == 2


async def test_programs_are_told_by_json(ada) -> None:
    answer = await ada.post("/posts", data={"text": ""}, headers={"Accept": "application/json"})
    assert answer.status_code == 422 and "sentence" in answer.json()


@pytest.mark.parametrize(
    "fields",
    [
        {"poll_days": "8"}, {"due": "tomorrow"}, {"due": "2020-01-01T00:00"}, {"draft": "5"},
        {"reply_to": "7"}, {"quote_of": "x"}, {"media_ids": "x"}, {"visibility": "all"},
        {"language": "<b>"}, {"key": "k" * 200},
    ],
    ids=str,
)  # fmt: skip
async def test_what_cannot_be_is_refused_with_a_page(ada, fields) -> None:
    answer = await write(ada, "Hello", **fields, do="draft" if "draft" in fields else "post")
    assert 400 <= answer.status_code < 500
    assert 'role="alert"' in answer.text


async def test_a_draft_is_kept_changed_posted_and_gone(ada) -> None:
    assert (await write(ada, "Half a thought", do="draft")).headers["location"] == "/drafts"
    page = (await ada.get("/drafts")).text
    number = re.search(r"/compose\?draft=(\d+)", page)[1]
    assert "Half a thought" in page
    assert "Half a thought</textarea>" in (await ada.get(f"/compose?draft={number}")).text
    await write(ada, "A whole thought", do="draft", draft=number)
    assert "A whole thought" in (await ada.get("/drafts")).text
    await write(ada, "A whole thought", draft=number)
    assert number not in (await ada.get("/drafts")).text
    assert "A whole thought" in (await ada.get("/@ada")).text
    assert (await ada.get(f"/compose?draft={number}")).status_code == 404
    assert (await ada.post(f"/drafts/{number}/delete", data={"x": ""})).status_code == 404


async def test_a_post_for_later_is_moved_made_a_draft_again_and_cancelled(ada, square) -> None:
    await square.account("eve")
    answer = await write(ada, "Not yet", due="2026-12-24T19:00Z")
    assert answer.headers["location"] == "/scheduled", answer.text
    page = (await ada.get("/scheduled")).text
    number = re.search(r"/scheduled/(\d+)/cancel", page)[1]
    assert 'value="2026-12-24T19:00"' in page
    moved = await ada.post(f"/scheduled/{number}", data={"due": "2026-12-25T08:30"})
    assert moved.status_code == 303
    assert 'value="2026-12-25T08:30"' in (await ada.get("/scheduled")).text
    past = await ada.post(f"/scheduled/{number}", data={"due": "2020-12-25T08:30"})
    assert past.status_code == 422
    async with square.client(await square.token("eve")) as eve:
        for act in ("", "/edit", "/cancel"):
            data = {"due": "2026-12-25T08:30"}
            assert (await eve.post(f"/scheduled/{number}{act}", data=data)).status_code == 404
    to_draft = await ada.post(f"/scheduled/{number}/edit", data={"x": ""})
    assert "Not yet</textarea>" in (await ada.get(to_draft.headers["location"])).text
    assert number not in (await ada.get("/scheduled")).text
    await write(ada, "Never", due="2026-12-24T19:00Z")
    number = re.search(r"/scheduled/(\d+)/cancel", (await ada.get("/scheduled")).text)[1]
    assert (await ada.post(f"/scheduled/{number}/cancel", data={"x": ""})).status_code == 303
    assert "Never" not in (await ada.get("/scheduled")).text


async def test_an_answer_is_for_no_more_people_than_what_it_answers(ada, square) -> None:
    await square.account("bob")
    async with square.client(await square.token("bob")) as bob:
        made = await write(bob, "@ada a word", visibility="direct", warning="Hush")
    number = made.headers["location"].rpartition("/")[2]
    page = (await ada.get(f"/compose?reply={number}")).text
    assert "\n@bob </textarea>" in page and 'value="Hush"' in page
    assert re.search(r'<option value="direct" selected', page)
    page = (await ada.get("/conversations")).text
    assert "a word" not in page and "Hush" in page and 'class="talk fresh"' in page
    talk = re.search(r"/conversations/(\d+)/open", page)[1]
    opened = await ada.post(f"/conversations/{talk}/open", data={"x": ""})
    assert opened.headers["location"] == f"/@bob/{number}"
    assert 'class="talk"' in (await ada.get("/conversations")).text
    async with square.client(await square.token("bob")) as bob:
        assert (await bob.post(f"/conversations/{talk}/open", data={"x": ""})).status_code == 404
    await ada.post(f"/conversations/{talk}/away", data={"x": ""})
    assert talk not in (await ada.get("/conversations")).text


async def test_who_may_not_see_a_post_cannot_quote_it(ada, square) -> None:
    await square.account("bob")
    async with square.client(await square.token("bob")) as bob:
        made = await write(bob, "For followers", visibility="private")
    number = made.headers["location"].rpartition("/")[2]
    for asked in (f"quote={number}", f"reply={number}", "quote=1"):
        answer = await ada.get(f"/compose?{asked}")
        assert answer.status_code == 404 and "For followers" not in answer.text
