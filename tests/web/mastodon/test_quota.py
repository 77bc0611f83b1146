"""How much may be asked, and that cookies count for nothing where any page may ask."""

from __future__ import annotations

from dataclasses import replace

import pytest

from rostra.people import actions
from rostra.web.callers import COOKIE
from rostra.web.quota import WINDOW_MS, Quota, address_key

WHO = "/api/v1/apps/verify_credentials"


def test_a_window_ends_for_all_at_once():
    quota = Quota(2)
    assert [quota.take("a", 10).remaining for _ in range(2)] == [1, 0]
    refused = quota.take("a", 20)
    assert (refused.allowed, refused.reset_ms) == (False, WINDOW_MS)
    assert refused.wait_s(WINDOW_MS - 1) == 1
    assert quota.take("b", 20).allowed and quota.take("a", WINDOW_MS).allowed
    assert refused.headers["X-RateLimit-Reset"] == "1970-01-01T00:05:00.000Z"


def test_addresses_of_one_household_are_one():
    assert address_key("2001:db8::1") == address_key("2001:db8::ffff") == "2001:db8::/64"
    assert address_key("::ffff:10.0.0.1") == address_key("10.0.0.1")
    assert address_key("unix") == "unix"


async def test_too_many_requests(square):
    await square.account("ada", "member")
    token, other = await square.token("ada"), await square.token("ada")
    square.parts.quota = Quota(3)
    async with square.client(token) as client:
        seen = [await client.get(WHO) for _ in range(3)]
        client.headers["Authorization"] = f"Bearer {other}"  # the quota is the account's
        refused = await client.get(WHO)
    assert [each.headers["x-ratelimit-remaining"] for each in seen] == ["2", "1", "0"]
    assert refused.status_code == 429 and refused.json()["error"].startswith("Too many requests")
    assert int(refused.headers["retry-after"]) > 0
    assert refused.headers["x-ratelimit-remaining"] == "0"
    async with square.client("rsta_wrong") as client:  # counts for the address, not for anybody
        answers = [await client.get(WHO) for _ in range(4)]
    assert [each.status_code for each in answers] == [401, 401, 401, 429]


def test_the_limit_is_a_setting(square):
    assert square.parts.quota.limit == 300
    changed = replace(square.parts, settings=replace(square.parts.settings, api_limit=7))
    assert changed.quota.limit == 7


@pytest.mark.parametrize("path", [WHO, "/oauth/userinfo"])
async def test_a_cookie_says_nothing_where_any_page_may_ask(square, path):
    await square.account("ada", "member")
    async with square.parts.database.writing() as connection:
        now_ms = square.parts.now_ms()
        link = await actions.make_link(connection, "ada", now_ms=now_ms)
        session = (await actions.use_link(connection, link, now_ms=now_ms)).session
    async with square.client(cookies={COOKIE: session}) as client:
        assert (await client.get(path)).status_code == 401
