"""What people do with their accounts, on both databases."""

from __future__ import annotations

import asyncio

import pyotp
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import insert

from rostra.charter.choices import Charter
from rostra.errors import BadInput, Conflict, Gone, NotFound
from rostra.people import (
    access,
    actions,
    authenticators,
    editing,
    exports,
    leaving,
    mail_links,
    passwords,
    queries,
    sessions,
    signup,
)
from rostra.people.rules import DAY_MS, HOUR_MS, SESSION_MS, checked_text
from rostra.people.sessions import MOST_SESSIONS, Device
from rostra.people.signup import Newcomer
from rostra.people.tables import api_tokens, applications

NOW = 1_700_000_000_000
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


@given(st.integers(10**12, 2 * 10**12), st.integers(-90_000, 90_000))
def test_a_code_is_good_for_its_step_and_the_two_beside_it(now: int, off: int) -> None:
    code = pyotp.TOTP(SECRET).generate_otp((now + off) // 30_000)
    step = (now + off) // 30_000
    found = authenticators.steps_of(SECRET, f" {code[:3]} {code[3:]}", now)
    assert (step in found) is (abs(step - now // 30_000) <= 1)


@given(st.text(max_size=60))
def test_no_code_is_no_trouble(code: str) -> None:
    assert isinstance(authenticators.steps_of(SECRET, code, NOW), list)


@given(st.text(max_size=300))
def test_text_of_several_lines_is_tidied_the_same_twice(text: str) -> None:
    once = checked_text(text, "text", 300)
    assert checked_text(once, "text", 300) == once and "\r" not in once and "\n\n\n" not in once


@given(st.text(max_size=300))
def test_an_address_is_one_or_is_refused(text: str) -> None:
    try:
        email = signup.checked_email(text)
    except BadInput:
        return
    assert email.count("@") == 1 and email.isascii() and not any(c.isspace() for c in email)


async def test_of_two_who_type_the_same_code_one_gets_in(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=NOW)
        secret = await authenticators.begin(connection, ada.id)
        assert await authenticators.begin(connection, ada.id) == secret
        code = pyotp.TOTP(secret).generate_otp(NOW // 30_000)
        assert not await authenticators.use_code(connection, ada.id, code, NOW)  # not confirmed
        await authenticators.confirm(connection, ada.id, code, NOW)
        (recovery, *_) = await authenticators.new_recovery_codes(connection, ada.id)
        with pytest.raises(Conflict):
            await authenticators.begin(connection, ada.id)

    async def use(how, code: str, now: int) -> bool:
        async with database.writing() as connection:
            return await how(connection, ada.id, code, now)

    later = NOW + HOUR_MS
    code = pyotp.TOTP(secret).generate_otp(later // 30_000)
    app = [use(authenticators.use_code, code, later) for _ in range(3)]
    paper = [use(authenticators.use_recovery_code, recovery, later) for _ in range(3)]
    assert sum(await asyncio.gather(*app)) == 1
    assert sum(await asyncio.gather(*paper)) == 1


async def test_an_invitation_for_one_is_used_by_one(database) -> None:
    async with database.writing() as connection:
        boss = await actions.add_person(connection, "boss", role="admin", now_ms=NOW)
        made = await signup.make_invite(connection, boss, uses=1, days=1, now_ms=NOW)
        with pytest.raises(BadInput):
            await signup.make_invite(connection, boss, uses=0, days=1, now_ms=NOW)
    charter = Charter(registrations="invitation")

    async def join(handle: str) -> bool:
        wish = signup.checked_newcomer(charter, Newcomer(handle, code=made.code))
        try:
            async with database.writing() as connection:
                await signup.sign_up(connection, charter, wish, "hash", NOW)
        except NotFound:
            return False
        return True

    assert sorted(await asyncio.gather(*(join(f"n{n}") for n in range(3)))) == [False, False, True]
    async with database.reading() as connection:
        assert await signup.invites(connection, NOW) == []
        assert len(await queries.everybody(connection)) == 2


async def test_a_handle_or_an_address_that_is_taken_is_said_to_be(database) -> None:
    charter = Charter(registrations="open")
    for said, error in (
        (Newcomer("ada", email="ada@example.org"), None),
        (Newcomer("ada"), Conflict),
        (Newcomer("eve", email="ada@EXAMPLE.org"), Conflict),
    ):
        wish = signup.checked_newcomer(charter, said)
        if error is None:
            async with database.writing() as connection:
                await signup.sign_up(connection, charter, wish, "hash", NOW)
        else:
            with pytest.raises(error):
                async with database.writing() as connection:
                    await signup.sign_up(connection, charter, wish, "hash", NOW)


async def test_sessions_are_few_and_end(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=NOW)
        first = await sessions.begin_session(connection, ada.id, Device("a\0b", "::1"), NOW)
        for n in range(MOST_SESSIONS):
            last = await sessions.begin_session(connection, ada.id, Device(), NOW + 1 + n)
        assert await sessions.by_secret(connection, first, NOW + 99) is None
        found = await sessions.by_secret(connection, last, NOW + 99)
        assert found is not None and found[0] == ada
        assert await sessions.end_others(connection, ada.id, found[1].id) == MOST_SESSIONS - 1
        with pytest.raises(NotFound):
            await sessions.end_one(connection, "somebody else", found[1].id)
        assert await sessions.by_secret(connection, last, NOW + SESSION_MS + 99) is None
        await sessions.end_one(connection, ada.id, found[1].id)
        assert await sessions.sessions_of(connection, ada.id, NOW + 99) == []


async def test_an_application_is_listed_once_and_revoked_whole(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=NOW)
        await actions.make_token(connection, "ada", now_ms=NOW, label="mine")
        await connection.execute(
            insert(applications).values(
                id="app", client_id="c", secret_fingerprint="s", name="Tusky", redirect_uris=[],
                scopes="read", created_ms=NOW,
            )
        )  # fmt: skip
        for n in range(2):
            await connection.execute(
                insert(api_tokens).values(
                    fingerprint=str(n), account_id=ada.id, label="Tusky", created_ms=NOW + n,
                    application_id="app", scopes="read",
                )
            )  # fmt: skip
        found = await access.access_of(connection, ada.id)
        assert [(each.label, each.is_application) for each in found] == [
            ("Tusky", True), ("mine", False),
        ]  # fmt: skip
        with pytest.raises(NotFound):
            await access.revoke(connection, "somebody else", "app")
        await access.revoke(connection, ada.id, "app")
        assert [each.label for each in await access.access_of(connection, ada.id)] == ["mine"]


async def test_a_letters_link_is_used_once_by_its_purpose(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=NOW)
        old = await mail_links.make_mail_link(connection, ada.id, "reset", "a@b.example", NOW)
        new = await mail_links.make_mail_link(connection, ada.id, "reset", "a@b.example", NOW)
        for secret, purpose in ((old, "reset"), (new, "confirm"), ("", "reset")):
            with pytest.raises(NotFound):
                await mail_links.use_up(connection, secret, purpose, NOW)
        with pytest.raises(Gone):
            await mail_links.use_up(connection, new, "reset", NOW + HOUR_MS)
        assert (await mail_links.use_up(connection, new, "reset", NOW)).account_id == ada.id
        with pytest.raises(Gone):
            await mail_links.use_up(connection, new, "reset", NOW)


async def test_leaving_is_taken_back_by_signing_in_and_else_forgets(database) -> None:
    async with database.writing() as connection:
        ada = await actions.add_person(connection, "ada", now_ms=NOW)
        await passwords.set_password(connection, ada.id, "hash", NOW, length=8)
        await editing.set_email(connection, ada, "ada@example.org")
        assert await passwords.is_short(connection, ada.id)
        await exports.ask_for_export(connection, ada, NOW)
        with pytest.raises(Conflict):
            await exports.ask_for_export(connection, ada, NOW)
        await leaving.leave(connection, ada, NOW)
        assert await leaving.still_leaves(connection, ada.id)
        await sessions.begin_session(connection, ada.id, Device(), NOW + DAY_MS)
        assert not await leaving.still_leaves(connection, ada.id)
        await leaving.leave(connection, ada, NOW)
        assert await leaving.forget(connection, ada.id) == ([], [])
        with pytest.raises(Gone):
            await sessions.begin_session(connection, ada.id, Device(), NOW)
        with pytest.raises(NotFound):
            await actions.make_link(connection, "ada", now_ms=NOW)
        assert await passwords.stored_for(connection, ada.id) is None
        assert (await editing.own(connection, ada.id)).email is None
