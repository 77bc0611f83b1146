"""Taking one's data away, and leaving."""

from __future__ import annotations

import io
import json
import zipfile

import pytest
from sqlalchemy import select

from rostra.chores.queue import turn_crank
from rostra.errors import NotFound
from rostra.people import profiles, queries
from rostra.people.exports import KEPT_MS
from rostra.people.leaving import GRACE_MS
from rostra.people.rules import DAY_MS
from rostra.programme.manifest import read
from rostra.rooms import queries as rooms
from rostra.rooms.actions import end_unopened
from rostra.rooms.tables import space_words
from rostra.square import actions, media_chores, reactions, relations
from rostra.square.rules import Wish
from rostra.web.acting import acting
from rostra.web.chores import doers


async def crank(house) -> int:
    """Turn until nothing is due: how often."""
    turns, parts = 0, house.parts
    known = {**doers(parts), **media_chores.doers(parts.database, parts.objects)}
    while await turn_crank(parts.database, known, parts.now_ms()):
        turns += 1
        assert turns < 200
    return turns


async def write(house, author, text: str, **more):
    async with acting(house.parts) as act:
        return await actions.publish(act, author, Wish(text=text, **more))


async def test_a_copy_has_what_somebody_wrote_and_keeps(house):
    ada, eve = await house.person("ada"), await house.person("eve")
    mine = await write(house, ada, "Owls, mostly")
    hers = await write(house, eve, "No owls")
    async with acting(house.parts) as act:
        await relations.follow(act, ada, eve.id)
        await reactions.bookmark(act, hers, ada)
    async with house.browser() as browser, house.browser() as other:
        await house.sign_in(browser, "ada")
        await house.sign_in(other, "eve")
        assert (await browser.post("/settings/data/export")).status_code == 303
        assert (await browser.post("/settings/data/export")).status_code == 409
        await crank(house)
        page = (await browser.get("/settings/data")).text
        link = page.partition('href="/settings/data/')[2].partition('"')[0]
        answer = await browser.get(f"/settings/data/{link}")
        assert answer.headers["content-type"] == "application/zip"
        assert (await other.get(f"/settings/data/{link}")).status_code == 404
        archive = zipfile.ZipFile(io.BytesIO(answer.content))
        assert json.loads(archive.read("profile.json"))["handle"] == "ada"
        assert [p["id"] for p in json.loads(archive.read("posts/0.json"))] == [str(mine.id)]
        assert json.loads(archive.read("following/0.json"))[0]["handle"] == "eve"
        assert json.loads(archive.read("bookmarks/0.json"))[0]["post_id"] == str(hers.id)
        assert (await browser.post("/settings/data/export")).status_code == 409  # once a day
        house.later(KEPT_MS)
        assert (await browser.get(f"/settings/data/{link}")).status_code == 404
        await crank(house)
    assert list(house.parts.places.exports.iterdir()) == []


async def test_a_copy_that_was_broken_off_is_begun_anew(house):
    ada = await house.person("ada")
    await write(house, ada, "Owls, mostly")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        await browser.post("/settings/data/export")
        parts = house.parts
        for _ in range(3):
            await turn_crank(parts.database, doers(parts), parts.now_ms())
        (file,) = house.parts.places.exports.iterdir()
        file.write_bytes(file.read_bytes()[:-30])
        await crank(house)
    assert zipfile.ZipFile(file).testzip() is None
    assert len(set(zipfile.ZipFile(file).namelist())) == len(zipfile.ZipFile(file).namelist())


async def leave(house, browser) -> int:
    first = await browser.post("/settings/data/leave")
    assert first.headers["location"].startswith("/settings/security/again")
    answer = await browser.post(
        "/settings/security/again", data={"password": house.password, "then": "data"}
    )
    assert answer.headers["location"] == "/settings/data"
    return (await browser.post("/settings/data/leave")).status_code


@pytest.mark.parametrize("state", ["active", "limited"])
async def test_whoever_leaves_may_come_back_for_fourteen_days(house, state):
    ada = await house.person("ada")
    await house.give(ada, state=state)
    token = await house.square.token("ada")
    async with house.browser() as browser, house.browser() as other:
        await house.sign_in(browser, "ada")
        await house.sign_in(other, "ada")
        assert await leave(house, browser) == 200
        assert (await browser.get("/settings/profile")).status_code == 401
        assert (await other.get("/settings/profile")).status_code == 401
        async with house.parts.database.reading() as connection:
            assert (await queries.by_id(connection, ada.id)).state == "leaving"
            assert await queries.by_api_token(connection, token) is None
        assert await crank(house) == 1  # no Space is on
        house.later(GRACE_MS - DAY_MS)
        assert await crank(house) == 0
        assert (await house.sign_in(browser, "ada")).status_code == 303
        house.later(2 * DAY_MS)
        assert await crank(house) == 0
    async with house.parts.database.reading() as connection:
        assert (await queries.by_id(connection, ada.id)).state == state


async def test_after_fourteen_days_all_is_forgotten_but_the_handle(house):
    ada, eve = await house.person("ada"), await house.person("eve")
    await house.give(ada, bio="I am Ada", email="ada@example.org", avatar="abcd.webp")
    picture = house.parts.places.root / "picture"
    picture.write_bytes(b"picture")
    await house.parts.objects.put("abcd.webp", picture)
    mine = await write(house, ada, "Owls, mostly")
    hers = await write(house, eve, "No owls")
    answer = await write(house, eve, "Really?", reply_to=mine.id)
    async with acting(house.parts) as act:
        await relations.follow(act, ada, eve.id)
        await relations.follow(act, eve, ada.id)
        await reactions.favourite(act, hers, ada)
        await reactions.boost(act, hers, ada, "public")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        assert await leave(house, browser) == 200
        house.later(GRACE_MS)
        await crank(house)
        assert (await house.sign_in(browser, "ada")).status_code == 401
    from rostra.square.queries import by_ids

    async with house.parts.database.reading() as connection:
        gone = (await profiles.of_ids(connection, [ada.id]))[ada.id]
        left = await by_ids(connection, [mine.id, hers.id, answer.id])
        other = (await profiles.of_ids(connection, [eve.id]))[eve.id]
    assert (gone.handle, gone.name, gone.state, gone.bio) == ("ada", "ada", "gone", "")
    assert (gone.avatar, gone.posts, gone.followers, gone.following) == (None, 0, 0, 0)
    assert left[mine.id].text == "" and left[mine.id].deleted_ms is not None
    assert left[answer.id].text == "Really?"
    assert (left[hers.id].favourites, left[hers.id].boosts) == (0, 0)
    assert (other.followers, other.following, other.posts) == (0, 0, 2)
    with pytest.raises(NotFound):
        await house.parts.objects.size("abcd.webp")
    await house.choose(registrations="open")
    async with house.browser() as browser:
        form = {"handle": "ada", "name": "", "password": "four unrelated little words"}
        assert (await browser.post("/sign-up", data=form)).status_code == 409


async def test_the_spaces_of_whoever_leaves_are_over_at_once_and_removed_with_the_account(house):
    ada, square, places = await house.person("ada", "host"), house.square, house.parts.places
    for slug in ("talk", "planned", "past"):
        await square.space(ada, slug)
    await square.stage("talk")
    await end_unopened(places, "past", now_ms=1)
    sound = places.manifest("past").with_name("p1.opus.mp4")
    sound.write_bytes(b"voices")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        square.refusal = {"code": "unavailable", "message": "Not now.", "status": 503}
        assert await leave(house, browser) == 200
        assert house.parts.chores_added.is_set()
        assert await crank(house) == 1  # the stage does not answer: it is told again later
        square.refusal = None
        house.later(60_000)
        await crank(house)
    assert [asked["move"] for what, asked in square.asked if what == "command"][-1] == "end"
    assert read(places.manifest("planned")).phase == "ended" and sound.exists()
    house.later(GRACE_MS)
    await crank(house)
    for slug in ("talk", "planned", "past"):
        left = read(places.manifest(slug))
        assert (left.phase, left.title, left.host) == ("removed", "", "")
    assert not sound.exists()
    async with house.parts.database.reading() as connection:
        assert await rooms.of_owner(connection, ada.id) == []
        assert (await connection.execute(select(space_words))).all() == []
    async with house.square.client() as client:
        assert (await client.get("/api/spaces/past")).status_code == 404


async def test_the_last_administrator_stays(house):
    await house.square.account("boss", "admin")
    async with house.browser() as browser:
        from rostra.people import actions as people

        async with house.parts.database.writing() as connection:
            secret = await people.make_link(connection, "boss", now_ms=house.parts.now_ms())
        await browser.post(f"/sign-in/{secret}")
        await browser.post("/settings/security/again", data={"then": "data"})
        answer = await browser.post("/settings/data/leave")
        assert answer.status_code == 409 and "last administrator" in answer.text
