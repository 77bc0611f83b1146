"""Reporting and moderating from apps."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from rostra.charter.tables import charter
from rostra.ids import sortable_id
from rostra.moderation import actions, queries
from rostra.moderation.targets import Target
from rostra.people import profiles
from rostra.square.tables import posts
from rostra.web.acting import acting
from rostra.web.mastodon.entities_account import account
from rostra.web.mastodon.entities_moderation import account_warning


@pytest.fixture
async def cast(square):
    roles = {"ada": "member", "eve": "member", "mo": "moderator", "boss": "admin"}
    return {handle: await square.account(handle, role) for handle, role in roles.items()}


async def post(square, author) -> int:
    made = sortable_id(square.parts.now_ms())
    async with acting(square.parts) as act:
        await act.connection.execute(
            insert(posts).values(
                id=made, author_id=author.id, visibility="public", text="words", attached={},
                thread_id=made, created_ms=act.now_ms,
            )
        )  # fmt: skip
    return made


async def test_an_app_reports_with_posts_and_rules(square, cast):
    number = await post(square, cast["eve"])
    async with acting(square.parts) as act:
        row = {"name": "rules", "value": ["Be kind."], "changed_ms": act.now_ms}
        await act.connection.execute(insert(charter).values(row))
    async with square.client(await square.token("ada")) as ada:
        for kind in ({"data": {"account_id": cast["eve"].id, "status_ids[]": str(number),
                               "rule_ids[]": "1", "forward": "true"}},
                     {"json": {"account_id": cast["eve"].id, "status_ids": [str(number)],
                               "rule_ids": [1], "comment": "once more"}}):  # fmt: skip
            answer = await ada.post("/api/v1/reports", **kind)
            assert answer.status_code == 200, answer.text
            made = answer.json()
            assert made["category"] == "violation" and made["rule_ids"] == ["1"]
            assert made["status_ids"] == [str(number)] and made["action_taken"] is False
            assert made["target_account"]["acct"] == "eve"
    async with square.parts.database.reading() as connection:
        assert len(await queries.queue(connection, cast["mo"], "open")) == 1


_CANNOT_BE = [
    ({}, 422),
    ({"account_id": "nobody"}, 404),
    ({"account_id": "{eve}", "status_ids": ["1"]}, 404),
    ({"account_id": "{eve}", "status_ids": ["x" * 900]}, 404),
    ({"account_id": "{eve}", "status_ids": [str(n) for n in range(1, 99)]}, 400),
    ({"account_id": "{eve}", "rule_ids": ["7"]}, 400),
    ({"account_id": "{eve}", "category": "dull"}, 400),
    ({"account_id": "{eve}", "comment": "x" * 1001}, 400),
    ({"account_id": "{ada}"}, 400),
]


async def test_what_cannot_be_reported_is_one_sentence(square, cast):
    ids = {"{eve}": cast["eve"].id, "{ada}": cast["ada"].id}
    async with square.client(await square.token("ada")) as ada:
        for wish, status in _CANNOT_BE:
            body = {name: ids.get(str(value), value) for name, value in wish.items()}
            answer = await ada.post("/api/v1/reports", json=body)
            assert answer.status_code == status, answer.text
            assert answer.json()["error"].endswith(".")


async def test_a_moderator_works_from_an_app(square, cast):
    eve = cast["eve"].id
    async with square.client(await square.token("ada")) as ada:
        await ada.post("/api/v1/reports", json={"account_id": eve})
        assert (await ada.get("/api/v1/admin/reports")).status_code == 403
    async with square.client(await square.token("mo")) as mo:
        [report] = (await mo.get("/api/v1/admin/reports")).json()
        assert report["account"]["username"] == "ada"
        at = f"/api/v1/admin/reports/{report['id']}"
        taken = (await mo.post(f"{at}/assign_to_self")).json()
        assert taken["assigned_account"]["username"] == "mo"
        assert (await mo.post(f"{at}/unassign")).json()["assigned_account"] is None
        did = {"type": "suspend", "text": "Enough.", "report_id": report["id"]}
        assert (await mo.post(f"/api/v1/admin/accounts/{eve}/action", data=did)).json() == {}
        assert (await mo.get(at)).json()["action_taken"] is True
        shown = (await mo.get(f"/api/v1/admin/accounts/{eve}")).json()
        assert shown["suspended"] is True and shown["email"] == "" and shown["ips"] == []
        found = (await mo.get("/api/v1/admin/accounts?status=suspended")).json()
        assert [each["id"] for each in found] == [eve]
        lifted = (await mo.post(f"/api/v1/admin/accounts/{eve}/unsuspend")).json()
        assert lifted["suspended"] is False
        assert (await mo.post(f"/api/v1/admin/accounts/{eve}/unsuspend")).status_code == 409
        assert (await mo.post(f"{at}/reopen")).json()["action_taken"] is False
        for path in ("/api/v1/admin/accounts/none", "/api/v1/admin/reports/1"):
            assert (await mo.get(path)).status_code == 404
        boss = f"/api/v1/admin/accounts/{cast['boss'].id}/action"
        assert (await mo.post(boss, data={"type": "suspend"})).status_code == 403
        assert (await mo.post(boss, data={"type": "tickle"})).status_code == 422


async def test_a_warning_reads_as_apps_expect_it(square, cast):
    async with acting(square.parts) as act:
        measure = actions.Measure("limit", "Calm down.")
        done = await actions.sanction(act, cast["mo"], Target(cast["eve"]), measure)
        profile = (await profiles.of_ids(act.connection, [cast["eve"].id]))[cast["eve"].id]
        target = account(profile, square.parts.origins)
        shown = account_warning(done, target)
        assert (shown["action"], shown["text"]) == ("silence", "Calm down.")
        assert shown["target_account"] == target and shown["appeal"] is None
        lifted = await actions.lift(act, cast["mo"], done.id, "We were wrong.")
    assert account_warning(lifted, target)["action"] == "none"
    assert account_warning(lifted, target)["text"] == "We were wrong."


async def test_what_moderators_did_is_felt_in_the_api_at_once(square, cast):
    """A limited account is shown to who follows it or asks for it; a suspended one to nobody."""
    eve, mo = cast["eve"], cast["mo"]
    number = await post(square, eve)
    token = await square.token("eve")
    async with (
        square.client(await square.token("ada")) as ada,
        square.client(await square.token("boss")) as boss,
        square.client(token) as own,
    ):
        await ada.post(f"/api/v1/accounts/{eve.id}/follow")
        everywhere = (ada, boss)

        async def public(client):
            found = await client.get("/api/v1/timelines/public")
            return str(number) in [each["id"] for each in found.json()]

        async def alone(client):
            return (await client.get(f"/api/v1/statuses/{number}")).status_code == 200

        assert [await public(each) for each in everywhere] == [True, True]
        limited = await _done(square, mo, eve, "limit")
        assert [await public(each) for each in everywhere][1] is False
        assert [await alone(each) for each in everywhere] == [True, True]
        assert (await own.get("/api/v1/timelines/home")).status_code == 200
        suspended = await _done(square, mo, eve, "suspend")
        assert [await public(each) for each in everywhere] == [False, False]
        assert [await alone(each) for each in everywhere] == [False, False]
        assert (await own.get("/api/v1/timelines/home")).status_code == 401
        shown = (await ada.get(f"/api/v1/accounts/{eve.id}")).json()
        assert shown["suspended"] is True and shown["display_name"] == ""
        async with acting(square.parts) as act:
            for each in (suspended, limited):
                await actions.lift(act, mo, each.id, "We were wrong.")
        assert [await public(each) for each in everywhere] == [True, True]


async def _done(square, by, subject, what):
    async with acting(square.parts) as act:
        measure = actions.Measure(what, "Because.")
        return await actions.sanction(act, by, Target(subject), measure)


async def test_posts_of_an_account_that_is_marked_are_all_sensitive(square, cast):
    number = await post(square, cast["eve"])
    async with square.client(await square.token("ada")) as ada:
        at = f"/api/v1/statuses/{number}"
        assert (await ada.get(at)).json()["sensitive"] is False
        await _done(square, cast["mo"], cast["eve"], "sensitive")
        assert (await ada.get(at)).json()["sensitive"] is True
