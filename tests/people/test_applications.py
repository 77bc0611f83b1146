"""Applications: registering, codes that are good once, tokens, and what may be asked for."""

from __future__ import annotations

import base64
import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import NotProcessable, OAuthRefused
from rostra.people import actions, queries
from rostra.people import applications as apps
from rostra.people.redirects import answer_address, checked_redirects, form_source
from rostra.people.scopes import SCOPES, check_within, covers, read_scopes

HOME = "https://app.example/back"
NOW = 1_800_000_000_000
VERIFIER = "v" * 43
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


@pytest.fixture
async def ada(database):
    async with database.writing() as connection:
        return await actions.add_person(connection, "ada", now_ms=NOW)


async def registered(connection, scopes="read write", now_ms=NOW):
    return await apps.register(
        connection, name="Elk", redirect_uris=[HOME], scopes=scopes, website="", now_ms=now_ms
    )


async def granted(connection, app, account, challenge=CHALLENGE):
    return await apps.grant(
        connection, app, account, redirect_uri=HOME, scopes=("read",), challenge=challenge,
        now_ms=NOW,
    )  # fmt: skip


def exchanging(a_code, **changes):
    return {"code": a_code, "redirect_uri": HOME, "verifier": VERIFIER, "now_ms": NOW} | changes


async def test_from_registering_to_a_token(database, ada):
    async with database.writing() as connection:
        app, secret = await registered(connection)
        assert await apps.authenticated(connection, app.client_id, secret) == app
        code = await granted(connection, app, ada)
        made = await apps.exchange(connection, app, **exchanging(code))
        bearer = await queries.by_api_token(connection, made.token)
        assert (bearer.account, bearer.application_id) == (ada, app.id)
        assert bearer.scopes == {"read"}
        await apps.revoke(connection, app, made.token)
        assert await queries.by_api_token(connection, made.token) is None


async def test_a_code_shown_twice_revokes_what_came_of_it(database, ada):
    async with database.writing() as connection:
        app, _ = await registered(connection)
        code = await granted(connection, app, ada)
        made = await apps.exchange(connection, app, **exchanging(code))
        assert await apps.exchange(connection, app, **exchanging(code)) is None
        assert await queries.by_api_token(connection, made.token) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"verifier": ""}, {"verifier": "w" * 43}, {"verifier": "é" * 43},
        {"redirect_uri": HOME + "/"}, {"now_ms": NOW + apps.CODE_MS}, {"code": "x"},
    ],
)  # fmt: skip
async def test_a_code_is_good_for_who_asked_as_they_asked(database, ada, changes):
    async with database.writing() as connection:
        app, _ = await registered(connection)
        code = await granted(connection, app, ada)
        with pytest.raises(OAuthRefused) as found:
            await apps.exchange(connection, app, **exchanging(code, **changes))
        assert found.value.code == "invalid_grant"


async def test_a_code_and_a_token_are_of_one_application(database, ada):
    async with database.writing() as connection:
        app, _ = await registered(connection)
        other, secret = await registered(connection)
        code = await granted(connection, app, ada)
        with pytest.raises(OAuthRefused):
            await apps.exchange(connection, other, **exchanging(code))
        made = await apps.exchange(connection, app, **exchanging(code))
        with pytest.raises(OAuthRefused):
            await apps.revoke(connection, other, made.token)
        with pytest.raises(OAuthRefused):
            await apps.authenticated(connection, app.client_id, secret)
        await apps.revoke(connection, other, "never-made")


async def test_a_code_without_a_challenge_takes_no_verifier(database, ada):
    async with database.writing() as connection:
        app, _ = await registered(connection)
        code = await granted(connection, app, ada, challenge=None)
        with pytest.raises(OAuthRefused):
            await apps.exchange(connection, app, **exchanging(code))
        code = await granted(connection, app, ada, challenge=None)
        assert await apps.exchange(connection, app, **exchanging(code, verifier=""))


async def test_an_application_for_itself_keeps_its_newest_tokens(database):
    async with database.writing() as connection:
        app, _ = await registered(connection)
        made = [
            await apps.token_for_itself(connection, app, scope="read", now_ms=NOW + n)
            for n in range(apps.MOST_TOKENS + 2)
        ]
        found = [await queries.by_api_token(connection, each.token) for each in made]
        assert found[:2] == [None, None] and all(found[2:])
        assert found[-1].account is None
        with pytest.raises(OAuthRefused):
            await apps.token_for_itself(connection, app, scope="push", now_ms=NOW)


async def test_what_nobody_let_in_is_forgotten(database, ada):
    async with database.writing() as connection:
        unused, _ = await registered(connection)
        used, _ = await registered(connection)
        await apps.token_for_itself(connection, used, scope="read", now_ms=NOW)
        await registered(connection, now_ms=NOW + apps.UNUSED_MS + 1)
        assert await apps.by_id(connection, unused.id) is None
        assert await apps.by_id(connection, used.id) == used


def test_scopes():
    assert read_scopes("") == ("read",)
    assert read_scopes("write read read") == ("read", "write")
    assert covers({"follow"}, "write:blocks") and not covers({"follow"}, "write:statuses")
    assert covers({"profile"}, "read:me") and not covers({"profile"}, "read:accounts")
    assert not covers({"read:statuses"}, "read") and not covers({"read"}, "readers")
    with pytest.raises(OAuthRefused):
        read_scopes("read everything")
    with pytest.raises(OAuthRefused):
        check_within(["write"], ["read", "write:media"])


@given(st.text(max_size=80))
def test_any_scopes_are_known_or_refused(text):
    try:
        assert set(read_scopes(text)) <= set(SCOPES)
    except OAuthRefused as error:
        assert error.code == "invalid_scope"


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("urn:ietf:wg:oauth:2.0:oob", None),
        ("https://elk.zone/api/x?y=1", "https://elk.zone"),
        ("http://localhost:5173/", "http://localhost:5173"),
        ("http://[::1]:80/", "http://[::1]:80"),
        ("oauth2redirect://com.keylesspalace.tusky/", "oauth2redirect:"),
        ("com.example.app:/back", "com.example.app:"),
    ],
)
def test_addresses_of_applications(address, source):
    assert checked_redirects([address, address]) == [address]
    assert form_source(address) == source


@pytest.mark.parametrize(
    "address",
    [
        "", "/own", "//evil.example", "javascript:alert(1)", "data:text/html,x", "https://",
        "https://a b", "https://a.example/#x", "https://a.example;script-src", "https://é.example",
        "https://user@a.example", "https://a.example:x/", "https://a.example/" + "x" * 500,
        "JAVASCRIPT:alert(1)", "tusky:", "https://*.example/", "https://a.example,b",
    ],
)  # fmt: skip
def test_addresses_that_none_may_have(address):
    with pytest.raises(NotProcessable):
        checked_redirects([address])


@given(st.text(max_size=40))
def test_a_source_never_says_more_than_one_thing(text):
    try:
        (address,) = checked_redirects([f"https://{text}"])
    except NotProcessable:
        return
    source = form_source(address)
    assert source and not set(source) & set(" ;,'\"*")


def test_an_answer_stands_beside_what_is_asked_already():
    assert answer_address("https://a/?x=1", {"code": "c d"}) == "https://a/?x=1&code=c+d"
    assert answer_address("app:/b", {"code": "c"}) == "app:/b?code=c"
