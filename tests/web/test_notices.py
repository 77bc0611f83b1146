"""The page of notices, as somebody without JavaScript uses it."""

from __future__ import annotations

import re

import pytest

from rostra.people.sessions import Device, begin_session
from rostra.square import noticed
from rostra.square.actions import publish
from rostra.square.filters import KeywordWish, make_filter
from rostra.square.filters import Wish as FilterWish
from rostra.square.notices import KINDS, OFFICIAL, notify
from rostra.square.quiet import quiet_of
from rostra.square.rules import Wish
from rostra.web.acting import acting
from rostra.web.callers import COOKIE


@pytest.fixture
async def crowd(square):
    return {name: await square.account(name, "member") for name in ("ada", "ben", "cleo", "dan")}


@pytest.fixture
async def ada(square, crowd):
    async with square.parts.database.writing() as connection:
        now_ms = square.parts.now_ms()
        secret = await begin_session(connection, crowd["ada"].id, Device(), now_ms)
    async with square.client(follow_redirects=False, cookies={COOKIE: secret}) as client:
        client.headers["Origin"] = square.parts.settings.public_url
        yield client


async def tell(square, kind: str, to, by=None, **about) -> None:
    async with acting(square.parts) as act:
        assert await notify(act, to.id, kind, from_id=by.id if by else None, **about)


async def liked(square, crowd, text: str = "Hello <b>all</b>"):
    async with acting(square.parts) as act:
        post = await publish(act, crowd["ada"], Wish(text))
    for name in ("ben", "cleo", "dan"):
        await tell(square, "favourite", crowd["ada"], crowd[name], post_id=post.id)
    return post


async def shown(client, query: str = "") -> str:
    answer = await client.get(f"/notices{query}")
    assert answer.status_code == 200
    return answer.text


async def test_strangers_are_asked_to_sign_in(square):
    async with square.client() as client:
        assert (await client.get("/notices")).status_code == 401


@pytest.mark.parametrize("language", ["en", "fr"])
async def test_every_kind_has_its_line_in_both_languages(ada, square, crowd, language):
    post = await liked(square, crowd)
    for kind in KINDS:
        about = {"post_id": post.id} if kind in {"mention", "quote", "status", "poll"} else {}
        more = {"space_slug": "hall"} if kind == "live" else {}
        await tell(square, kind, crowd["ada"], crowd["ben"], **about, **more)
    ada.headers["Accept-Language"] = language
    page = await shown(ada)
    assert page.count('<li class="card') == len(KINDS) + 1  # and the three likes together
    assert "/spaces/hall" in page
    assert "/settings/standing" in page
    assert f"/@ada/{post.id}" in page


async def test_likes_of_one_post_are_one_line_and_nothing_is_markup(ada, square, crowd):
    await liked(square, crowd)
    page = await shown(ada)
    assert page.count('<li class="card') == 1
    assert "dan, cleo, ben" in page
    assert "Hello &lt;b&gt;all&lt;/b&gt;" in page
    assert "new-notice" in page


async def test_tabs_narrow_and_pages_go_on(ada, square, crowd):
    await liked(square, crowd)
    await tell(square, "follow", crowd["ada"], crowd["ben"])
    assert (await shown(ada, "?only=follows")).count('<li class="card') == 1
    assert (await shown(ada, "?only=mentions")).count('<li class="card') == 0
    for odd in ("?only=x", "?max_id=x", "?max_id=-1", "?only=all&max_id=" + "9" * 40):
        assert (await shown(ada, odd)).count('<li class="card') == 2
    for _ in range(45):
        await tell(square, "moderation_warning", crowd["ada"])
    [following] = re.findall(r'rel="next" href="([^"]+)"', await shown(ada))
    older = await ada.get(following.replace("&amp;", "&"))
    assert older.text.count('<li class="card') == 7


async def test_a_line_is_put_away_with_all_that_is_in_it(ada, square, crowd):
    await liked(square, crowd)
    [ids] = re.findall(r'name="ids" value="([\d ]+)"', await shown(ada))
    assert len(ids.split()) == 3
    answer = await ada.post("/notices/dismiss", data={"ids": ids})
    assert (answer.status_code, answer.headers["location"]) == (303, "/notices")
    assert (await shown(ada)).count('<li class="card') == 0
    for odd in ("", "x y", "0 -1 " + "9" * 40):
        assert (await ada.post("/notices/dismiss", data={"ids": odd})).status_code == 303


async def test_nobody_puts_away_what_is_not_theirs(ada, square, crowd):
    await tell(square, "follow", crowd["ben"], crowd["cleo"])
    async with square.parts.database.reading() as connection:
        ids = (await connection.execute(noticed.notices.select())).scalars().all()
    await ada.post("/notices/dismiss", data={"ids": " ".join(map(str, ids))})
    async with square.parts.database.reading() as connection:
        now_ms = square.parts.now_ms()
        assert await noticed.unread(connection, crowd["ben"].id, 9, now_ms) == 1


async def test_all_are_read_and_then_cleared(ada, square, crowd):
    await liked(square, crowd)
    assert (await ada.post("/notices/read")).status_code == 303
    page = await shown(ada)
    assert "new-notice" not in page
    assert page.count('<li class="card') == 1
    assert (await ada.post("/notices/clear")).status_code == 303
    assert (await shown(ada)).count('<li class="card') == 0


async def test_choices_are_kept_and_what_cannot_be_is_refused(ada, square, crowd):
    wish = {"quiet": "yes", "from": "22:30", "to": "06:45", "zone": "Europe/Paris",
            "kind": ["mention", "live"]}  # fmt: skip
    assert (await ada.post("/notices/settings", data=wish)).status_code == 303
    async with square.parts.database.reading() as connection:
        kept = await noticed.preferences_of(connection, crowd["ada"].id)
    assert quiet_of(kept).document() == {"from": 1350, "to": 405, "zone": "Europe/Paris"}
    assert set(kept["unwanted_notices"]) == set(KINDS) - OFFICIAL - {"mention", "live"}
    page = (await ada.get("/notices/settings")).text
    assert 'value="22:30"' in page
    assert page.count("checked") == 3
    for odd, status in (
        ({"zone": "Mars/Olympus"}, 422), ({"from": "25:00"}, 422), ({"kind": "admin.report"}, 400),
    ):  # fmt: skip
        answer = await ada.post("/notices/settings", data=wish | odd)
        assert answer.status_code == status, odd
    assert (await ada.post("/notices/settings", data={"from": "22:00"})).status_code == 303
    assert (await shown(ada)).count(" checked") == 0


async def test_filters_leave_notices_out_or_warn_of_them(ada, square, crowd):
    async with acting(square.parts) as act:
        await publish(act, crowd["ben"], Wish("@ada what a goal"))
        await publish(act, crowd["cleo"], Wish("@ada the weather"))
        for word, action in (("goal", "hide"), ("weather", "warn")):
            wish = FilterWish(f"No {word}", ("notifications",), action)
            await make_filter(act, crowd["ada"], wish, [KeywordWish(word)])
    page = await shown(ada)
    assert "goal" not in page and "Filtered: No weather" in page and "the weather" not in page
    # The number beside the bell says what the list shows, on other pages too.
    for address in ("/notices", "/keys"):
        assert re.search(r"data-unread>1<", (await ada.get(address)).text), address
