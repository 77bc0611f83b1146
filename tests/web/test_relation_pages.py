"""The pages of following, lists and filters, as a browser without scripts uses them."""

from __future__ import annotations

import re

import pytest

from rostra.web import following

HTML = {"Accept": "text/html", "Accept-Language": "fr"}


@pytest.fixture
async def pair(square):
    """ana's and ben's accounts and browsers."""
    accounts = [await square.account(handle, "member") for handle in ("ana", "ben")]
    clients = [square.client(await square.token(each.handle)) for each in accounts]
    for client in clients:
        client.headers.update(HTML)
    yield accounts, clients
    for client in clients:
        await client.aclose()


def buttons(html: str) -> set[str]:
    return set(re.findall(r'action="/@\w+/(\w+)"', html))


async def press(client, path: str, **fields: str):
    answer = await client.post(path, data={"back": "", **fields})
    assert answer.status_code == 303, (path, answer.text)
    return answer.headers["location"]


async def test_the_buttons_change_with_what_is_so(pair):
    _, (ana, ben) = pair
    assert await press(ben, "/@ana/follow") == "/@ana"
    assert buttons((await ana.get("/@ben")).text) == {"follow", "mute", "block", "remove"}
    assert await press(ana, "/@ben/follow", back="/@ben/followers") == "/@ben/followers"
    assert await press(ana, "/@ben/mute", **{"for": "day"}) == "/@ben"
    page = (await ana.get("/@ben")).text
    assert buttons(page) == {"unfollow", "unmute", "block", "remove"}
    assert "vous suit" in page
    await press(ana, "/@ben/block")
    assert buttons((await ana.get("/@ben")).text) == {"unmute", "unblock"}
    assert (await ben.get("/@ana")).status_code == 404
    assert (await ben.get("/@ana/followers")).status_code == 404
    assert (await ben.post("/@ana/follow", data={"x": ""})).status_code == 404
    await press(ben, "/@ana/block")  # who is blocked may block too
    assert "@ben" in (await ana.get("/settings/blocks")).text
    assert "@ben" in (await ana.get("/settings/mutes")).text


@pytest.mark.parametrize("back", ["//evil.example", "https://evil.example", "/\\evil", "x", ""])
async def test_a_button_leads_to_no_other_place(pair, back):
    _, (ana, _) = pair
    assert await press(ana, "/@ben/follow", back=back) == "/@ben"


async def test_followers_are_shown_page_by_page_also_to_strangers(square, pair, monkeypatch):
    monkeypatch.setattr(following, "_PAGE", 2)
    _, (ana, _) = pair
    for number in range(4):
        fan = await square.account(f"fan{number}", "member")
        async with square.client(await square.token(fan.handle)) as client:
            await press(client, "/@ben/follow")
    first = (await ana.get("/@ben/followers")).text
    assert "@fan3<" in first and "@fan1<" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    last = (await ana.get(older[1])).text
    assert "@fan1<" in last and "@fan0<" in last and 'rel="next"' not in last
    async with square.client() as stranger:
        answer = await stranger.get("/@ben/following", headers=HTML)
        assert answer.status_code == 200 and not buttons(answer.text)
        assert (await stranger.get("/@nobody/followers", headers=HTML)).status_code == 404
        assert (await stranger.get("/@%20/followers", headers=HTML)).status_code == 404


async def test_a_list_by_hand(pair):
    _, (ana, ben) = pair
    here = await press(ana, "/settings/lists", title="Kin <b>")
    assert "Kin &lt;b&gt;" in (await ana.get("/settings/lists")).text
    assert (await ana.post(f"{here}/add", data={"handle": "ben"})).status_code == 404
    await press(ana, "/@ben/follow")
    await press(ana, f"{here}/add", handle="@ben")
    page = (await ana.get(here)).text
    member = re.search(r'name="person" value="([^"]+)"', page)
    assert member and "@ben" in page
    await press(ana, here, title="Kin", replies="none", exclusive="yes")
    assert re.search(r'value="none" selected', (await ana.get(here)).text)
    for path in ("", "/add", "/take-out", "/delete"):
        answer = await ben.post(f"{here}{path}", data={"title": "x", "handle": "ana"})
        assert answer.status_code == 404, path
    assert (await ben.get(here)).status_code == 404
    await press(ana, f"{here}/take-out", person=member[1])
    assert await press(ana, f"{here}/delete") == "/settings/lists"


async def test_a_filter_by_hand(pair):
    _, (ana, ben) = pair
    form = {"title": "Sport", "words": "goal\n\n match  day \ngoal", "in_home": "yes",
            "action": "hide", "lasting": "day", "whole": "yes"}  # fmt: skip
    await press(ana, "/settings/filters", **form)
    page = (await ana.get("/settings/filters")).text
    here = re.search(r'href="(/settings/filters/\d+)"', page)
    assert here and "goal, match day" in page
    assert "goal\nmatch day</textarea>" in (await ana.get(here[1])).text
    await press(ana, here[1], **(form | {"words": "match day\noffside", "lasting": ""}))
    assert "match day\noffside</textarea>" in (await ana.get(here[1])).text
    assert (await ben.get(here[1])).status_code == 404
    assert (await ben.post(here[1], data=form)).status_code == 404
    assert (await ben.post(f"{here[1]}/delete", data=form)).status_code == 404
    for wrong in ({"in_home": ""}, {"title": " "}, {"lasting": "moon"}, {"action": "x"}):
        answer = await ana.post("/settings/filters", data=form | wrong)
        assert answer.status_code in (400, 422), wrong
    await press(ana, f"{here[1]}/delete")
    assert "goal" not in (await ana.get("/settings/filters")).text


async def test_what_was_chosen_in_a_refused_form_is_chosen_again(pair):
    _, (ana, _) = pair
    chosen = {"title": "", "words": "goal", "in_thread": "yes", "action": "hide", "lasting": "week"}
    answer = await ana.post("/settings/filters", data=chosen, headers={"Accept": "text/html"})
    assert answer.status_code == 422, answer.text
    assert re.findall(r'name="(\w+)" value="yes" checked', answer.text) == ["in_thread"]
    assert re.findall(r'<option value="(\w+)" selected', answer.text) == ["hide", "week"]
