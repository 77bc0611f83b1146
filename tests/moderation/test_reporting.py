"""Reports: what they show, who sees them, how often, and how they are settled."""

from __future__ import annotations

import pytest
from sqlalchemy import insert

from rostra.charter.tables import charter
from rostra.errors import BadInput, Conflict, NotFound, TooMany
from rostra.ids import sortable_id
from rostra.moderation import queries, reporting
from rostra.moderation.reporting import Complaint
from rostra.moderation.rules import DAY_MS, REPORTS_A_DAY
from rostra.moderation.targets import Target
from rostra.square.queries import by_ids
from rostra.square.removal import remove_post


@pytest.fixture
async def cast(town):
    names = {"ada": "member", "eve": "member", "mo": "moderator", "max": "moderator"}
    people = {handle: await town.person(handle, role) for handle, role in names.items()}
    return people | {"boss": await town.person("boss", "admin")}


async def report(town, reporter, subject, **said):
    async with town.acting() as act:
        return await reporting.report_account(act, reporter, subject.id, Complaint(**said))


async def read(town, report_id, by):
    async with town.database.reading() as connection:
        return await queries.report_by_id(connection, report_id, by)


async def test_evidence_outlives_edits_and_deletion(town, cast):
    post = await town.post(cast["eve"], "rude words")
    made = await report(town, cast["ada"], cast["eve"], posts=(post,), comment="See!")
    await town.change_post(post, text="kind words")
    async with town.acting() as act:
        found = (await by_ids(act.connection, [post]))[post]
        await remove_post(act, found, by_moderator=False)
    shown = (await read(town, made.id, cast["mo"])).evidence
    assert [each["text"] for each in shown["posts"]] == ["rude words"]
    assert shown["account"]["handle"] == "eve"


async def test_moderators_are_told_and_others_are_not(town, cast):
    await report(town, cast["ada"], cast["eve"])
    assert await town.told(cast["mo"]) == await town.told(cast["boss"]) == ["admin.report"]
    assert await town.told(cast["ada"]) == await town.told(cast["eve"]) == []
    await report(town, cast["ada"], cast["mo"])
    assert await town.told(cast["mo"]) == await town.told(cast["max"]) == ["admin.report"]
    assert await town.told(cast["boss"]) == ["admin.report"] * 2


async def test_reports_are_seen_by_who_may_handle_them_and_by_nobody_else(town, cast):
    about_eve = await report(town, cast["ada"], cast["eve"])
    about_mo = await report(town, cast["ada"], cast["mo"])
    seen = {"mo": {about_eve.id}, "max": {about_eve.id}, "boss": {about_eve.id, about_mo.id}}
    async with town.database.reading() as connection:
        for handle, who in cast.items():
            listed = {each.id for each in await queries.queue(connection, who, "open")}
            assert listed == seen.get(handle, set())
            assert (await queries.counts(connection, who)).open == len(listed)
            for each in {about_eve.id, about_mo.id} - listed:
                with pytest.raises(NotFound):
                    await queries.report_by_id(connection, each, who)
        assert len(await queries.reports_by(connection, cast["ada"].id)) == 2
        assert await queries.reports_by(connection, cast["eve"].id) == []


async def test_the_same_again_is_one_report_and_more_posts_are_another(town, cast):
    ada, eve = cast["ada"], cast["eve"]
    posts = (await town.post(eve, "one"), await town.post(eve, "two"))
    first = await report(town, ada, eve, posts=posts[:1], comment="a")
    again = await report(town, ada, eve, posts=posts[:1], comment="b")
    assert first.id == again.id
    assert (await report(town, ada, eve, posts=posts)).id != first.id
    async with town.acting() as act:
        await reporting.resolve(act, cast["mo"], first.id)
    assert (await report(town, ada, eve, posts=posts[:1])).id != first.id
    assert (await town.told(cast["mo"])).count("admin.report") == 3


async def test_strangers_report_too_and_what_they_say_alike_is_one(town, cast):
    made = [await report(town, None, cast["eve"], comment=text) for text in ("a", "a", "b")]
    assert made[0].id == made[1].id != made[2].id
    assert (await read(town, made[0].id, cast["mo"])).reporter_id is None


async def test_twenty_a_day_and_then_others_again(town, cast):
    for _ in range(REPORTS_A_DAY):
        post = await town.post(cast["eve"], "again")
        await report(town, cast["ada"], cast["eve"], posts=(post,))
    with pytest.raises(TooMany):
        await report(town, cast["ada"], cast["eve"])
    await report(town, None, cast["eve"])
    town.now_ms += DAY_MS
    await report(town, cast["ada"], cast["eve"])


async def test_only_posts_that_the_reporter_sees_and_of_that_author_are_evidence(town, cast):
    ada, eve = cast["ada"], cast["eve"]
    for whose, visibility, error in [
        (eve, "private", NotFound),
        (eve, "direct", NotFound),
        (cast["max"], "public", BadInput),
    ]:
        post = await town.post(whose, "words", visibility)
        with pytest.raises(error):
            await report(town, ada, eve, posts=(post,))
    for missing in ((1,), (2**63 - 1,)):
        with pytest.raises(NotFound):
            await report(town, ada, eve, posts=missing)
    with pytest.raises(BadInput):
        await report(town, ada, eve, posts=tuple(range(1, 23)))


async def test_what_cannot_be_reported_is_refused(town, cast):
    ada, eve = cast["ada"], cast["eve"]
    with pytest.raises(BadInput):
        await report(town, ada, ada)
    with pytest.raises(BadInput):
        await report(town, ada, eve, rules=(1,))
    with pytest.raises(BadInput):
        await report(town, ada, eve, comment="x" * 1001)
    await town.sanction(cast["mo"], Target(eve), "suspend")
    with pytest.raises(NotFound):
        await report(town, ada, eve)
    async with town.acting() as act:
        with pytest.raises(NotFound):
            await reporting.report_space(act, ada, "nowhere", Complaint())


async def test_a_space_is_reported_with_the_rule_that_it_breaks(town, cast):
    slug = await town.space(cast["eve"], "shouting")
    async with town.acting() as act:
        row = {"name": "rules", "value": ["Be kind."], "changed_ms": town.now_ms}
        await act.connection.execute(insert(charter).values(row))
        said = Complaint("violation", rules=(1,))
        made = await reporting.report_space(act, cast["ada"], slug, said)
    found = await read(town, made.id, cast["mo"])
    assert (found.space_slug, found.account_id, found.rules) == (slug, cast["eve"].id, (1,))
    assert found.evidence["space"]["title"] == slug


async def test_a_report_is_taken_settled_and_opened_again(town, cast):
    mo, ada = cast["mo"], cast["ada"]
    made = await report(town, ada, cast["eve"])
    async with town.acting() as act:
        await reporting.assign(act, mo, made.id, to=mo)
        assert [each.id for each in await queries.queue(act.connection, mo, "mine")] == [made.id]
        await reporting.resolve(act, mo, made.id)
        with pytest.raises(Conflict):
            await reporting.resolve(act, mo, made.id)
        assert await queries.counts(act.connection, mo) == queries.Counts(0, 0, 1)
        await reporting.reopen(act, mo, made.id)
        with pytest.raises(Conflict):
            await reporting.reopen(act, mo, made.id)
        for who in (ada, cast["eve"]):
            with pytest.raises(NotFound):
                await reporting.resolve(act, who, made.id)
        with pytest.raises(NotFound):
            await reporting.assign(act, mo, sortable_id(town.now_ms), to=mo)


async def test_what_was_done_because_of_a_report_stands_with_it(town, cast):
    made = await report(town, cast["ada"], cast["eve"])
    done = await town.sanction(cast["mo"], Target(cast["eve"]), "warn", report_id=made.id)
    with pytest.raises(BadInput):
        await town.sanction(cast["mo"], Target(cast["ada"]), "warn", report_id=made.id)
    async with town.database.reading() as connection:
        assert done.report_id == made.id
        assert [each.id for each in await queries.record(connection, act="warn")] == [done.id]
        assert await queries.record(connection, act="limit") == []
        assert await queries.record(connection, by_id=cast["max"].id) == []
