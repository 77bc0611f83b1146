"""Accounts as the Mastodon API shows them."""

from __future__ import annotations

from rostra.people.editing import Own
from rostra.people.profiles import Profile
from rostra.web.mastodon.entities_account import account, credential_account
from rostra.web.parts import Origins

ORIGINS = Origins("https://r.example", "https://live.r.example")
ADA = Profile(
    id="abc", handle="ada", name="Ada <b>", role="member", state="active",
    created_ms=1_700_000_000_000, bio="I <script> #maths", fields=(("Home", "https://ada.example"),),
    avatar=None, header="h.webp", locked=False, bot=False, hidden=False, posts=3, followers=2,
    following=1, last_post_id=1_700_000_000_000 << 16,
)  # fmt: skip
OWN = Own(None, None, "", "public", False, {})


def test_somebody_as_anybody_sees_them():
    shown = account(ADA, ORIGINS)
    assert shown["id"] == "abc" and shown["acct"] == "ada"
    assert shown["url"] == "https://r.example/@ada"
    assert "<script>" not in shown["note"] and "&lt;script&gt;" in shown["note"]
    assert shown["avatar"] == "https://r.example/avatars/ada.png"
    assert shown["header"] == "https://r.example/media/h.webp"
    assert shown["created_at"] == "2023-11-14T00:00:00.000Z"
    assert shown["last_status_at"] == "2023-11-14"
    assert shown["fields"][0]["value"].startswith("<a href=")
    assert not {"limited", "suspended"} & shown.keys()


def test_of_a_suspended_one_only_that_they_are():
    shown = account(ADA._replace(state="suspended"), ORIGINS)
    assert shown["suspended"] is True
    assert (shown["note"], shown["display_name"], shown["fields"]) == ("", "", [])
    assert "/media/" not in shown["header"]
    assert account(ADA._replace(state="limited"), ORIGINS)["limited"] is True


def test_somebody_as_they_see_themselves():
    shown = credential_account(ADA._replace(role="admin"), ORIGINS, OWN, requests=4)
    assert shown["source"]["note"] == "I <script> #maths"
    assert shown["source"]["follow_requests_count"] == 4
    assert shown["role"]["permissions"] == "1"
