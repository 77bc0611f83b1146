"""The administration and the first visit, by their forms, as an administrator sees them."""

from __future__ import annotations

import dataclasses

import httpx
import pytest
from sqlalchemy import select, update

from rostra.charter.choices import STEPS, choose, read_charter
from rostra.chores.queue import add_chore
from rostra.chores.tables import chores
from rostra.last_backup import NOTE, LastBackup, dump
from rostra.people import actions
from rostra.people.queries import by_handle
from rostra.programme import manifest as manifests

PAGES = ("/admin", "/admin/charter", "/admin/people", "/admin/storage", "/welcome")


@pytest.fixture
async def boss(square) -> httpx.AsyncClient:
    """A browser in which the administrator has just signed in by a link."""
    await square.account("boss", "admin")
    async with square.parts.database.writing() as connection:
        link = await actions.make_link(connection, "boss", now_ms=square.parts.now_ms())
    async with square.client() as client:
        client.headers["Origin"] = square.parts.settings.public_url
        answer = await client.post(f"/sign-in/{link}")
        assert answer.status_code == 303, answer.text
        yield client


async def _charter(square):
    async with square.parts.database.reading() as connection:
        return await read_charter(connection)


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("path", PAGES)
async def test_every_page_is_shown_in_both_languages(boss, path, language):
    answer = await boss.get(path, headers={"Accept-Language": language})
    assert answer.status_code == 200, answer.text
    assert f'<html lang="{language}">' in answer.text


async def test_the_overview_shows_what_asks_for_something(square, boss):
    before = (await boss.get("/admin")).text
    assert "run rostra backup" in before and "Go on with the first steps" in before
    note = LastBackup(square.parts.now_ms(), 5_000_000, "b.tar")
    (square.parts.places.root / NOTE).write_bytes(dump(note))
    after = (await boss.get("/admin")).text
    assert "0 days ago, 5 MB" in after and "run rostra backup" not in after


async def test_what_was_given_up_is_tried_again_when_the_operator_says_so(square, boss):
    now_ms = square.parts.now_ms()
    async with square.parts.database.writing() as connection:
        await add_chore(connection, "mail", {}, due_ms=0, now_ms=now_ms, subject="ada <&>")
        await connection.execute(update(chores).values(failed_ms=now_ms, tries=10))
    shown = (await boss.get("/admin")).text
    assert "ada &lt;&amp;&gt;" in shown and "tried ten times" in shown
    assert (await boss.post("/admin/chores")).status_code == 303
    async with square.parts.database.reading() as connection:
        row = (await connection.execute(select(chores).where(chores.c.kind == "mail"))).one()
    assert (row.failed_ms, row.tries) == (None, 0)


async def test_choices_are_saved_with_who_chose(square, boss):
    form = {"title": "Agora", "rules": "Be kind.\nSpeak in turn.", "registrations": "open"}
    answer = await boss.post("/admin/charter", data=form)
    assert answer.headers["location"] == "/admin/charter?saved=yes"
    charter = await _charter(square)
    assert (charter.title, charter.rules) == ("Agora", ("Be kind.", "Speak in turn."))
    assert charter.registrations == "open" and not charter.new_people_may_host
    assert (await square.parts.charter()).title == "Agora"  # at once in this process
    assert "@boss" in (await boss.get("/admin/charter")).text


async def test_a_choice_that_cannot_be_is_told_and_what_was_typed_stays(square, boss):
    form = {"title": "<b>Agora</b>", "longest_post": "-3"}
    answer = await boss.post("/admin/charter", data=form)
    assert answer.status_code == 400
    assert "must be a whole number from 100" in answer.text
    assert "&lt;b&gt;Agora" in answer.text and "<b>Agora" not in answer.text
    assert (await _charter(square)).title == "Rostra"


async def test_people_are_found_and_given_roles(square, boss):
    await square.account("ada", "member")
    await square.account("grace", "member")
    found = (await boss.get("/admin/people", params={"q": "AD"})).text
    assert "@ada" in found and "@grace" not in found
    assert "@ada" not in (await boss.get("/admin/people", params={"q": "a%"})).text
    answer = await boss.post("/admin/people/role", data={"handle": "ada", "role": "host"})
    assert answer.status_code == 303, answer.text
    async with square.parts.database.reading() as connection:
        assert (await by_handle(connection, "ada")).role == "host"
    wrong = await boss.post("/admin/people/role", data={"handle": "ada", "role": "king"})
    assert wrong.status_code == 400
    last = await boss.post("/admin/people/role", data={"handle": "boss", "role": "member"})
    assert last.status_code == 409


async def test_a_recording_is_removed_after_a_question_and_never_while_it_is_made(square, boss):
    owner = await square.account("owner")
    await square.space(owner, "hall")
    places = square.parts.places
    files = places.log("hall", "p", "opus")
    for path in files:
        path.write_bytes(b"x" * 10_000)
    refused = await boss.post("/admin/storage/remove", data={"slug": "hall"})
    assert refused.status_code == 409 and files[0].exists()
    manifests.update(
        places.manifest("hall"),
        lambda now: dataclasses.replace(now, phase="ended", replay=True, programme="p"),
    )
    assert "hall" in (await boss.get("/admin/storage")).text
    asked = await boss.get("/admin/storage/remove", params={"slug": "hall"})
    assert "cannot be brought back" in asked.text and files[0].exists()
    assert (await boss.post("/admin/storage/remove", data={"slug": "hall"})).status_code == 303
    assert not any(path.exists() for path in files)
    assert manifests.read(places.manifest("hall")).replay is False
    for slug in ("nowhere", "../../etc", ""):
        answer = await boss.post("/admin/storage/remove", data={"slug": slug})
        assert answer.status_code in (400, 404)


async def test_the_first_visit_goes_through_three_steps_of_which_each_may_wait(square, boss):
    assert "Name of the square" in (await boss.get("/welcome")).text
    named = await boss.post(
        "/welcome", data={"step": "name", "title": "Agora", "rules": "Be kind."}
    )
    assert named.status_code == 303
    assert "Who may come?" in (await boss.get("/welcome")).text
    later = {"step": "people", "later": "yes", "registrations": "open"}
    await boss.post("/welcome", data=later)
    last = (await boss.get("/welcome")).text
    assert "Make my account safe" in last and "/settings/security" in last
    await boss.post("/welcome", data={"step": "safety"})
    charter = await _charter(square)
    assert (charter.title, charter.registrations, charter.welcomed) == (
        "Agora",
        "invitation",
        STEPS,
    )
    assert "All three steps are done" in (await boss.get("/welcome")).text
    assert "Who may come?" in (await boss.get("/welcome", params={"step": "people"})).text
    assert "Go on with the first steps" not in (await boss.get("/admin")).text


async def test_a_step_that_cannot_be_says_why_and_is_not_done(square, boss):
    answer = await boss.post("/welcome", data={"step": "name", "title": " "})
    assert answer.status_code == 400 and "The title is empty" in answer.text
    assert (await boss.post("/welcome", data={"step": "x"})).status_code == 400
    assert (await _charter(square)).welcomed == ()


async def test_without_a_mail_server_no_letter_can_be_tried(boss):
    answer = await boss.post("/welcome/letter")
    assert answer.status_code == 409 and "mail server" in answer.text
    assert "everything works without" in (await boss.get("/welcome?step=people")).text


async def test_the_administrators_first_link_leads_to_the_first_steps_until_they_are_done(square):
    await square.account("boss", "admin")
    await square.account("ada", "host")
    first, later, adas = [
        await _signed_in(square, who, done)
        for who, done in (("boss", ()), ("boss", STEPS), ("ada", ()))
    ]
    assert (first, later, adas) == ("/welcome", "/", "/")


async def _signed_in(square, who: str, done: tuple[str, ...]) -> str:
    """Where they are led."""
    async with square.parts.database.writing() as connection:
        link = await actions.make_link(connection, who, now_ms=square.parts.now_ms())
        await choose(connection, {"welcomed": done}, by=None, now_ms=1)
    square.parts.kept_charter.forget()
    async with square.client() as client:
        client.headers["Origin"] = square.parts.settings.public_url
        return (await client.post(f"/sign-in/{link}")).headers["location"]
