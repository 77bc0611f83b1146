"""Notices and conversations as apps ask for them."""

from __future__ import annotations

import pytest

from rostra.moderation.actions import Measure, sanction
from rostra.moderation.targets import Target
from rostra.square.actions import publish
from rostra.square.filters import KeywordWish, make_filter
from rostra.square.filters import Wish as FilterWish
from rostra.square.notices import notify, tell_all
from rostra.square.rules import Wish
from rostra.web.acting import acting

AT, V2 = "/api/v1/notifications", "/api/v2/notifications"


@pytest.fixture
async def crowd(square):
    return {name: await square.account(name, "member") for name in ("ada", "ben", "cleo")}


@pytest.fixture
async def ada(square, crowd):
    async with square.client(await square.token("ada")) as client:
        yield client


async def tell(square, kind: str, to, by=None, **about):
    async with acting(square.parts) as act:
        return await notify(act, to.id, kind, from_id=by.id if by else None, **about)


async def post(square, by, text: str, **more):
    async with acting(square.parts) as act:
        return await publish(act, by, Wish(text, **more))


@pytest.fixture
async def told(square, crowd):
    """A post of ada's that two like, a follow, and a mention."""
    hers = await post(square, crowd["ada"], "Hello")
    for name in ("ben", "cleo"):
        await tell(square, "favourite", crowd["ada"], crowd[name], post_id=hers.id)
    await tell(square, "follow", crowd["ada"], crowd["ben"])
    mention = await post(square, crowd["cleo"], "@ada hi")
    return hers, mention


async def test_the_list_says_who_and_what_and_pages_go_on(ada, told):
    hers, mention = told
    answer = await ada.get(AT)
    kinds = [(each["type"], each["account"]["acct"]) for each in answer.json()]
    assert kinds == [("mention", "cleo"), ("follow", "ben"), ("favourite", "cleo"),
                     ("favourite", "ben")]  # fmt: skip
    assert answer.json()[0]["status"]["id"] == str(mention.id)
    assert answer.json()[2]["status"]["id"] == str(hers.id)
    assert "status" not in answer.json()[1]
    first = await ada.get(AT, params={"limit": 2})
    assert [each["type"] for each in first.json()] == ["mention", "follow"]
    following = await ada.get(first.links["next"]["url"])
    assert [each["type"] for each in following.json()] == ["favourite", "favourite"]
    assert (await ada.get(first.links["prev"]["url"])).json() == []


async def test_types_and_people_narrow_it(ada, told, crowd):
    for params, expected in (
        ({"types[]": ["follow", "mention"]}, ["mention", "follow"]),
        ({"types[]": "favourite", "exclude_types[]": "favourite"}, []),
        ({"exclude_types[]": ["favourite", "follow"]}, ["mention"]),
        ({"account_id": crowd["ben"].id}, ["follow", "favourite"]),
        ({"types[]": "unheard-of"}, []),
    ):
        answer = await ada.get(AT, params=params)
        assert [each["type"] for each in answer.json()] == expected, params


async def test_one_is_read_and_put_away_by_its_owner(ada, told, square):
    [newest, *_] = (await ada.get(AT)).json()
    assert (await ada.get(f"{AT}/{newest['id']}")).json() == newest
    async with square.client(await square.token("ben")) as other:
        assert (await other.get(f"{AT}/{newest['id']}")).status_code == 404
        assert (await other.post(f"{AT}/{newest['id']}/dismiss")).status_code == 404
    assert (await ada.post(f"{AT}/{newest['id']}/dismiss")).json() == {}
    assert (await ada.get(f"{AT}/{newest['id']}")).status_code == 404
    assert len((await ada.get(AT)).json()) == 3
    assert (await ada.post(f"{AT}/clear")).json() == {}
    assert (await ada.get(AT)).json() == []
    for odd in ("0", "x", "9" * 30, "-1"):
        assert (await ada.get(f"{AT}/{odd}")).status_code == 404


async def test_unread_ones_are_counted_up_to_the_marker(ada, told):
    for at in (AT, V2):
        assert (await ada.get(f"{at}/unread_count")).json() == {"count": 4}
        assert (await ada.get(f"{at}/unread_count", params={"limit": 2})).json() == {"count": 2}
    newest = (await ada.get(AT)).json()[1]["id"]
    await ada.post("/api/v1/markers", json={"notifications": {"last_read_id": newest}})
    assert (await ada.get(f"{AT}/unread_count")).json() == {"count": 1}


async def test_what_belongs_together_is_one_group(ada, told):
    answer = (await ada.get(V2)).json()
    groups = {group["group_key"]: group for group in answer["notification_groups"]}
    [likes] = [each for each in groups.values() if each["type"] == "favourite"]
    assert (likes["notifications_count"], len(likes["sample_account_ids"])) == (2, 2)
    assert likes["status_id"] == str(told[0].id)
    assert {each["id"] for each in answer["statuses"]} == {str(each.id) for each in told}
    assert len(answer["accounts"]) == 2
    assert len(groups) == 3
    key = likes["group_key"]
    alone = (await ada.get(f"{V2}/{key}")).json()
    assert [each["group_key"] for each in alone["notification_groups"]] == [key]
    people = (await ada.get(f"{V2}/{key}/accounts")).json()
    assert [each["acct"] for each in people] == ["cleo", "ben"]
    apart = (await ada.get(V2, params={"grouped_types[]": "follow"})).json()
    assert len(apart["notification_groups"]) == 4
    [mention] = [each for each in groups.values() if each["type"] == "mention"]
    assert (await ada.post(f"{V2}/{key}/dismiss")).json() == {}
    assert (await ada.post(f"{V2}/{mention['group_key']}/dismiss")).json() == {}
    assert [each["type"] for each in (await ada.get(AT)).json()] == ["follow"]
    for odd in (key, "favourite-x", "x", "ungrouped-7", "-"):
        assert (await ada.get(f"{V2}/{odd}")).status_code == 404


async def test_somebody_on_air_is_told_as_their_post(ada, square, crowd):
    live = await post(square, crowd["ben"], "Live now", space_slug="hall", space_moment="live")
    async with acting(square.parts) as act:
        about = {"from_id": crowd["ben"].id, "space_slug": "hall"}
        await tell_all(act, [crowd["ada"].id], "live", post_id=live.id, **about)
        await tell_all(act, [crowd["ada"].id], "live", **about)
    [only] = (await ada.get(AT)).json()
    assert (only["type"], only["status"]["id"]) == ("status", str(live.id))
    assert len((await ada.get(AT, params={"types[]": "status"})).json()) == 1


async def test_poll_and_moderation_have_what_apps_expect(ada, square, crowd):
    asked = await post(square, crowd["ada"], "Which?")
    await tell(square, "poll", crowd["ada"], post_id=asked.id)
    mo = await square.account("mo", "moderator")
    async with acting(square.parts) as act:
        await sanction(act, mo, Target(crowd["ada"]), Measure("warn", "Be kind."))
    warning, poll = (await ada.get(AT)).json()
    assert (poll["type"], poll["account"]["acct"]) == ("poll", "ada")
    assert warning["moderation_warning"]["text"] == "Be kind."
    assert warning["moderation_warning"]["action"] == "none"
    assert warning["moderation_warning"]["target_account"]["acct"] == "ada"


async def test_policy_and_requests_are_answered_as_clients_accept_them(ada):
    for answer in (await ada.get(f"{V2}/policy"), await ada.patch(f"{V2}/policy", json={})):
        found = answer.json()
        assert found["for_not_following"] == "accept"
        assert found["summary"] == {"pending_requests_count": 0, "pending_notifications_count": 0}
    assert (await ada.get(f"{AT}/requests")).json() == []
    assert (await ada.get(f"{AT}/requests/merged")).json() == {"merged": True}
    assert (await ada.post(f"{AT}/requests/accept", json={"id": ["1"]})).json() == {}
    assert (await ada.get(f"{AT}/requests/1")).status_code == 404


async def test_there_is_no_push_yet_and_a_sentence_says_so(ada):
    wish = {"subscription": {"endpoint": "https://a.example"}}
    for method, status in (("GET", 404), ("DELETE", 404), ("POST", 422), ("PUT", 422)):
        answer = await ada.request(method, "/api/v1/push/subscription", json=wish)
        assert answer.status_code == status
        assert answer.json()["error"].endswith(".")


async def test_conversations_are_listed_read_and_put_away(ada, square, crowd):
    first = await post(square, crowd["ben"], "@ada one", visibility="direct")
    await post(square, crowd["cleo"], "@ada two", visibility="direct")
    at = "/api/v1/conversations"
    answer = await ada.get(at, params={"limit": 1})
    [newest] = answer.json()
    assert (newest["unread"], [each["acct"] for each in newest["accounts"]]) == (True, ["cleo"])
    [older] = (await ada.get(answer.links["next"]["url"])).json()
    assert older["last_status"]["id"] == str(first.id)
    assert (await ada.post(f"{at}/{older['id']}/read")).json()["unread"] is False
    async with square.client(await square.token("ben")) as other:
        assert (await other.delete(f"{at}/{older['id']}")).status_code == 404
        assert (await other.post(f"{at}/{older['id']}/read")).status_code == 404
    assert (await ada.delete(f"{at}/{older['id']}")).json() == {}
    assert len((await ada.get(at)).json()) == 1
    assert (await ada.delete(f"{at}/{older['id']}")).status_code == 404


async def hide(square, who, action: str, *contexts: str):
    async with acting(square.parts) as act:
        wish = FilterWish("Sport", contexts, action)
        await make_filter(act, who, wish, [KeywordWish("goal")])


async def test_what_a_filter_hides_is_in_no_list_and_in_no_number(ada, square, crowd):
    hers = await post(square, crowd["ada"], "My goal")
    await tell(square, "favourite", crowd["ada"], crowd["ben"], post_id=hers.id)
    mention = await post(square, crowd["cleo"], "@ada what a goal")
    await post(square, crowd["cleo"], "@ada good night")
    [_, hidden, _] = (await ada.get(AT)).json()
    await hide(square, crowd["ada"], "hide", "notifications")
    found = (await ada.get(AT)).json()
    # What is one's own meets no filter, and who liked it is told.
    assert [each["type"] for each in found] == ["mention", "favourite"]
    assert str(mention.id) not in str(found)
    groups = (await ada.get(V2)).json()
    assert len(groups["notification_groups"]) == 2 and str(mention.id) not in str(groups)
    for at in (AT, V2):
        assert (await ada.get(f"{at}/unread_count")).json() == {"count": 2}
        mentions = await ada.get(f"{at}/unread_count", params={"types[]": "mention"})
        assert mentions.json() == {"count": 1}
    assert (await ada.get(f"{AT}/{hidden['id']}")).status_code == 404


@pytest.mark.parametrize(("action", "context"), [("warn", "notifications"), ("hide", "home")])
async def test_other_filters_are_said_of_the_post(ada, square, crowd, action, context):
    await post(square, crowd["cleo"], "@ada what a goal")
    await hide(square, crowd["ada"], action, context)
    [found] = (await ada.get(AT)).json()
    [met] = found["status"]["filtered"]
    assert met["filter"]["title"] == "Sport" and met["filter"]["context"] == [context]
    assert met["keyword_matches"] == ["goal"]
    assert (await ada.get(f"{AT}/unread_count")).json() == {"count": 1}
