"""Applications let in by people: OAuth as clients do it, and as nobody should."""

from __future__ import annotations

import base64
import hashlib
import html
import re
from urllib.parse import parse_qs, urlsplit

import pytest

from rostra.people import actions
from rostra.web.callers import COOKIE
from rostra.web.own_paths import own_path

ORIGIN = "http://127.0.0.1:8000"
BACK = "https://app.example/back?x=1"
OOB = "urn:ietf:wg:oauth:2.0:oob"
VERIFIER = "v" * 50
CHALLENGE = (
    base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).decode().rstrip("=")
)


@pytest.fixture
async def app(square):
    return await registered(square)


async def registered(square, **changes):
    wish = {"client_name": "Elk <b>", "redirect_uris": f"{BACK}\n{OOB}", "scopes": "read write"}
    async with square.client() as client:
        answer = await client.post("/api/v1/apps", data=wish | changes)
    assert answer.status_code == 200, answer.text
    return answer.json()


async def browser(square, handle="ada"):
    """A client with the session of `handle`, which sends forms from our own pages."""
    await square.account(handle, "member")
    async with square.parts.database.writing() as connection:
        now_ms = square.parts.now_ms()
        link = await actions.make_link(connection, handle, now_ms=now_ms)
        session = (await actions.use_link(connection, link, now_ms=now_ms)).session
    client = square.client(cookies={COOKIE: session})
    client.headers["Origin"] = square.parts.settings.public_url
    client.headers["Accept"] = "text/html"
    return client


def asking(app, **changes):
    return {
        "client_id": app["client_id"], "redirect_uri": BACK, "response_type": "code",
        "scope": "read", "state": "s&1", "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
    } | changes  # fmt: skip


async def decided(client, asked, decision="allow"):
    page = await client.get("/oauth/authorize", params=asked)
    assert page.status_code == 200, page.text
    found = re.findall(r'name="(\w+)" value="([^"]*)"', page.text)
    fields = {name: html.unescape(value) for name, value in found}
    return await client.post("/oauth/authorize", data=fields | {"decision": decision})


def told(answer):
    assert answer.status_code == 303, answer.text
    address = urlsplit(answer.headers["location"])
    assert f"{address.scheme}://{address.netloc}{address.path}" == BACK.partition("?")[0]
    return {name: value[0] for name, value in parse_qs(address.query).items()}


async def exchanged(square, app, code, **changes):
    wish = {
        "grant_type": "authorization_code", "client_id": app["client_id"],
        "client_secret": app["client_secret"], "code": code, "redirect_uri": BACK,
        "code_verifier": VERIFIER,
    } | changes  # fmt: skip
    async with square.client() as client:
        return await client.post("/oauth/token", data=wish)


async def test_the_whole_way(square, app):
    async with await browser(square) as client:
        back = told(await decided(client, asking(app)))
    assert back["x"] == "1" and back["state"] == "s&1"
    assert back["iss"] == square.parts.settings.public_url
    answer = await exchanged(square, app, back["code"])
    assert answer.status_code == 200 and answer.headers["cache-control"] == "no-store"
    made = answer.json()
    assert (made["token_type"], made["scope"]) == ("Bearer", "read")
    async with square.client(made["access_token"]) as client:
        who = (await client.get("/oauth/userinfo")).json()
        assert who["preferred_username"] == "ada" and who["sub"].endswith("/@ada")
        assert (await client.get("/api/v1/apps/verify_credentials")).json()["name"] == "Elk <b>"
        gone = {key: app[key] for key in ("client_id", "client_secret")}
        await client.post("/oauth/revoke", data=gone | {"token": made["access_token"]})
        refused = await client.get("/oauth/userinfo")
    assert refused.status_code == 401
    assert refused.headers["www-authenticate"].startswith("Bearer")


async def test_a_code_shown_again_takes_the_token_with_it(square, app):
    async with await browser(square) as client:
        code = told(await decided(client, asking(app)))["code"]
    token = (await exchanged(square, app, code)).json()["access_token"]
    again = await exchanged(square, app, code)
    assert (again.status_code, again.json()["error"]) == (400, "invalid_grant")
    async with square.client(token) as client:
        assert (await client.get("/oauth/userinfo")).status_code == 401


async def test_without_an_address_the_code_is_shown(square, app):
    async with await browser(square) as client:
        page = await decided(client, asking(app, redirect_uri=OOB, state=""))
        refused = await decided(client, asking(app, redirect_uri=OOB), "deny")
    code = re.search(r'class="code"[^>]*value="([^"]+)"', page.text)
    assert code and page.status_code == 200
    assert refused.status_code == 400 and "location" not in refused.headers
    assert (await exchanged(square, app, code[1], redirect_uri=OOB)).status_code == 200


async def test_the_page_says_who_asks_and_lets_the_form_lead_there(square, app):
    async with await browser(square) as client:
        english = await client.get("/oauth/authorize", params=asking(app))
        french = await client.get(
            "/oauth/authorize", params=asking(app), headers={"Accept-Language": "fr"}
        )
    assert "Elk &lt;b&gt;" in english.text and "<b>" not in english.text
    assert "app.example" in english.text and "@ada" in english.text
    assert "Autoriser" in french.text
    policy = english.headers["content-security-policy"]
    assert "form-action 'self' https://app.example;" in policy


async def test_no_is_told_to_the_application(square, app):
    async with await browser(square) as client:
        back = told(await decided(client, asking(app), "deny"))
    assert back["error"] == "access_denied" and back["state"] == "s&1"


async def test_what_is_wrong_is_told_to_the_application(square, app):
    async with await browser(square) as client:
        for changes, code in (
            ({"response_type": "token"}, "unsupported_response_type"),
            ({"scope": "read everything"}, "invalid_scope"),
            ({"scope": "push"}, "invalid_scope"),
            ({"code_challenge_method": "plain"}, "invalid_request"),
            ({"code_challenge_method": ""}, "invalid_request"),
            ({"code_challenge": "short"}, "invalid_request"),
        ):
            answer = await client.get("/oauth/authorize", params=asking(app, **changes))
            assert told(answer)["error"] == code, changes


async def test_nobody_is_sent_to_an_address_that_was_not_registered(square, app):
    async with await browser(square) as client:
        for changes in (
            {"client_id": "nobody"}, {"redirect_uri": "https://evil.example/"},
            {"redirect_uri": ""}, {"redirect_uri": BACK + "&y=2"}, {"redirect_uri": BACK.upper()},
        ):  # fmt: skip
            page = await client.get("/oauth/authorize", params=asking(app, **changes))
            form = asking(app, **changes) | {"decision": "allow"}
            posted = await client.post("/oauth/authorize", data=form)
            for answer in (page, posted):
                assert answer.status_code == 400 and "location" not in answer.headers, changes
                assert "www-authenticate" not in answer.headers


async def test_whoever_is_not_signed_in_goes_by_that_page_and_comes_back(square, app):
    await square.account("ada", "member")
    async with square.parts.database.writing() as connection:
        link = await actions.make_link(connection, "ada", now_ms=square.parts.now_ms())
    async with square.client() as client:
        client.headers.update({"Accept": "text/html", "Origin": ORIGIN})
        answer = await client.get("/oauth/authorize", params=asking(app))
        assert (answer.status_code, answer.headers["location"]) == (303, "/sign-in")
        signed_in = await client.post(f"/sign-in/{link}")
        back = signed_in.headers["location"]
        assert back.startswith("/oauth/authorize?client_id=")
        assert "Elk &lt;b&gt;" in (await client.get(back)).text


@pytest.mark.parametrize(
    "elsewhere",
    ["", "x", "//evil.example", "/\\evil.example", "https://evil.example", "/a\nb", "/a b",
     "/\t/evil.example", "/sign-out", "/é", "/" + "x" * 5000],
)  # fmt: skip
def test_after_signing_in_one_stays_here(elsewhere):
    assert own_path(elsewhere) is None


async def test_a_program_of_its_own(square, app):
    wish = {"grant_type": "client_credentials", "scope": "read"}
    async with square.client() as client:
        client.auth = (app["client_id"], app["client_secret"])
        made = await client.post("/oauth/token", json=wish)
        assert made.status_code == 200
        client.auth = (app["client_id"], "wrong")
        refused = await client.post("/oauth/token", json=wish)
        assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")
    async with square.client(made.json()["access_token"]) as client:
        assert (await client.get("/api/v1/apps/verify_credentials")).status_code == 200
        answer = await client.get("/oauth/userinfo")
        assert answer.status_code == 403 and answer.json()["error"]


async def test_tokens_that_are_not_given(square, app):
    for changes, code in (
        ({"grant_type": "password", "username": "a", "password": "b"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "unsupported_grant_type"),
        ({"client_secret": "x"}, "invalid_client"),
        ({"redirect_uri": "x" * 999}, "invalid_request"),
    ):
        answer = await exchanged(square, app, "x", **changes)
        assert answer.status_code in (400, 401, 422) and answer.json()["error"] == code, changes


async def test_a_token_reaches_as_far_as_its_scopes(square, app):
    async with await browser(square) as client:
        code = told(await decided(client, asking(app, scope="write:media")))["code"]
    token = (await exchanged(square, app, code)).json()["access_token"]
    async with square.client(token) as client:
        assert (await client.get("/oauth/userinfo")).status_code == 403


async def test_applications_that_are_not_registered(square):
    async with square.client() as client:
        for changes in (
            {"client_name": ""}, {"client_name": "x" * 61}, {"redirect_uris": ""},
            {"redirect_uris": "javascript:alert(1)"}, {"scopes": "all"},
            {"website": "javascript:alert(1)"},
        ):  # fmt: skip
            wish = {"client_name": "x", "redirect_uris": OOB} | changes
            answer = await client.post("/api/v1/apps", json=wish)
            assert answer.status_code in (400, 422), changes
            assert answer.json()["error"].endswith(".")


async def test_applications_are_registered_from_any_page_in_every_form(square):
    async with square.client() as client:
        client.headers["Origin"] = "https://elk.example"
        ask = {"Access-Control-Request-Method": "POST"}
        before = await client.options("/api/v1/apps", headers=ask)
        assert before.status_code == 204
        assert "Authorization" in before.headers["access-control-allow-headers"]
        wish = {"client_name": "x", "redirect_uris": [OOB, BACK]}
        made = await client.post("/api/v1/apps", json=wish)
    assert made.headers["access-control-allow-origin"] == "*"
    assert "access-control-allow-credentials" not in made.headers
    assert "X-RateLimit-Reset" in made.headers["access-control-expose-headers"]
    assert made.json()["redirect_uris"] == [OOB, BACK]


async def test_where_all_this_is(square):
    async with square.client() as client:
        found = (await client.get("/.well-known/oauth-authorization-server")).json()
    assert found["issuer"] == square.parts.settings.public_url
    assert found["code_challenge_methods_supported"] == ["S256"]
    assert "password" not in found["grant_types_supported"]
