"""Signing in with a password: who gets in, what strangers learn, how often anybody may guess."""

from __future__ import annotations

import asyncio
import threading

import pyotp
import pytest

from rostra.people import authenticators, queries
from rostra.people.guesses import MOST_IN_HOUR
from rostra.people.hashing import Hashing
from rostra.people.passwords import stored_for
from rostra.people.rules import HOUR_MS
from rostra.testing.patience import in_time


async def test_the_right_password_signs_in_and_the_session_is_new(house):
    await house.person("ada")
    async with house.browser() as browser:
        browser.cookies.set("rostra_session", "planted-by-somebody-else")
        answer = await house.sign_in(browser, "@Ada")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert "planted-by-somebody-else" not in answer.headers["set-cookie"]
        assert "ada" in (await browser.get("/settings/profile")).text


async def test_nobody_learns_whether_there_is_such_a_person(house):
    await house.person("ada")
    await house.square.account("bare")
    hashing = house.parts.entrance.hashing
    said = []
    for who in ("ada", "nobody", "bare", "x@y.example", "", "@", "a\0b", "é" * 400):
        async with house.browser() as browser:
            before = hashing.done
            answer = await house.sign_in(browser, who, "a wrong long password")
            assert hashing.done == before + 1, who
            said.append((answer.status_code, "do not go together" in answer.text))
    assert set(said) == {(401, True)}


async def test_ten_guesses_an_hour_then_not_even_the_right_one_from_elsewhere(house):
    ada = await house.person("ada")
    async with house.browser() as owner:
        assert (await house.sign_in(owner, "ada")).status_code == 303
        owner.cookies.delete("rostra_session")
        for n in range(MOST_IN_HOUR):
            async with house.browser(f"192.0.2.{n}") as guesser:
                assert (
                    await house.sign_in(guesser, "ada", f"a wrong password {n}")
                ).status_code == 401
        async with house.browser("192.0.2.99") as guesser:
            before = house.parts.entrance.hashing.done
            refused = await house.sign_in(guesser, "ada")
            assert refused.status_code == 429 and int(refused.headers["retry-after"]) > 3000
            assert house.parts.entrance.hashing.done == before  # and costs nothing
        # The owner, on a device that signed in before, is not locked out by all that.
        assert (await house.sign_in(owner, "ada")).status_code == 303
    async with house.parts.database.reading() as connection:
        stored = await stored_for(connection, ada.id)
    assert stored is not None and stored.guesses.in_a_row == 0


async def test_an_owner_who_signs_in_gives_nobody_new_guesses(house):
    await house.person("ada")
    tried = []
    async with house.browser() as owner:
        for n in range(4):
            assert (await house.sign_in(owner, "ada")).status_code == 303
            owner.cookies.delete("rostra_session")
            for m in range(4):
                async with house.browser(f"192.0.2.{n}") as guesser:
                    answer = await house.sign_in(guesser, "ada", f"a wrong password {n} {m}")
                    tried.append(answer.status_code)
    assert tried.count(401) == MOST_IN_HOUR


async def test_the_right_password_is_no_guess(house):
    await house.person("ada")
    for n in range(MOST_IN_HOUR + 5):
        async with house.browser(f"192.0.2.{n}") as browser:
            assert (await house.sign_in(browser, "ada")).status_code == 303


async def test_guesses_at_nobody_end_like_guesses_at_somebody(house):
    for n in range(MOST_IN_HOUR + 1):
        async with house.browser(f"192.0.2.{n}") as guesser:
            answer = await house.sign_in(guesser, "nobody", "a wrong long password")
    assert answer.status_code == 429


async def test_of_many_guesses_at_the_same_time_ten_are_tried(house):
    await house.person("ada")

    async def guess(n: int) -> int:
        async with house.browser(f"192.0.2.{n}") as guesser:
            return (await house.sign_in(guesser, "ada", f"a wrong password {n}")).status_code

    statuses = await asyncio.gather(*(guess(n) for n in range(25)))
    assert statuses.count(401) == MOST_IN_HOUR and statuses.count(429) == 15


async def test_a_hundred_wrong_in_a_row_ask_for_more_than_a_password(house):
    ada = await house.person("ada")
    async with house.parts.database.writing() as connection:
        from sqlalchemy import update

        from rostra.people.tables import passwords

        await connection.execute(update(passwords).values(wrong_in_a_row=100))
    house.later(48 * HOUR_MS)
    async with house.browser() as browser:
        refused = await house.sign_in(browser, "ada")
        assert refused.status_code == 429 and "passkey" in refused.text
        from rostra.people import actions

        async with house.parts.database.writing() as connection:
            secret = await actions.make_link(connection, "ada", now_ms=house.parts.now_ms())
        assert (await browser.post(f"/sign-in/{secret}")).status_code == 303
    async with house.browser() as browser:
        assert (await house.sign_in(browser, "ada")).status_code == 303
    assert ada.may_act


async def test_a_device_that_is_known_has_its_own_ten_guesses(house):
    await house.person("ada")
    async with house.browser() as owner:
        await house.sign_in(owner, "ada")
        owner.cookies.delete("rostra_session")
        for n in range(MOST_IN_HOUR):
            assert (await house.sign_in(owner, "ada", f"a wrong password {n}")).status_code == 401
        assert (await house.sign_in(owner, "ada")).status_code == 429
    async with house.browser() as other:
        assert (await house.sign_in(other, "ada")).status_code == 303


async def test_the_mark_of_a_device_is_good_for_its_account_only(house):
    await house.person("ada")
    await house.person("eve")
    async with house.browser("192.0.2.1") as eve:
        await house.sign_in(eve, "eve")
        eve.cookies.delete("rostra_session")
        tried = [
            (await house.sign_in(eve, "ada", f"wrong password {n}")).status_code for n in range(11)
        ]
    assert tried == [401] * 10 + [429]


async def test_twenty_five_tries_of_one_address_or_64_in_five_minutes(house):
    tried = []
    for n in range(26):
        async with house.browser(f"2001:db8:1:2::{n + 1:x}") as browser:
            tried.append(
                (await house.sign_in(browser, f"person{n}", "a wrong password")).status_code
            )
    assert tried == [401] * 25 + [429]
    async with house.browser("2001:db8:1:3::1") as browser:
        assert (await house.sign_in(browser, "other", "a wrong password")).status_code == 401


async def test_who_asks_is_believed_of_trusted_proxies_only(house):
    from dataclasses import replace
    from ipaddress import ip_network

    for trusted, last in ((False, 429), (True, 401)):
        networks = (ip_network("127.0.0.1/32"),) if trusted else ()
        house.parts.settings = replace(house.parts.settings, trusted_proxies=networks)
        for n in range(26):
            header = {"X-Forwarded-For": f"203.0.113.{n}"}
            async with house.browser(**header) as browser:
                tried = await house.sign_in(browser, f"p{n}-{trusted}", "a wrong password")
        assert tried.status_code == last


class Held:
    """Hashes as argon2's hasher does, once it is let go on."""

    def __init__(self) -> None:
        self.go_on = threading.Event()

    def hash(self, password: str) -> str:
        return "x"

    def verify(self, stored: str, password: str) -> bool:
        return self.go_on.wait(10)


async def test_a_full_queue_is_said_at_once_and_counts_no_guess(house):
    ada = await house.person("ada")
    held = Held()
    house.parts.entrance.hashing = Hashing(held, most_waiting=0)
    async with house.browser() as one, house.browser() as two:
        first = asyncio.create_task(house.sign_in(one, "nobody"))
        await in_time(lambda: house.parts.entrance.hashing.done == 1)
        answer = await house.sign_in(two, "ada")
        held.go_on.set()
        assert (await first).status_code == 401
    assert answer.status_code == 503 and answer.headers["retry-after"] == "5"
    async with house.parts.database.reading() as connection:
        stored = await stored_for(connection, ada.id)
    assert stored is not None and stored.guesses.in_a_row == 0


async def test_a_second_factor_is_asked_for_and_no_code_works_twice(house):
    ada = await house.person("ada", password="short but second")
    async with house.parts.database.writing() as connection:
        secret = await authenticators.begin(connection, ada.id)
        early = house.parts.now_ms() - 60_000
        await authenticators.confirm(
            connection, ada.id, pyotp.TOTP(secret).generate_otp(early // 30_000), early
        )
        codes = await authenticators.new_recovery_codes(connection, ada.id)
    code = pyotp.TOTP(secret).generate_otp(house.parts.now_ms() // 30_000)

    async with house.browser() as browser:
        assert (await browser.get("/sign-in/second")).headers["location"] == "/sign-in"
        answer = await house.sign_in(browser, "ada", "short but second")
        assert answer.headers["location"] == "/sign-in/second"
        assert "rostra_session" not in browser.cookies
        assert (await browser.get("/sign-in/second")).status_code == 200
        wrong = await browser.post("/sign-in/second", data={"code": "000 000"})
        assert wrong.status_code == 401
        right = await browser.post("/sign-in/second", data={"code": f"{code[:3]} {code[3:]}"})
        assert right.status_code == 303 and "rostra_session" in browser.cookies
    async with house.browser() as browser:
        await house.sign_in(browser, "ada", "short but second")
        again = await browser.post("/sign-in/second", data={"code": code})
        assert again.status_code == 401
        assert (
            await browser.post("/sign-in/second", data={"code": codes[0].upper()})
        ).status_code == 303
    async with house.browser() as browser:
        await house.sign_in(browser, "ada", "short but second")
        assert (await browser.post("/sign-in/second", data={"code": codes[0]})).status_code == 401


async def test_codes_are_counted_like_passwords(house):
    ada = await house.person("ada")
    async with house.parts.database.writing() as connection:
        secret = await authenticators.begin(connection, ada.id)
        now = house.parts.now_ms()
        await authenticators.confirm(
            connection, ada.id, pyotp.TOTP(secret).generate_otp(now // 30_000), now
        )
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        tried = [
            (await browser.post("/sign-in/second", data={"code": f"{n:06}"})).status_code
            for n in range(MOST_IN_HOUR)
        ]
    assert tried == [401] * MOST_IN_HOUR


async def test_after_signing_in_one_goes_on_to_where_one_wanted(house):
    await house.person("ada")
    for wanted, there in (
        ("/spaces/town-hall/stage", "/spaces/town-hall/stage"),
        ("/oauth/authorize?client_id=1&redirect_uri=app%3A%2F%2Fx", None),
        ("//evil.example/x", "/"),
        ("https://evil.example", "/"),
        ("/\\evil.example", "/"),
        ("", "/"),
    ):
        async with house.browser() as browser:
            browser.cookies.set("rostra_wanted", wanted)
            answer = await house.sign_in(browser, "ada")
            assert answer.headers["location"] == (there or wanted)


@pytest.mark.parametrize("password", ["", "x" * 5000, "with a bell \a", "lone \ud800"])
async def test_what_cannot_be_a_password_is_refused(house, password):
    await house.person("ada")
    async with house.browser() as browser:
        body = "who=ada&password=" + "".join(
            f"%{byte:02x}" for byte in password.encode("utf-8", "surrogatepass")
        )
        answer = await browser.post(
            "/sign-in",
            content=body,
            headers={"Content-Type": "application/x-www-form-urlencoded"},
        )
    assert answer.status_code in (400, 401, 413)


async def test_an_address_that_is_confirmed_does_as_well_as_the_handle(house):
    ada = await house.person("ada")
    await house.give(ada, email="Ada@example.org")
    async with house.browser() as browser:
        assert (await house.sign_in(browser, "Ada@Example.ORG")).status_code == 401
        await house.give(ada, email_confirmed_ms=1)
        assert (await house.sign_in(browser, "Ada@Example.ORG")).status_code == 303


async def test_whoever_made_a_space_by_token_owns_it_by_account(house):
    """`rostra people token NAME`, a Space with it, then the same person signs in."""
    ada = await house.person("ada", "host")
    token = await house.square.token("ada")
    async with house.square.client(token) as program:
        made = await program.post("/api/spaces", json={"title": "Town hall", "slug": "town-hall"})
    assert made.status_code == 201
    async with house.browser() as browser:
        await house.sign_in(browser, "ada")
        assert "/spaces/town-hall/stage" in (await browser.get("/")).text
        headers = {"Accept": "application/json"}
        opened = await browser.post("/api/spaces/town-hall/open", headers=headers)
        assert opened.status_code == 200
    async with house.parts.database.reading() as connection:
        assert (await queries.by_handle(connection, "ada")) == ada
    await house.person("eve", "host")
    async with house.browser() as browser:
        await house.sign_in(browser, "eve")
        assert (await browser.post("/api/spaces/town-hall/end")).status_code == 403
