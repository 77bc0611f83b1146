"""What moderators do is recorded, told, felt, and taken back."""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import delete, select

from rostra.chores.tables import chores
from rostra.errors import BadInput, Conflict, NotAllowed, NotFound, RostraError
from rostra.moderation import actions, queries, targets
from rostra.moderation.actions import Measure
from rostra.moderation.rules import DAY_MS, state_of
from rostra.moderation.tables import sanctions
from rostra.moderation.targets import Target
from rostra.people import actions as people
from rostra.people import leaving, sessions
from rostra.people import queries as people_queries
from rostra.people.tables import accounts
from rostra.rooms import queries as rooms
from rostra.rooms.tables import spaces
from rostra.square.actions import edit
from rostra.square.queries import by_ids, post_by_id
from rostra.square.rules import Wish
from rostra.square.tables import posts


@pytest.fixture
async def cast(town):
    names = {"ada": "member", "mo": "moderator", "max": "moderator", "boss": "admin"}
    return {handle: await town.person(handle, role) for handle, role in names.items()}


async def test_a_suspension_ends_sessions_and_tokens_at_once_and_says_why(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    async with town.acting() as act:
        token = await people.make_token(act.connection, "ada", now_ms=town.now_ms)
        link = await people.make_link(act.connection, "ada", now_ms=town.now_ms)
        used = await people.use_link(act.connection, link, now_ms=town.now_ms)
    done = await town.sanction(mo, Target(ada), "suspend", until_ms=town.now_ms + DAY_MS)
    profile = await town.profile(ada)
    assert (profile.state, await town.until_of(ada)) == ("suspended", town.now_ms + DAY_MS)
    async with town.database.reading() as connection:
        assert await people_queries.by_api_token(connection, token) is None
        assert await sessions.by_secret(connection, used.session, town.now_ms) is None
    assert await town.told(ada) == ["moderation_warning"]
    assert ("state", ada.id) in [(each.kind, each.account_id) for each in town.news]
    assert (done.reason, done.by_id, done.until_ms) == ("Because.", mo.id, town.now_ms + DAY_MS)


async def test_a_suspension_ends_by_itself_and_a_limit_below_it_stays(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    await town.sanction(mo, Target(ada), "limit")
    done = await town.sanction(mo, Target(ada), "suspend", until_ms=town.now_ms + DAY_MS)
    async with town.acting() as act:
        await actions.end_in_time(act, done.id)  # too early: nothing
    assert (await town.profile(ada)).state == "suspended"
    town.now_ms += DAY_MS
    for _ in range(2):  # a chore may be done twice
        async with town.acting() as act:
            await actions.end_in_time(act, done.id)
    assert (await town.profile(ada)).state == "limited"
    assert await town.until_of(ada) is None
    [newest, oldest] = await town.record()
    assert newest.ran_out and newest.lifted_by is None
    assert oldest.in_force


async def test_leaving_and_coming_back_is_no_way_around_a_sanction(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    await town.sanction(mo, Target(ada), "limit", until_ms=town.now_ms + DAY_MS)
    async with town.acting() as act:
        profile = await targets.an_account_by_id(act.connection, ada.id)
        await leaving.leave(act.connection, profile.subject, town.now_ms)
    done = await town.sanction(mo, Target(ada), "suspend")
    assert (await town.profile(ada)).state == "suspended"
    await town.lift(mo, done.id)
    assert (await town.profile(ada)).state == "leaving"
    [limit] = [each for each in await town.record() if each.act == "limit"]
    await town.lift(mo, limit.id)
    async with town.acting() as act:
        device = sessions.Device()
        await sessions.begin_session(act.connection, ada.id, device, town.now_ms)
    assert (await town.profile(ada)).state == "active"


async def test_a_second_suspension_takes_the_place_of_the_first(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    await town.sanction(mo, Target(ada), "suspend", until_ms=town.now_ms + DAY_MS)
    await town.sanction(mo, Target(ada), "suspend")
    assert await town.until_of(ada) is None
    async with town.database.reading() as connection:
        kinds = (await connection.execute(select(chores.c.kind))).scalars().all()
    assert "sanction_ends" not in kinds
    [second, first] = await town.record()
    assert second.in_force and not first.in_force and not first.ran_out


async def test_reinstating_lifts_all_that_holds_somebody_down(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    await town.sanction(mo, Target(ada), "limit")
    await town.sanction(mo, Target(ada), "suspend")
    async with town.acting() as act:
        await actions.reinstate(act, cast["max"], ada, "We were wrong.")
    assert (await town.profile(ada)).state == "active"
    for each in await town.record():
        assert (each.lifted_by, each.lifted_reason) == (cast["max"].id, "We were wrong.")
    assert (await town.told(ada)).count("moderation_warning") == 4
    async with town.acting() as act:
        with pytest.raises(Conflict):
            await actions.reinstate(act, mo, ada, "Again.")


async def test_a_removed_post_is_seen_by_nobody_and_comes_back_with_its_words(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    post = await town.post(ada, "rude words")
    done = await town.sanction(mo, await town.target(post_id=post), "remove")
    async with town.database.reading() as connection:
        for viewer in (None, ada, mo):
            with pytest.raises(NotFound):
                await post_by_id(connection, post, viewer)
    with pytest.raises(Conflict):
        await town.sanction(mo, await town.target(post_id=post), "remove")
    await town.lift(mo, done.id)
    async with town.database.reading() as connection:
        assert (await post_by_id(connection, post, None)).text == "rude words"
    with pytest.raises(Conflict):
        await town.lift(mo, done.id)


async def test_a_post_and_an_account_are_marked_as_sensitive_and_unmarked(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    post = await town.post(ada, "a picture")
    marks = [
        await town.sanction(mo, await town.target(post_id=post), "sensitive"),
        await town.sanction(mo, Target(ada), "sensitive"),
    ]
    for sensitive in (True, False):
        async with town.database.reading() as connection:
            assert (await by_ids(connection, [post]))[post].sensitized is sensitive
        assert (await town.profile(ada)).sensitized is sensitive
        for each in marks if sensitive else ():
            await town.lift(mo, each.id)
    assert (await town.profile(ada)).state == "active"


async def test_an_edit_does_not_undo_what_moderators_marked(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    number = await town.post(ada, "a picture")
    await town.sanction(mo, await town.target(post_id=number), "sensitive")
    async with town.acting() as act:
        post = (await by_ids(act.connection, [number]))[number]
        after = await edit(act, post, ada, Wish("the same picture", sensitive=False))
    assert after.sensitized and not after.sensitive


async def test_spaces_of_the_suspended_are_in_no_list(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    await town.space(ada, "talk")
    lists = (rooms.on_now, rooms.upcoming, rooms.recent)

    async def listed() -> list[str]:
        async with town.database.reading() as connection:
            return [space.slug for ask in lists for space in await ask(connection)]

    assert await listed() == ["talk"]
    await town.sanction(mo, Target(ada), "suspend")
    assert await listed() == []


async def test_a_removed_space_leaves_work_for_the_sound_and_never_comes_back(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    slug = await town.space(ada, "shouting")
    done = await town.sanction(mo, await town.target(slug=slug), "remove")
    async with town.database.reading() as connection:
        rows = (await connection.execute(select(chores.c.kind, chores.c.subject))).all()
    assert ("space_removed", slug) in [tuple(row) for row in rows]
    with pytest.raises(Conflict, match="does not come back"):
        await town.lift(mo, done.id)
    with pytest.raises(Conflict):
        await town.sanction(mo, await town.target(slug=slug), "remove")


async def test_moderators_do_not_touch_their_like_and_nobody_themselves(town, cast):
    for by, whom in [("mo", "mo"), ("mo", "max"), ("mo", "boss"), ("boss", "boss"), ("ada", "mo")]:
        with pytest.raises(NotAllowed):
            await town.sanction(cast[by], Target(cast[whom]), "warn")
    await town.sanction(cast["boss"], Target(cast["mo"]), "suspend")
    with pytest.raises(NotAllowed):  # what is asked is what a moderator is now, not at the door
        await town.sanction(cast["mo"], Target(cast["ada"]), "warn")
    with pytest.raises(NotAllowed, match="last administrator"):
        await town.sanction(None, Target(cast["boss"]), "suspend")


async def test_a_reason_and_a_fitting_report_are_needed(town, cast):
    ada, mo = cast["ada"], cast["mo"]
    async with town.acting() as act:
        with pytest.raises(BadInput, match="reason"):
            await actions.sanction(act, mo, Target(ada), Measure("warn", " \n "))
        with pytest.raises(NotFound):
            await actions.sanction(act, mo, Target(ada), Measure("warn", "x", report_id=1))
    assert await town.record() == []


_STEPS = st.one_of(
    st.tuples(
        st.just("sanction"),
        st.integers(0, 3),
        st.sampled_from(["subject", "moderator", "administrator", "post", "space"]),
        st.sampled_from(["warn", "sensitive", "limit", "suspend", "remove"]),
        st.sampled_from([None, None, 1, 3]),
    ),
    st.tuples(st.just("lift"), st.integers(0, 3), st.integers(0, 20)),
    st.tuples(st.just("time")),
)


@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(steps=st.lists(_STEPS, min_size=3, max_size=12))
async def test_no_sequence_of_acts_reaches_a_state_that_the_record_does_not_explain(town, steps):
    """Any moderators, targets, acts, liftings and passing of time; of two administrators one may
    suspend the other, and then nobody can suspend the one who is left."""
    world = await _world(town)
    for step in steps:
        before = await _recorded(town)
        try:
            await _take(town, world, *step)
        except RostraError:
            assert await _recorded(town) == before  # what was refused changed nothing
        await _check(town, world)


async def _world(town):
    async with town.acting() as act:
        for table in (sanctions, chores, posts, spaces, accounts):
            await act.connection.execute(delete(table))
    subject = await town.person("subject")
    roles = {"moderator": "moderator", "administrator": "admin", "other": "admin"}
    staff = {handle: await town.person(handle, role) for handle, role in roles.items()}
    return {
        **staff,
        "subject": subject,
        "staff": [*staff.values(), None],
        "post": await town.post(subject, "words"),
        "space": await town.space(subject, "a-space"),
    }


async def _take(town, world, what, by=0, *details):
    if what == "time":
        return await _pass_a_day(town)
    who = world["staff"][by]
    if what == "lift":
        record = await town.record()
        return await town.lift(who, record[details[0] % len(record)].id) if record else None
    name, act, days = details
    if name == "post":
        target = await town.target(post_id=world["post"])
    else:
        target = await town.target(slug=world["space"]) if name == "space" else Target(world[name])
    until_ms = town.now_ms + days * DAY_MS if days else None
    return await town.sanction(who, target, act, until_ms=until_ms)


async def _pass_a_day(town):
    town.now_ms += DAY_MS
    for each in await town.record():
        if each.lifted_ms is None and each.until_ms is not None:
            async with town.acting() as act:
                await actions.end_in_time(act, each.id)


async def _recorded(town):
    return {(each.id, each.lifted_ms) for each in await town.record()}


async def _check(town, world):
    async with town.database.reading() as connection:
        for person in (world["subject"], *filter(None, world["staff"])):
            acts = await targets.in_force(connection, Target(person))
            profile = await town.profile(person)
            assert profile.state == state_of(acts)
            assert profile.sensitized == ("sensitive" in acts)
        post = (await by_ids(connection, [world["post"]]))[world["post"]]
        record = await queries.record(connection, subject_id=world["subject"].id)
        of_post = {each.act for each in record if each.post_id and each.in_force}
        assert (post.removed, post.deleted_ms is not None) == ("remove" in of_post,) * 2
        assert post.sensitized == ("sensitive" in of_post)
        acting = [each for each in await queries.staff(connection) if each.role == "admin"]
        assert acting
    for each in await town.record():
        assert each.reason and each.created_ms <= town.now_ms
