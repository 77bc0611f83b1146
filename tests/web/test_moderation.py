"""The pages of moderation, for everybody, for those concerned, and for moderators."""

from __future__ import annotations

import re

import pytest
from sqlalchemy import insert

from rostra.ids import sortable_id
from rostra.moderation import actions, queries
from rostra.moderation.targets import Target
from rostra.rooms import actions as rooms
from rostra.square.tables import posts
from rostra.web.acting import acting

ORIGIN = {"Origin": "http://127.0.0.1:8000"}
PAGE = {"Accept": "text/html"}


@pytest.fixture
async def cast(square):
    roles = {"ada": "member", "eve": "host", "mo": "moderator", "boss": "admin"}
    return {handle: await square.account(handle, role) for handle, role in roles.items()}


async def post(square, author, text) -> int:
    made = sortable_id(square.parts.now_ms())
    async with acting(square.parts) as act:
        await act.connection.execute(
            insert(posts).values(
                id=made, author_id=author.id, visibility="public", text=text, attached={},
                thread_id=made, created_ms=act.now_ms,
            )
        )  # fmt: skip
    return made


async def client(square, handle=None):
    found = square.client(await square.token(handle) if handle else None)
    found.headers.update(ORIGIN | PAGE)
    return found


async def all_reports(square, by):
    async with square.parts.database.reading() as connection:
        return await queries.queue(connection, by, "open")


async def test_from_the_form_to_the_removed_post(square, cast):
    """As somebody who reports, a moderator, and whom it is about see it."""
    number = await post(square, cast["eve"], "rude <b>words</b>")
    async with await client(square, "ada") as ada, await client(square, "mo") as mo:
        form = await ada.get(f"/report?post={number}")
        assert "rude &lt;b&gt;words" in form.text and f'value="{number}" checked' in form.text
        said = {"account": "eve", "post": str(number), "category": "violation", "comment": "See."}
        sent = await ada.post("/report", data=said)
        assert (sent.status_code, sent.headers["location"]) == (303, "/report?sent")
        assert "Thank you" in (await ada.get("/report?sent")).text
        [report] = await all_reports(square, cast["mo"])
        assert "Open (1)" in (await mo.get("/moderation")).text
        shown = await mo.get(f"/moderation/reports/{report.id}")
        assert "rude &lt;b&gt;words" in shown.text and "See." in shown.text
        await mo.post(f"/moderation/reports/{report.id}", data={"move": "take"})
        assert "@eve" in (await mo.get("/moderation?list=mine")).text
        done = await mo.post("/moderation/acts", data={
            "do": "post:remove", "handle": "eve", "post": str(number), "report": str(report.id),
            "reason": "Rude words.", "resolve": "yes",
        })  # fmt: skip
        assert done.headers["location"] == f"/moderation/reports/{report.id}"
        assert "Settled (1)" in (await mo.get("/moderation?list=resolved")).text
        assert "Rude words." in (await mo.get("/moderation/record?act=remove&by=mo")).text
        assert (await ada.get(f"/report?post={number}")).status_code == 404
        own = (await ada.get("/settings/reports")).text
        assert "Moderators looked at it" in own and "mo" not in re.findall(r"@(\w+)", own)
    async with await client(square, "eve") as eve:
        told = (await eve.get("/settings/standing")).text
        assert "Rude words." in told and "@mo" not in told


async def test_strangers_report_and_are_limited_by_their_address(square, cast):
    async with await client(square) as stranger:
        assert "eve" in (await stranger.get("/report?account=eve")).text
        statuses = [
            (await stranger.post("/report", data={"account": "eve", "comment": str(n)})).status_code
            for n in range(6)
        ]
    assert statuses == [303] * 5 + [429]
    assert {each.reporter_id for each in await all_reports(square, cast["mo"])} == {None}


async def test_a_suspension_is_felt_on_the_next_request_and_lifted(square, cast):
    async with await client(square, "eve") as eve, await client(square, "mo") as mo:
        assert (await eve.get("/settings/reports")).status_code == 200
        act = {"do": "account:suspend", "handle": "eve", "days": "7", "reason": "Calm down."}
        assert (await mo.post("/moderation/acts", data=act)).status_code == 303
        assert (await eve.get("/settings/reports")).status_code == 401
        assert "Calm down." in (await mo.get("/moderation/people/eve")).text
    async with await client(square, "eve") as again:  # signed in anew: nothing but why
        refused = await again.get("/settings/reports")
        assert refused.status_code == 403 and "/settings/standing" in refused.text
        why = (await again.get("/settings/standing")).text
        assert "Calm down." in why and "Until" in why
        async with square.parts.database.reading() as connection:
            [done] = await queries.record(connection)
        async with await client(square, "mo") as mo:
            lifting = {"reason": "We were wrong."}
            answer = await mo.post(f"/moderation/acts/{done.id}/lift", data=lifting)
            assert answer.headers["location"] == "/moderation/people/eve"
        assert (await again.get("/settings/reports")).status_code == 200
        assert "We were wrong." in (await again.get("/settings/standing")).text


async def test_a_removed_space_is_gone_from_every_door_at_once(square, cast):
    await square.space(cast["eve"], "shouting")
    await square.stage("shouting")
    async with await client(square) as stranger, await client(square, "mo") as mo:
        assert "shouting" in (await stranger.get("/report?space=shouting")).text
        await stranger.post("/report", data={"space": "shouting", "category": "legal"})
        [report] = await all_reports(square, cast["mo"])
        page = (await mo.get(f"/moderation/reports/{report.id}")).text
        assert "space:remove" in page
        act = {"do": "space:remove", "space": "shouting", "reason": "Against the law."}
        assert (await mo.post("/moderation/acts", data=act)).status_code == 303
        assert (await stranger.get("/spaces/shouting")).status_code == 404
        assert (await stranger.get("/report?space=shouting")).status_code == 404
        again = await mo.post("/moderation/acts", data=act)
        assert again.status_code == 409


async def test_what_a_suspended_host_has_on_air_ends(square, cast):
    await square.space(cast["eve"], "shouting")
    await square.stage("shouting")
    async with acting(square.parts) as act:
        await rooms.tell(act.connection, "shouting", "lobby")
    async with await client(square, "mo") as mo:
        act = {"do": "account:suspend", "handle": "eve", "reason": "Calm down."}
        assert (await mo.post("/moderation/acts", data=act)).status_code == 303
    commands = [(what, asked.get("move")) for what, asked in square.asked]
    assert ("command", "end") in commands


async def test_people_are_found_and_addresses_are_for_administrators(square, cast):
    async with await client(square, "mo") as mo, await client(square, "boss") as boss:
        assert "@eve" in (await mo.get("/moderation/people?q=EV&role=host")).text
        assert "@eve" not in (await mo.get("/moderation/people?q=eve&state=suspended")).text
        assert "For administrators only" not in (await mo.get("/moderation/people/eve")).text
        assert "For administrators only" in (await boss.get("/moderation/people/eve")).text
        assert "not yours to act" in (await mo.get("/moderation/people/boss")).text


_CANNOT_BE = [
    ("/report", {}),
    ("/report", {"account": "nobody_here"}),
    ("/report", {"account": "eve", "category": "boring"}),
    ("/report", {"account": "eve", "post": "x" * 500}),
    ("/report", {"account": "eve", "rule": "9" * 400}),
    ("/report", {"space": "../etc"}),
    ("/moderation/acts", {}),
    ("/moderation/acts", {"do": "account:ban", "handle": "eve", "reason": "x"}),
    ("/moderation/acts", {"do": "account:warn", "handle": "eve"}),
    ("/moderation/acts", {"do": "account:warn", "handle": "boss", "reason": "x"}),
    ("/moderation/acts", {"do": "account:limit", "handle": "eve", "reason": "x", "days": "0"}),
    ("/moderation/acts", {"do": "post:remove", "reason": "x"}),
    ("/moderation/acts", {"do": "post:remove", "reason": "x", "post": "1"}),
    ("/moderation/acts", {"do": "space:remove", "reason": "x", "space": "none"}),
    ("/moderation/acts", {"do": "account:warn", "handle": "eve", "reason": "x", "report": "1"}),
    ("/moderation/acts/1/lift", {"reason": "x"}),
    ("/moderation/reports/1", {"move": "dance"}),
    ("/moderation/reports/x", {"move": "take"}),
]


async def test_what_cannot_be_is_one_sentence(square, cast):
    async with await client(square, "mo") as mo:
        for path, data in _CANNOT_BE:
            answer = await mo.post(path, data=data, headers={"Accept": "application/json"})
            assert 400 <= answer.status_code < 500, (path, data)
            assert answer.json()["sentence"].endswith("."), (path, data)
    async with square.parts.database.reading() as connection:
        assert await queries.record(connection) == []


_ODD = [
        "/moderation?list=none", "/moderation/record?since=yesterday",
        "/moderation/record?until=9999-12-31", "/moderation/people?state=happy",
        "/moderation/reports/99999999999999999999", "/moderation/people/%00", "/report",
        "/report?post=abc", "/report?account=" + "x" * 3000,
    ]  # fmt: skip


async def test_odd_addresses_are_no_errors_of_ours(square, cast):
    async with await client(square, "mo") as mo:
        for path in _ODD:
            assert 400 <= (await mo.get(path)).status_code < 500, path


async def test_every_page_is_there_in_french(square, cast):
    async with acting(square.parts) as act:
        for what in ("warn", "sensitive", "limit", "suspend"):
            measure = actions.Measure(what, "Because.", None)
            await actions.sanction(act, cast["mo"], Target(cast["eve"]), measure)
    pages = ["/moderation", "/moderation/record", "/moderation/people", "/moderation/people/eve"]
    async with await client(square, "mo") as mo:
        mo.headers["Accept-Language"] = "fr"
        for path in [*pages, "/report?account=ada", "/settings/standing", "/settings/reports"]:
            answer = await mo.get(path)
            assert answer.status_code == 200 and '<html lang="fr">' in answer.text, path
