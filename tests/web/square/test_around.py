"""Languages, the app on a phone, what other sites are told, feeds, and Live now."""

from __future__ import annotations

import xml.etree.ElementTree as ET

import pytest

from rostra.chores.queue import turn_crank
from rostra.rooms import actions as rooms
from rostra.square import heralds
from rostra.web.chores import doers
from rostra.web.files import files
from rostra.web.square.posts import ANSWERS

PAGE = {"Accept": "text/html"}


@pytest.fixture
async def bob(square):
    await square.account("bob")
    async with square.client(await square.token("bob")) as client:
        client.headers.update(PAGE)
        yield client


async def test_a_chosen_language_counts_more_than_the_browsers(square) -> None:
    async with square.client() as client:
        client.headers.update(PAGE | {"Origin": square.parts.settings.public_url})
        assert '<html lang="en">' in (await client.get("/keys")).text
        chosen = await client.post("/language", data={"language": "fr", "back": "/keys"})
        assert chosen.status_code == 303 and chosen.headers["location"] == "/keys"
        assert '<html lang="fr">' in (await client.get("/keys")).text
        for language, back in (("xx", "/"), ("", "/")):
            data = {"language": language, "back": back}
            assert (await client.post("/language", data=data)).status_code == 400
        led = await client.post("/language", data={"language": "en", "back": "//evil.example"})
        assert led.headers["location"] == "/"


async def test_the_square_is_installed_with_icons_that_are_there(square) -> None:
    async with square.client() as client:
        answer = await client.get("/manifest.webmanifest")
        assert answer.headers["content-type"] == "application/manifest+json"
        manifest = answer.json()
        assert manifest["start_url"] == "/" and manifest["name"]
        for icon in manifest["icons"]:
            found = await client.get(icon["src"])
            assert found.status_code == 200 and found.headers["content-type"] == "image/png"
        assert {icon.get("purpose") for icon in manifest["icons"]} == {None, "maskable"}


async def test_other_sites_are_told_of_what_everybody_may_see_alone(square, bob) -> None:
    shown = (await bob.post("/posts", data={"text": 'Open "word" <b>'})).headers["location"]
    number = shown.rpartition("/")[2]
    await bob.post("/posts", data={"text": "For followers", "visibility": "private"})
    async with square.client() as nobody:
        page = (await nobody.get(f"/@bob/{number}")).text
        person = (await nobody.get("/@bob")).text
    assert f'<link rel="canonical" href="http://127.0.0.1:8000/@bob/{number}">' in page
    assert 'content="Open &#34;word&#34; &lt;b&gt;"' in page
    assert "api/oembed?url=http%3A//127.0.0.1%3A8000/%40bob/" in page
    assert 'property="og:type" content="profile"' in person and "/@bob.rss" in person


async def test_feeds_hold_public_posts_alone(square, bob) -> None:
    await bob.post("/posts", data={"text": "One & <two> #budget"})
    await bob.post("/posts", data={"text": "Quiet #budget", "visibility": "unlisted"})
    await bob.post("/posts", data={"text": "Hidden #budget", "visibility": "private"})
    await bob.post("/posts", data={"text": "All of it #budget", "warning": "Spoiler"})
    async with square.client() as nobody:
        for path in ("/@bob.rss", "/feeds/tags/Budget.rss"):
            answer = await nobody.get(path)
            assert answer.headers["content-type"].startswith("application/rss+xml")
            items = ET.fromstring(answer.text).findall("channel/item")
            assert [item.findtext("title") for item in items] == ["Spoiler", "One & <two> #budget"]
            assert "All of it" not in answer.text
            assert all((item.findtext("link") or "").startswith("http") for item in items)
        assert (await nobody.get("/@nobody.rss")).status_code == 404
        assert ET.fromstring((await nobody.get("/feeds/tags/%3Cb%3E.rss")).text) is not None


async def test_live_now_has_what_is_said_of_spaces_that_are_on(square, bob) -> None:
    owner = await square.account("ada")
    await square.space(owner, "town-hall")
    assert "Nobody is live" in (await bob.get("/live")).text
    await rooms.open_lobby(square.parts.places, "town-hall")
    async with square.parts.database.writing() as connection:
        await rooms.tell(connection, "town-hall", "lobby")
        await heralds.phase_told(connection, "town-hall", "lobby", square.parts.now_ms())
    soon = square.parts.now_ms() + heralds.LOBBY_MS
    await turn_crank(square.parts.database, doers(square.parts), soon)
    await bob.post("/posts", data={"text": "Nothing to do with it"})
    page = (await bob.get("/live")).text
    assert "Nothing to do" not in page
    assert "Nobody is live" not in page, page
    assert 'data-space="town-hall"' in page


async def test_pages_that_say_no_know_who_asks(bob) -> None:
    for path in ("/nothing", "/@nobody", "/@bob/1"):
        answer = await bob.get(path)
        assert answer.status_code == 404 and "/settings" in answer.text


def test_styles_stand_in_one_file() -> None:
    assert [name for name in files() if name.endswith(".css")] == ["square.css", "stage.css"]


async def test_a_long_thread_is_read_a_page_at_a_time(square, bob) -> None:
    square.parts.limits.posts.burst = 500
    asked = (await bob.post("/posts", data={"text": "Question"})).headers["location"]
    number = asked.rpartition("/")[2]
    for n in range(ANSWERS + 1):
        await bob.post("/posts", data={"text": f"Answer {n}.", "reply_to": number})
    first = (await bob.get(asked)).text
    assert f"Answer {ANSWERS - 1}." in first and f"Answer {ANSWERS}." not in first
    assert f'href="?after={ANSWERS}"' in first
    rest = (await bob.get(f"{asked}?after={ANSWERS}")).text
    assert f"Answer {ANSWERS}." in rest and "Answer 0." not in rest and 'rel="next"' not in rest
    for odd in ("x", "-1", str(10**30), "99999"):
        assert (await bob.get(f"{asked}?after={odd}")).status_code == 200
