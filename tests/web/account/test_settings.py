"""One's own settings: profile, how one signs in, sessions; and what moderators must have."""

from __future__ import annotations

import re

import pyotp
import pytest

from rostra.people import authenticators, editing, profiles, sessions
from rostra.people.rules import DAY_MS
from rostra.people.sessions import FRESH_MS, TOUCH_MS

AGAIN = "/settings/security/again"


async def test_a_profile_is_changed_and_shown_again(house):
    ada = await house.person("ada")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        form = {
            "name": "Ada <b>L.</b>", "bio": "one\r\n\r\n\r\n\r\ntwo", "field_name_0": "Site",
            "field_value_0": "https://ada.example", "locked": "on", "language": "fr",
            "default_visibility": "private", "default_sensitive": "on",
        }  # fmt: skip
        assert (await browser.post("/settings/profile", data=form)).status_code == 303
        page = (await browser.get("/settings/profile")).text
        assert "Ada &lt;b&gt;L.&lt;/b&gt;" in page and 'value="private" selected' in page
        assert (await browser.get("/settings")).headers["location"] == "/settings/profile"
    async with house.parts.database.reading() as connection:
        profile = (await profiles.of_ids(connection, [ada.id]))[ada.id]
        own = await editing.own(connection, ada.id)
    assert profile.bio == "one\n\ntwo" and profile.fields == (("Site", "https://ada.example"),)
    assert profile.locked and not profile.bot and own.default_sensitive and own.language == "fr"


async def test_pictures_are_chosen_and_removed_without_a_script(house):
    ada = await house.person("ada")
    chosen, remove = 'src="/media/x1.webp"', 'name="remove" value="yes"'
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        page = (await browser.get("/settings/profile")).text
        assert 'src="/avatars/ada.png"' in page and 'src="/headers/ada.png"' in page
        assert remove not in page and page.count('enctype="multipart/form-data"') == 2
        await house.give(ada, header="x1.webp")
        page = (await browser.get("/settings/profile")).text
        assert chosen in page and page.count(remove) == 1
        form = {"file": ("", b"", "application/octet-stream")}  # as a browser sends no choice
        assert (await browser.post("/uploads/avatar", files=form)).status_code == 422
        answer = await browser.post("/uploads/header", files={"remove": (None, "yes")})
        assert answer.status_code == 303
        assert chosen not in (await browser.get("/settings/profile")).text


@pytest.mark.parametrize(
    "wrong",
    [
        {"name": ""},
        {"name": "x" * 81},
        {"bio": "x" * 501},
        {"field_name_0": "only a name"},
        {"language": "no such language!"},
        {"default_visibility": "everybody"},
    ],
)
async def test_a_profile_that_cannot_be_changes_nothing(house, wrong):
    await house.person("ada")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        form = {"name": "Other", "bio": "", "language": "", "default_visibility": "public"}
        answer = await browser.post("/settings/profile", data=form | wrong)
        assert answer.status_code == 400 and 'role="alert"' in answer.text
        assert 'value="ada"' in (await browser.get("/settings/profile")).text


async def test_an_address_is_changed_and_belongs_to_one_account(house):
    ada, eve = await house.person("ada"), await house.person("eve")
    await house.give(eve, email="eve@example.org")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        for email, status in (
            ("eve@example.org", 409), ("nonsense", 400), ("ada@example.org", 303), ("", 303),
        ):  # fmt: skip
            answer = await browser.post("/settings/profile/email", data={"email": email})
            assert answer.status_code == status
    async with house.parts.database.reading() as connection:
        assert (await editing.own(connection, ada.id)).email is None


async def test_a_new_password_ends_all_other_sessions(house):
    await house.person("ada")
    async with house.browser() as here, house.browser() as there:
        await house.sign_in(here, "ada")
        await house.sign_in(there, "ada")
        weak = await here.post("/settings/security/password", data={"password": "too short"})
        assert weak.status_code == 400
        new = {"password": "nine green frogs at dawn"}
        assert (await here.post("/settings/security/password", data=new)).status_code == 303
        assert (await here.get("/settings/profile")).status_code == 200
        assert (await there.get("/settings/profile")).status_code == 401


async def test_a_session_that_is_not_fresh_is_asked_again(house):
    await house.person("ada")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        house.later(FRESH_MS)
        new = {"password": "nine green frogs at dawn"}
        asked = await browser.post("/settings/security/password", data=new)
        assert asked.headers["location"].startswith(AGAIN)
        script = {"Accept": "application/json"}
        told = await browser.post("/settings/security/passkeys/options", headers=script)
        assert told.status_code == 409 and told.json()["error"] == "do_first"
        assert (await browser.get(AGAIN)).status_code == 200
        assert (await browser.post(AGAIN, data={"password": "wrong"})).status_code == 401
        proven = await browser.post(AGAIN, data={"password": house.password, "then": "security"})
        assert proven.headers["location"] == "/settings/security"
        assert (await browser.post("/settings/security/password", data=new)).status_code == 303
        house.later(FRESH_MS)
        assert AGAIN in (await browser.post("/settings/security/app")).headers["location"]


async def test_an_app_is_set_up_with_recovery_codes_that_are_shown_once(house):
    ada = await house.person("ada")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        page = (await browser.post("/settings/security/app")).text
        secret = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", page)[1].replace(" ", "")
        assert "<svg" in page and "<path d=" in page
        wrong = await browser.post("/settings/security/app/confirm", data={"code": "000000"})
        assert wrong.status_code == 400 and secret[:4] in wrong.text
        code = pyotp.TOTP(secret).generate_otp(house.parts.now_ms() // 30_000)
        done = await browser.post("/settings/security/app/confirm", data={"code": code})
        codes = re.findall(r"<code>([a-z2-7]{4}(?:-[a-z2-7]{4}){3})</code>", done.text)
        assert len(codes) == 10
        page = (await browser.get("/settings/security")).text
        assert not any(each in page for each in codes) and secret[:4] not in page
        assert 'minlength="8"' in page
        short = {"password": "odd rhino"}
        assert (await browser.post("/settings/security/password", data=short)).status_code == 303
        # A password that is good beside a second factor only keeps it from being removed.
        assert (await browser.post("/settings/security/app/remove")).status_code == 409
        long = {"password": "nine green frogs at dawn"}
        assert (await browser.post("/settings/security/password", data=long)).status_code == 303
        assert (await browser.post("/settings/security/app/remove")).status_code == 303
    async with house.parts.database.reading() as connection:
        standing = await authenticators.standing_of(connection, ada.id)
    assert not standing.second_factor and standing.recovery_codes == 0


@pytest.mark.parametrize("role", ["admin", "moderator"])
async def test_staff_with_a_password_set_up_a_second_factor_before_anything_else(house, role):
    await house.person("boss", role)
    async with house.browser() as browser:
        assert (await house.sign_in(browser, "boss")).headers["location"] == "/settings/security"
        for path in ("/settings/profile", "/settings/data"):
            sent = await browser.get(path)
            assert sent.headers["location"].startswith("/settings/security")
        script = {"Accept": "application/json"}
        refused = await browser.post("/api/spaces", json={"title": "x"}, headers=script)
        assert refused.status_code == 409 and "second factor" in refused.json()["sentence"]
        page = (await browser.post("/settings/security/app")).text
        secret = re.search(r"<code>((?:[A-Z2-7]{4} ?){8})</code>", page)[1].replace(" ", "")
        code = pyotp.TOTP(secret).generate_otp(house.parts.now_ms() // 30_000)
        await browser.post("/settings/security/app/confirm", data={"code": code})
        assert (await browser.get("/settings/profile")).status_code == 200


async def test_sessions_are_listed_with_their_device_and_ended(house):
    ada = await house.person("ada")
    await house.person("eve")
    async with house.browser("198.51.100.7", **{"User-Agent": "Opera <x>"}) as there:
        await house.sign_in(there, "ada")
        async with house.browser() as here, house.browser() as eve:
            await house.sign_in(here, "ada")
            await house.sign_in(eve, "eve")
            page = (await here.get("/settings/sessions")).text
            assert "Opera &lt;x&gt;" in page and "198.51.100.7" in page
            number = re.search(r'name="id" value="([\w-]+)"', page)[1]
            end = "/settings/sessions/end"
            assert (await eve.post(end, data={"id": number})).status_code == 404
            assert (await there.get("/settings/profile")).status_code == 200
            assert (await here.post(end, data={"id": number})).status_code == 303
            assert (await there.get("/settings/profile")).status_code == 401
            await house.sign_in(there, "ada")
            assert (await here.post("/settings/sessions/end-others")).status_code == 303
            assert (await there.get("/settings/profile")).status_code == 401
    async with house.parts.database.reading() as connection:
        left = await sessions.sessions_of(connection, ada.id, house.parts.now_ms())
    assert len(left) == 1


async def test_when_a_session_was_seen_is_written_now_and_then(house):
    ada = await house.person("ada")

    async def seen() -> int:
        async with house.parts.database.reading() as connection:
            found = await sessions.sessions_of(connection, ada.id, house.parts.now_ms())
        return found[0].seen_ms

    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        first = await seen()
        await browser.get("/settings/profile")
        assert await seen() == first
        house.later(TOUCH_MS + 1000)
        await browser.get("/settings/profile")
        assert await seen() >= first + TOUCH_MS
        house.later(31 * DAY_MS)
        assert (await browser.get("/settings/profile")).status_code == 401


async def test_a_token_is_made_shown_once_and_revoked(house):
    await house.person("ada", "host")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        made = await browser.post("/settings/sessions/tokens", data={"label": "my <script>"})
        token = re.search(r"<code>(rsta_[\w-]+)</code>", made.text)[1]
        page = (await browser.get("/settings/sessions")).text
        assert "my &lt;script&gt;" in page and token not in page
        async with house.square.client(token) as program:
            assert (await program.post("/api/spaces", json={"title": "x"})).status_code == 201
            number = re.search(r'name="id" value="([0-9a-f]{64})"', page)[1]
            revoke = "/settings/sessions/tokens/revoke"
            assert (await browser.post(revoke, data={"id": number})).status_code == 303
            assert (await browser.post(revoke, data={"id": number})).status_code == 404
            assert (await program.post("/api/spaces", json={"title": "x"})).status_code == 401


async def test_a_token_does_not_change_how_one_signs_in(house):
    await house.person("ada")
    token = await house.square.token("ada")
    async with house.square.client(token) as program:
        for path in ("security/password", "security/app", "sessions/tokens", "data/leave"):
            answer = await program.post(f"/settings/{path}", data={"password": "x" * 20})
            assert answer.status_code == 409, path


async def test_sign_out_ends_the_session(house):
    await house.person("ada")
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        kept = dict(browser.cookies)
        await browser.post("/sign-out")
        browser.cookies.update(kept)
        assert (await browser.get("/settings/profile")).status_code == 401


@pytest.mark.parametrize(
    "answer",
    [
        b"", b"[]", b"{", b"[" * 5000, b'{"id": 5}', b'{"id": "x"}', b'{"id": "x", "response": 5}',
        b'{"id": "x", "response": {"clientDataJSON": "AAAA"}}',
        b'{"credential": {"response": {"clientDataJSON": "eyJjaGFsbGVuZ2UiOiAiZUEifQ"}}}',
    ],
)  # fmt: skip
async def test_what_no_passkey_says_is_refused(house, answer):
    await house.person("ada")
    async with house.browser(Accept="application/json") as browser:
        await house.sign_in(browser, "ada")
        for path in (
            "/sign-in/passkey", "/settings/security/again/passkey", "/settings/security/passkeys",
        ):  # fmt: skip
            refused = await browser.post(path, content=answer)
            assert refused.status_code in (400, 401), (path, refused.text)
            assert set(refused.json()) == {"error", "sentence"}
