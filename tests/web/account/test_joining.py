"""Signing up as the operator chose, and letters where there is a mail server."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field, replace
from email import message_from_string, policy

import pytest

from rostra.chores.queue import turn_crank
from rostra.people import editing, queries, signup
from rostra.people.rules import DAY_MS, HOUR_MS
from rostra.settings import SmtpServer
from rostra.web.account.chores import doers


def newcomer(handle: str = "newton", **more: str) -> dict[str, str]:
    return {"handle": handle, "name": "", "password": "four unrelated little words"} | more


async def account(house, handle: str):
    async with house.parts.database.reading() as connection:
        return await queries.by_handle(connection, handle)


async def test_open_registrations_let_anybody_in_at_once(house):
    await house.choose(registrations="open")
    async with house.browser() as browser:
        assert 'name="code"' not in (await browser.get("/sign-up")).text
        answer = await browser.post("/sign-up", data=newcomer("Newton"))
        assert answer.status_code == 303
        assert (await browser.get("/settings/profile")).status_code == 200
        assert (await browser.post("/sign-up", data=newcomer())).status_code == 409
    made = await account(house, "newton")
    assert (made.role, made.state) == ("member", "active")
    async with house.browser() as browser:
        answer = await house.sign_in(browser, "newton", "four unrelated little words")
        assert answer.status_code == 303


async def test_new_people_host_where_the_operator_says_so(house):
    await house.choose(registrations="open", new_people_may_host=True)
    async with house.browser() as browser:
        await browser.post("/sign-up", data=newcomer())
    assert (await account(house, "newton")).role == "host"


async def test_approval_waits_for_an_administrator(house):
    await house.choose(registrations="approval")
    boss = await house.square.account("boss", "admin")
    token = await house.square.token("boss")
    async with house.browser() as browser:
        assert (await browser.post("/sign-up", data=newcomer())).status_code == 400  # no plea
        plea = "I like <b>owls</b>"
        for handle in ("newton", "eve"):
            answer = await browser.post("/sign-up", data=newcomer(handle, plea=plea))
            assert answer.status_code == 200 and "rostra_session" not in browser.cookies
        await house.sign_in(browser, "newton", "four unrelated little words")
        refused = await browser.get("/settings/profile")
        assert refused.status_code == 403 and "approve" in refused.text
    async with house.square.client(token) as admin:
        admin.headers["Accept"] = "text/html"
        page = (await admin.get("/settings/newcomers")).text
        assert "I like &lt;b&gt;owls&lt;/b&gt;" in page and "@eve" in page
        for act, handle in (("approve", "newton"), ("refuse", "eve")):
            answer = await admin.post(f"/settings/newcomers/{act}", data={"handle": handle})
            assert answer.status_code == 303
            answer = await admin.post(f"/settings/newcomers/{act}", data={"handle": handle})
            assert answer.status_code == 404
    assert (await account(house, "newton")).state == "active"
    assert await account(house, "eve") is None and boss.may_act


async def test_an_invitation_is_good_for_so_many_people_and_so_long(house):
    boss = await house.square.account("boss", "admin")
    async with house.parts.database.writing() as connection:
        now = house.parts.now_ms()
        made = await signup.make_invite(connection, boss, uses=2, days=1, now_ms=now)
    async with house.browser() as browser:
        assert made.code in (await browser.get(f"/sign-up?code={made.code}")).text
        assert (await browser.post("/sign-up", data=newcomer())).status_code == 400
        assert (await browser.post("/sign-up", data=newcomer(code="x"))).status_code == 404
        short = await browser.post("/sign-up", data=newcomer(password="short", code=made.code))
        assert short.status_code == 400  # and the code is as good as before
    for handle, status in (("one", 303), ("two", 303), ("three", 404)):
        async with house.browser() as browser:
            house.parts.entrance.sign_ups._used.clear()
            answer = await browser.post("/sign-up", data=newcomer(handle, code=made.code))
            assert answer.status_code == status, answer.text
    async with house.parts.database.writing() as connection:
        old = await signup.make_invite(connection, boss, uses=2, days=1, now_ms=now)
    house.later(DAY_MS)
    async with house.browser() as browser:
        assert (await browser.post("/sign-up", data=newcomer(code=old.code))).status_code == 404


async def test_an_invitation_goes_past_approval(house):
    await house.choose(registrations="approval")
    boss = await house.square.account("boss", "admin")
    async with house.parts.database.writing() as connection:
        now = house.parts.now_ms()
        made = await signup.make_invite(connection, boss, uses=1, days=1, now_ms=now)
    async with house.browser() as browser:
        assert (await browser.post("/sign-up", data=newcomer(code=made.code))).status_code == 303
    assert (await account(house, "newton")).state == "active"


async def test_closed_is_closed(house):
    await house.choose(registrations="closed")
    async with house.browser() as browser:
        page = (await browser.get("/sign-up")).text
        assert "<form" not in page.split("<main")[1].split("</main")[0]
        assert (await browser.post("/sign-up", data=newcomer(code="x"))).status_code == 403


@pytest.mark.parametrize(
    "wrong",
    [
        {"handle": "admin"},
        {"handle": "../x"},
        {"handle": ""},
        {"name": "n" * 81},
        {"password": "fourteen chars"},
        {"password": "x" * 257},
        {"password": "passwordpassword"},
        {"password": "newtonnewtonnewton1"},
        {"email": "not an address"},
        {"email": "a@b\r\nBcc: c@d.example"},
        {"plea": "x" * 501},
    ],
)
async def test_what_cannot_be_is_refused_with_one_sentence(house, wrong):
    await house.choose(registrations="open")
    async with house.browser() as browser:
        answer = await browser.post("/sign-up", data=newcomer() | wrong)
    assert answer.status_code == 400 and 'role="alert"' in answer.text
    assert await account(house, "newton") is None


async def test_five_sign_ups_an_hour_from_one_address(house):
    await house.choose(registrations="open")
    made = []
    for n in range(6):
        async with house.browser() as browser:
            made.append((await browser.post("/sign-up", data=newcomer(f"n{n}"))).status_code)
    assert made == [303] * 5 + [429]


@dataclass
class Post:
    """A mail server that takes every letter (RFC 5321, the least of it)."""

    port: int = 0
    letters: list[str] = field(default_factory=list)

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 post\r\n")
        while line := (await reader.readline()).strip():
            word = line[:4].upper()
            if word == b"DATA":
                writer.write(b"354 go on\r\n")
                letter = await reader.readuntil(b"\r\n.\r\n")
                self.letters.append(letter.decode())
            writer.write(b"221 bye\r\n" if word == b"QUIT" else b"250 yes\r\n")
            if word == b"QUIT":
                break
        writer.close()

    @property
    def last(self):
        return message_from_string(self.letters[-1], policy=policy.default)

    @property
    def link(self) -> str:
        return re.search(r"http://\S+", self.last.get_content())[0].partition("8000")[2]


@pytest.fixture
async def post(house) -> AsyncIterator[Post]:
    made = Post()
    server = await asyncio.start_server(made.serve, "127.0.0.1", 0)
    made.port = server.sockets[0].getsockname()[1]
    smtp = SmtpServer("127.0.0.1", made.port, None, None, False, "rostra@example.org")
    house.parts.settings = replace(house.parts.settings, smtp=smtp)
    yield made
    server.close()
    await server.wait_closed()


async def crank(house) -> int:
    parts = house.parts
    return await turn_crank(parts.database, doers(parts), parts.now_ms())


async def test_an_address_is_confirmed_and_a_password_reset_by_letter(house, post):
    await house.choose(registrations="open", title="The Owlery")
    async with house.browser(**{"Accept-Language": "fr"}) as browser:
        await browser.post("/sign-up", data=newcomer(email="newton@example.org"))
        assert await crank(house) == 1
        assert post.last["To"] == "newton@example.org" and "The Owlery" in post.last["Subject"]
        assert "Bonjour @newton" in post.last.get_content()
        confirm = post.link
        assert (await browser.get(confirm)).status_code == 200
        assert (await browser.post(confirm)).status_code == 200
        assert (await browser.post(confirm)).status_code == 410
    async with house.browser() as browser:
        for who in ("nobody", "newton@example.org"):
            answer = await browser.post("/forgotten", data={"who": who})
            assert answer.status_code == 200 and "on its way" in answer.text
        assert await crank(house) == 1 and await crank(house) == 0
        reset = post.link
        assert (await browser.get(reset)).status_code == 200
        weak = await browser.post(reset, data={"password": "passwordpassword"})
        assert weak.status_code == 400  # and the link is as good as before
        done = await browser.post(reset, data={"password": "another four odd words"})
        assert done.status_code == 303 and "rostra_session" in browser.cookies
        assert (await browser.post(reset, data={"password": "x" * 20})).status_code == 410
        assert (await house.sign_in(browser, "newton", "another four odd words")).status_code == 303
    house.later(HOUR_MS)
    async with house.browser() as browser:
        await browser.post("/forgotten", data={"who": "newton"})
        await crank(house)
        house.later(HOUR_MS)
        assert (await browser.get(post.link)).status_code == 410


async def test_a_letter_waits_while_the_mail_server_is_away(house, post):
    ada = await house.person("ada")
    await house.give(ada, email="ada@example.org", email_confirmed_ms=1)
    away = replace(house.parts.settings.smtp, port=1)
    house.parts.settings = replace(house.parts.settings, smtp=away)
    async with house.browser() as browser:
        await browser.post("/forgotten", data={"who": "ada"})
        assert await crank(house) == 1 and post.letters == []
        back = replace(away, port=post.port)
        house.parts.settings = replace(house.parts.settings, smtp=back)
        house.later(HOUR_MS)
        assert await crank(house) == 1 and len(post.letters) == 1


async def test_without_a_mail_server_a_forgotten_password_is_the_administrators(house):
    async with house.browser() as browser:
        assert "administrator" in (await browser.get("/forgotten")).text
        assert (await browser.post("/forgotten", data={"who": "ada"})).status_code == 404


async def test_whoever_waits_is_told_of_to_those_who_can_let_them_in(house):
    await house.choose(registrations="approval", default_visibility="unlisted", invitation_days=3)
    for handle, role in (("boss", "admin"), ("mo", "moderator"), ("ada", "member")):
        await house.person(handle, role)
    async with house.browser() as browser:
        said = newcomer(plea="Owls", email="n@example.org")
        assert (await browser.post("/sign-up", data=said)).status_code == 200
    for who, told in (("boss", True), ("mo", True), ("ada", False)):
        async with house.square.client(await house.square.token(who)) as client:
            client.headers["Accept"] = "text/html"
            notices = (await client.get("/notices")).text
            assert ('href="/settings/newcomers"' in notices and "newton" in notices) is told
            page = await client.get("/settings/newcomers")
            assert page.status_code == (200 if told else 403)
            assert ("n@example.org" in page.text) is (who == "boss")
            assert ('name="days" type="number" min="1" max="365" value="3"' in page.text) is (
                who == "boss"
            )
            if who == "boss":
                assert "Waiting to be let in: 1" in (await client.get("/admin")).text
            if who == "mo":
                refused = await client.post(
                    "/settings/newcomers/invite", data={"uses": "1", "days": "1"}
                )
                assert refused.status_code == 403
                approved = await client.post(
                    "/settings/newcomers/approve", data={"handle": "newton"}
                )
                assert approved.status_code == 303 and house.parts.chores_added.is_set()
    made = await account(house, "newton")
    async with house.parts.database.reading() as connection:
        assert (await editing.own(connection, made.id)).default_visibility == "unlisted"


async def test_who_is_let_in_at_once_is_no_news(house):
    await house.choose(registrations="open")
    await house.person("boss", "admin")
    async with house.browser() as browser:
        await browser.post("/sign-up", data=newcomer())
    async with house.square.client(await house.square.token("boss")) as client:
        assert (await client.get("/api/v1/notifications")).json() == []
