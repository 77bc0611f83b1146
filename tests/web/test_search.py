"""The search page."""

from __future__ import annotations

import re
import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.square.search_marks import LONGEST, excerpt
from rostra.square.search_terms import parse

HTML = {"Accept": "text/html"}


@pytest.fixture
async def ada(square):
    await square.account("ada", "member")
    return square.client(await square.token("ada"))


async def test_what_is_found_is_marked_and_nothing_of_it_is_markup(square, ada):
    for text in ("<script>alert(1)</script> élan", "Tea <b>later</b>", "Tea"):
        await ada.post("/api/v1/statuses", json={"status": text})
    page = (await square.client().get("/search", params={"q": "elan"}, headers=HTML)).text
    assert "<mark>élan</mark>" in page and "&lt;script&gt;" in page and "alert(1)<" not in page
    odd = await square.client().get("/search", params={"q": '"><script>x</script>'}, headers=HTML)
    assert odd.status_code == 200 and "<script>x" not in odd.text


async def test_tabs_and_pages_work_without_a_script(square, ada):
    for n in range(23):
        square.parts.limits.posts._left.clear()
        await ada.post("/api/v1/statuses", json={"status": f"word {n}"})
    stranger = square.client()
    stranger.headers.update({**HTML, "Accept-Language": "fr"})
    page = (await stranger.get("/search", params={"q": "word", "type": "posts"})).text
    assert page.count("<article>") == 20 and "Messages" in page
    older = re.search(r'rel="next" href="([^"]+)"', page)
    rest = (await stranger.get(older[1].replace("&amp;", "&"))).text
    assert rest.count("<article>") == 3 and 'rel="next"' not in rest
    people = (await stranger.get("/search", params={"q": "ada", "type": "people"})).text
    assert 'href="/@ada"' in people and 'aria-current="page">Personnes' in people


@pytest.mark.parametrize("query", [
    {}, {"q": ""}, {"q": "x", "type": "nonsense"}, {"q": "x", "offset": "-1"},
    {"q": "x", "max_id": "9" * 40}, {"q": "\x00"}, {"q": "x", "type": "tags", "offset": "99999"},
])  # fmt: skip
async def test_odd_questions_have_a_page_too(square, query):
    answer = await square.client().get("/search", params=query, headers=HTML)
    assert answer.status_code == 200 and "<h1>" in answer.text


async def test_who_asks_too_often_reads_a_sentence_on_the_page(square):
    client = square.client()
    for _ in range(60):  # thirty, and what comes back meanwhile
        answer = await client.get("/search", params={"q": "a"}, headers=HTML)
        if answer.status_code == 429:
            break
    assert answer.status_code == 429 and "too often" in answer.text and "<form" in answer.text


@given(st.text(), st.text())
def test_an_excerpt_is_part_of_the_text_and_not_too_long(text, typed):
    pieces = excerpt(text, parse(typed))
    whole = "".join(piece for piece, _ in pieces)
    assert len(whole) <= LONGEST + 4
    if text and len(text) <= LONGEST:
        assert whole == unicodedata.normalize("NFC", text)


def test_an_excerpt_is_cut_around_what_was_found():
    text = "word " * 200 + "needle " + "word " * 200
    pieces = excerpt(text, parse("needle"))
    assert ("needle", True) in pieces and pieces[0] == ("… ", False) and pieces[-1] == (" …", False)
    assert excerpt("The Council, voted", parse('"council voted" the')) == [
        ("The", True), (" ", False), ("Council, voted", True),
    ]  # fmt: skip
    assert excerpt("", parse("x")) == []
