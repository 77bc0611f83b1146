"""Following, blocking, muting: what holds after any sequence of them."""

from __future__ import annotations

import random
from collections import Counter

import pytest
from sqlalchemy import select, update

from rostra.errors import BadInput, NotAllowed, NotFound, NotProcessable, RostraError, TooMany
from rostra.people.tables import accounts
from rostra.square import letting_in, relations
from rostra.square.tables import blocks, follow_requests, follows, notices

HOUR = 3600 * 1000


async def test_following_counts_tells_and_says_so_to_both(town) -> None:
    ana, ben = await town.person("ana"), await town.person("ben")
    await town.do(relations.follow, ana, ben.id, boosts=False)
    assert {(each.kind, each.account_id) for each in town.news} >= {
        ("relations", ana.id),
        ("relations", ben.id),
        ("notice", ben.id),
    }
    seen = await town.between(ana, ben)
    assert seen.following and not seen.boosts and not seen.notify and not seen.followed_by
    assert (await town.between(ben, ana)).followed_by
    circle = await town.circle(ana)
    assert circle.following == {ben.id} == circle.quiet
    assert circle.home == {ana.id, ben.id}
    assert await counts(town) == {"ana": (1, 0), "ben": (0, 1)}


async def test_following_again_changes_what_is_wished_and_nothing_else(town) -> None:
    ana, ben = await town.person("ana"), await town.person("ben")
    await town.do(relations.follow, ana, ben.id, notify=True)
    await town.do(relations.follow, ana, ben.id, boosts=False)
    seen = await town.between(ana, ben)
    assert seen.notify and not seen.boosts
    await town.do(relations.follow, ana, ben.id, notify=False)
    assert not (await town.between(ana, ben)).notify
    assert await counts(town) == {"ana": (1, 0), "ben": (0, 1)}
    assert await town.rows(notices) == 1


async def test_who_is_locked_is_asked_and_decides(town) -> None:
    ana, ben, eve = [await town.person(name, locked=True) for name in ("ana", "ben", "eve")]
    await town.do(relations.follow, ana, ben.id, notify=True)
    await town.do(relations.follow, eve, ben.id)
    assert (await town.between(ana, ben)).requested
    assert (await town.between(ben, ana)).requested_by
    assert (await town.circle(ana)).requested == {ben.id}
    with pytest.raises(NotFound):
        await town.do(relations.accept, eve, ana.id)  # it is not eve who was asked
    await town.do(relations.accept, ben, ana.id)
    await town.do(relations.reject, ben, eve.id)
    after = await town.between(ana, ben)
    assert after.following and after.notify and not after.requested
    assert await counts(town) == {"ana": (1, 0), "ben": (0, 1), "eve": (0, 0)}
    for again in (relations.accept, relations.reject):
        with pytest.raises(NotFound):
            await town.do(again, ben, eve.id)


async def test_who_is_unlocked_lets_everybody_in_who_asked_but_the_limited(
    town, monkeypatch
) -> None:
    monkeypatch.setattr(letting_in, "STEP", 2)
    ana = await town.person("ana", locked=True)
    crowd = [await town.person(f"fan{number}") for number in range(3)]
    limited = await town.person("eve", state="limited")
    for each in (*crowd, limited):
        await town.do(relations.follow, each, ana.id)
    assert not await town.do(letting_in.let_some_in, ana.id)  # still locked
    async with town.database.writing() as connection:
        await connection.execute(update(accounts).values(locked=False))
    assert await town.do(letting_in.let_some_in, ana.id)
    assert not await town.do(letting_in.let_some_in, ana.id)
    assert [(await town.between(each, ana)).following for each in crowd] == [True] * 3
    assert (await town.between(limited, ana)).requested
    assert (await counts(town))["ana"] == (0, 3)


async def test_who_is_limited_asks_everybody(town) -> None:
    limited, ben = await town.person("lim", state="limited"), await town.person("ben")
    await town.do(relations.follow, limited, ben.id)
    assert (await town.between(limited, ben)).requested


async def test_a_block_ends_everything_both_ways(town) -> None:
    ana, ben = await town.person("ana"), await town.person("ben", locked=True)
    await town.do(relations.follow, ben, ana.id)
    await town.do(relations.follow, ana, ben.id)
    await town.do(relations.block, ana, ben.id)
    assert await counts(town) == {"ana": (0, 0), "ben": (0, 0)}
    assert await town.rows(follow_requests) == 0
    assert {each.account_id for each in town.news if each.kind == "relations"} == {ana.id, ben.id}
    assert (await town.circle(ana)).hidden == {ben.id} == (await town.circle(ana)).blocked
    assert (await town.circle(ben)).hidden == {ana.id} == (await town.circle(ben)).blocked_by
    with pytest.raises(NotFound):
        await town.do(relations.follow, ben, ana.id)
    with pytest.raises(NotAllowed):
        await town.do(relations.follow, ana, ben.id)
    await town.do(relations.block, ana, ben.id)
    assert await town.rows(blocks) == 1
    await town.do(relations.unblock, ana, ben.id)
    await town.do(relations.follow, ben, ana.id)
    assert (await town.between(ben, ana)).following


async def test_a_mute_ends_by_itself(town) -> None:
    ana, ben = await town.person("ana"), await town.person("ben")
    began = town.now_ms
    await town.do(relations.mute, ana, ben.id, notices=False, for_ms=HOUR)
    assert (await town.circle(ana)).hidden == {ben.id}
    assert (await town.circle(ana)).good_until_ms == began + HOUR
    seen = await town.between(ana, ben)
    assert seen.muting and not seen.muting_notices and seen.muting_until_ms == began + HOUR
    town.now_ms += HOUR
    assert not (await town.between(ana, ben)).muting
    assert (await town.circle(ana)).hidden == frozenset()
    await town.do(relations.mute, ana, ben.id)
    town.now_ms += 1000 * HOUR
    assert (await town.between(ana, ben)).muting_notices
    await town.do(relations.unmute, ana, ben.id)
    assert not (await town.between(ana, ben)).muting


async def test_a_note_is_the_writers_own(town) -> None:
    ana, ben = await town.person("ana"), await town.person("ben")
    await town.do(relations.write_note, ana, ben.id, " met in Lyon\x00 ")
    assert (await town.between(ana, ben)).note == "met in Lyon"
    assert (await town.between(ben, ana)).note == ""
    await town.do(relations.write_note, ana, ben.id, "")
    assert (await town.between(ana, ben)).note == ""
    with pytest.raises(BadInput):
        await town.do(relations.write_note, ana, ben.id, "x" * 2001)


async def test_nobody_has_to_do_with_themselves_or_with_nobody(town) -> None:
    ana = await town.person("ana")
    for what in (relations.follow, relations.block, relations.mute, relations.remove_follower):
        with pytest.raises(NotProcessable):
            await town.do(what, ana, ana.id)
        with pytest.raises(NotFound):
            await town.do(what, ana, "nobody")
    for state in ("suspended", "pending", "leaving", "gone"):
        other = await town.person(f"x_{state}", state=state)
        with pytest.raises(NotFound):
            await town.do(relations.follow, ana, other.id)


async def test_a_flood_of_follows_is_stopped(town, monkeypatch) -> None:
    ana = await town.person("ana")
    others = [await town.person(f"p{n}", locked=n == 0) for n in range(4)]
    monkeypatch.setattr(relations, "FOLLOWS_AN_HOUR", 3)
    for other in others[:3]:
        await town.do(relations.follow, ana, other.id)
    with pytest.raises(TooMany):
        await town.do(relations.follow, ana, others[3].id)
    await town.do(relations.follow, ana, others[2].id, boosts=False)  # is no new one
    town.now_ms += HOUR + 1
    await town.do(relations.follow, ana, others[3].id)
    monkeypatch.setattr(relations, "MOST_FOLLOWS", 4)
    town.now_ms += HOUR + 1
    with pytest.raises(TooMany):
        await town.do(relations.follow, ana, (await town.person("one_more")).id)


@pytest.mark.parametrize("seed", range(3))
async def test_after_any_sequence_counts_are_rows_and_blocks_are_kept(town, seed) -> None:
    chance = random.Random(seed)  # the seed is in the name of the test that fails
    group = [await town.person(f"p{n}", locked=n == 0) for n in range(3)]
    done = Counter[str]()
    for _ in range(60):
        me, other = chance.choices(group, k=2)
        what = chance.choices(list(STEPS), list(STEPS.values()))[0]
        try:
            await town.do(what, me, other.id)
            done[what.__name__] += 1
        except RostraError as error:
            assert error.status in {403, 404, 422}, (what, error)
        await check(town)
    assert done["follow"] > 5 and done["block"], done


STEPS = {
    relations.follow: 12, relations.unfollow: 2, relations.block: 1, relations.unblock: 5,
    relations.mute: 1, relations.accept: 4, relations.reject: 1, relations.remove_follower: 1,
}  # fmt: skip


async def check(town) -> None:
    async with town.database.reading() as connection:
        pairs = {(r.follower_id, r.followed_id) for r in await connection.execute(select(follows))}
        asked = {
            (r.follower_id, r.followed_id)
            for r in await connection.execute(select(follow_requests))
        }
        apart = {(r.account_id, r.target_id) for r in await connection.execute(select(blocks))}
        everybody = (await connection.execute(select(accounts))).all()
    assert not {pair for pair in pairs | asked if pair[0] == pair[1]}
    assert not pairs & asked
    assert not (pairs | asked) & (apart | {(there, here) for here, there in apart})
    for row in everybody:
        assert row.following == sum(1 for here, _ in pairs if here == row.id)
        assert row.followers == sum(1 for _, there in pairs if there == row.id)


async def counts(town) -> dict[str, tuple[int, int]]:
    async with town.database.reading() as connection:
        rows = await connection.execute(
            select(accounts.c.handle, accounts.c.following, accounts.c.followers)
        )
        found = {row.handle: (row.following, row.followers) for row in rows}
    await check(town)
    return found
