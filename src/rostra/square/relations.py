"""Following, asking to follow, blocking, muting: what one person does about another.

Each takes an Act and the account of whoever acts. The rows of both people are locked first, in the
order of their ids: so the counts that stand in them equal the rows of `follows`, and a follow and a
block that happen at the same moment do not both stand.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete, func, insert, select, update

from rostra.errors import BadInput, NotAllowed, NotFound, NotProcessable, TooMany
from rostra.ids import sortable_id, sortable_id_at
from rostra.people.queries import Account
from rostra.people.rules import SEEN
from rostra.people.tables import accounts
from rostra.square.act import Act, News
from rostra.square.notices import notify as tell
from rostra.square.relationships import Relationship, relationship
from rostra.square.tables import (
    account_notes,
    blocks,
    endorsements,
    follow_requests,
    follows,
    list_members,
    lists,
    mutes,
)

MOST_FOLLOWS = 7_500
"""Requests that wait are counted too."""

FOLLOWS_AN_HOUR = 400
MOST_ENDORSED = 20
LONGEST_NOTE = 2_000
LONGEST_MUTE_MS = 10 * 365 * 24 * 3600 * 1000
_HOUR_MS = 3600 * 1000


def no_such_person() -> NotFound:
    """The same sentence for who is not there and for who does not want to be seen."""
    return NotFound("There is no such person here.")


async def follow(
    act: Act,
    me: Account,
    target_id: str,
    *,
    boosts: bool | None = None,
    notify: bool | None = None,
) -> None:
    """Follow, ask to where the other decides, or change whether boosts are shown and posts told.

    Raises NotFound, NotAllowed for somebody whom I block, TooMany beyond the limits.
    """
    pair = await _pair(act, me, target_id, "follow")
    if pair.state not in SEEN or pair.now.blocked_by:
        raise no_such_person()
    if pair.now.blocking:
        raise NotAllowed(f"You block @{pair.handle}: unblock them first, then follow.")
    chosen = {"boosts": boosts, "notify": notify}
    wishes = {name: value for name, value in chosen.items() if value is not None}
    if pair.now.following or pair.now.requested:
        if wishes:
            await _change(act, me.id, pair.now, wishes)
        return
    await _check_limits(act, me)
    asks = pair.locked or me.state == "limited"  # of whom others are careful already
    await _begin(act, me.id, target_id, wishes, asks=asks)
    await tell(act, target_id, "follow_request" if asks else "follow", from_id=me.id)
    _changed(act, me.id, target_id)


async def unfollow(act: Act, me: Account, target_id: str) -> None:
    """No longer follow, nor ask to. Raises NotFound."""
    await _pair(act, me, target_id, "unfollow")
    await _part(act, me.id, target_id)
    _changed(act, me.id, target_id)


async def remove_follower(act: Act, me: Account, follower_id: str) -> None:
    """End that somebody follows me; nobody tells them. Raises NotFound."""
    await _pair(act, me, follower_id, "remove")
    await _part(act, follower_id, me.id)
    _changed(act, me.id, follower_id)


async def accept(act: Act, me: Account, follower_id: str) -> None:
    """Let somebody follow me who asked to. Raises NotFound when they did not."""
    await _pair(act, me, follower_id, "accept")
    wishes = await _take_request(act, me, follower_id)
    await _begin(act, follower_id, me.id, wishes, asks=False)
    _changed(act, me.id, follower_id)


async def reject(act: Act, me: Account, follower_id: str) -> None:
    """Refuse somebody who asked to follow me. Raises NotFound when they did not."""
    await _pair(act, me, follower_id, "reject")
    await _take_request(act, me, follower_id)
    _changed(act, me.id, follower_id)


async def block(act: Act, me: Account, target_id: str) -> None:
    """Neither sees the other any more; follows and requests end both ways. Raises NotFound."""
    pair = await _pair(act, me, target_id, "block")
    await _part(act, me.id, target_id)
    await _part(act, target_id, me.id)
    if not pair.now.blocking:
        await act.connection.execute(
            insert(blocks).values(account_id=me.id, target_id=target_id, id=sortable_id(act.now_ms))
        )
    _changed(act, me.id, target_id)


async def unblock(act: Act, me: Account, target_id: str) -> None:
    """See each other again; nobody follows anybody anew. Raises NotFound."""
    await _pair(act, me, target_id, "unblock")
    await act.connection.execute(
        delete(blocks).where(blocks.c.account_id == me.id, blocks.c.target_id == target_id)
    )
    _changed(act, me.id, target_id)


async def mute(
    act: Act, me: Account, target_id: str, *, notices: bool = True, for_ms: int = 0
) -> None:
    """Not see what they write, nor (`notices`) be told of what they do; 0 is until unmuted.

    They are not told, and see what they saw before. Raises NotFound, BadInput.
    """
    if not 0 <= for_ms <= LONGEST_MUTE_MS:
        raise BadInput("A mute may last ten years at most, and not less than no time.")
    await _pair(act, me, target_id, "mute")
    await _forget_mute(act, me, target_id)
    await act.connection.execute(
        insert(mutes).values(
            account_id=me.id,
            target_id=target_id,
            id=sortable_id(act.now_ms),
            notices=notices,
            until_ms=act.now_ms + for_ms if for_ms else None,
        )
    )
    _changed(act, me.id)


async def unmute(act: Act, me: Account, target_id: str) -> None:
    """See them again. Raises NotFound."""
    await _pair(act, me, target_id, "unmute")
    await _forget_mute(act, me, target_id)
    _changed(act, me.id)


async def write_note(act: Act, me: Account, target_id: str, text: str) -> None:
    """Keep a note about somebody that only I see; "" is none. Raises NotFound, BadInput."""
    note = text.replace("\x00", "").strip()
    if len(note) > LONGEST_NOTE:
        raise BadInput(f"The note is too long: {LONGEST_NOTE} characters at most.")
    await _pair(act, me, target_id, "note")
    mine = account_notes.c.account_id == me.id, account_notes.c.target_id == target_id
    await act.connection.execute(delete(account_notes).where(*mine))
    if note:
        await act.connection.execute(
            insert(account_notes).values(account_id=me.id, target_id=target_id, text=note)
        )


async def endorse(act: Act, me: Account, target_id: str) -> None:
    """Recommend somebody on my profile. Raises NotFound, NotProcessable unless I follow them."""
    pair = await _pair(act, me, target_id, "endorse")
    if not pair.now.following:
        raise NotProcessable(f"You recommend people you follow: follow @{pair.handle} first.")
    if pair.now.endorsed:
        return
    mine = select(func.count()).where(endorsements.c.account_id == me.id)
    if (await act.connection.execute(mine)).scalar_one() >= MOST_ENDORSED:
        raise NotProcessable(f"{MOST_ENDORSED} people are the most: take one away first.")
    row = {"account_id": me.id, "target_id": target_id, "id": sortable_id(act.now_ms)}
    await act.connection.execute(insert(endorsements).values(**row))


async def unendorse(act: Act, me: Account, target_id: str) -> None:
    """No longer recommend them. Raises NotFound."""
    await _pair(act, me, target_id, "unendorse")
    mine = endorsements.c.account_id == me.id, endorsements.c.target_id == target_id
    await act.connection.execute(delete(endorsements).where(*mine))


async def lock_self(act: Act, me: Account) -> None:
    """Of two acts of the same person the second waits, so that no limit is passed by both."""
    own = select(accounts.c.id).where(accounts.c.id == me.id)
    await act.connection.execute(own.with_for_update(key_share=True))


@dataclass(frozen=True)
class _Pair:
    """The other person, and what I have to do with them as the act begins."""

    handle: str
    state: str
    locked: bool
    now: Relationship


async def _pair(act: Act, me: Account, target_id: str, what: str) -> _Pair:
    """Lock both. Raises NotFound, NotProcessable when it is myself."""
    if target_id == me.id:
        raise NotProcessable(_NOT_MYSELF[what])
    own = accounts.c
    both = (
        select(own.id, own.handle, own.state, own.locked)
        .where(own.id.in_((me.id, target_id)))
        .order_by(own.id)
        # of PostgreSQL, weaker than FOR UPDATE: rows may go on to refer to both of them
        .with_for_update(key_share=True)
    )
    rows = {row.id: row for row in await act.connection.execute(both)}
    row = rows.get(target_id)
    if row is None or row.state == "gone":
        raise no_such_person()
    now = await relationship(act.connection, me.id, target_id, act.now_ms)
    return _Pair(row.handle, row.state, row.locked, now)


_NOT_MYSELF = {
    "follow": "You cannot follow yourself.",
    "unfollow": "You cannot unfollow yourself.",
    "remove": "You do not follow yourself.",
    "accept": "You cannot ask to follow yourself.",
    "reject": "You cannot ask to follow yourself.",
    "block": "You cannot block yourself.",
    "unblock": "You cannot unblock yourself.",
    "mute": "You cannot mute yourself.",
    "unmute": "You cannot unmute yourself.",
    "endorse": "You cannot recommend yourself.",
    "unendorse": "You cannot recommend yourself.",
    "note": "Notes are about others: write this one elsewhere.",
}


async def _check_limits(act: Act, me: Account) -> None:
    """Raises TooMany."""
    lately = sortable_id_at(act.now_ms - _HOUR_MS)
    total = recent = 0
    for table in (follows, follow_requests):
        mine = table.c.follower_id == me.id
        new = func.count().filter(table.c.id >= lately)
        row = (await act.connection.execute(select(func.count(), new).where(mine))).one()
        total, recent = total + row[0], recent + row[1]
    if total >= MOST_FOLLOWS:
        raise TooMany(
            f"You follow {MOST_FOLLOWS:,} people, and more is not possible: unfollow some."
        )
    if recent >= FOLLOWS_AN_HOUR:
        raise TooMany(
            f"You followed {FOLLOWS_AN_HOUR} people within an hour: go on later.",
            retry_after=_HOUR_MS // 1000,
        )


async def _begin(
    act: Act, follower_id: str, followed_id: str, wishes: dict[str, bool], *, asks: bool
) -> None:
    table = follow_requests if asks else follows
    row: dict[str, Any] = {"follower_id": follower_id, "followed_id": followed_id}
    await act.connection.execute(insert(table).values(**row, id=sortable_id(act.now_ms), **wishes))
    if not asks:
        await _count(act, follower_id, followed_id, 1)


async def _change(act: Act, me: str, now: Relationship, wishes: dict[str, bool]) -> None:
    """What I wish of a follow, or a request for one, that is there already."""
    table = follows if now.following else follow_requests
    mine = table.c.follower_id == me, table.c.followed_id == now.id
    await act.connection.execute(update(table).where(*mine).values(**wishes))
    _changed(act, me)


async def _take_request(act: Act, me: Account, follower_id: str) -> dict[str, bool]:
    """Remove their request: what they wished in it. Raises NotFound."""
    asked = follow_requests.c
    theirs = asked.follower_id == follower_id, asked.followed_id == me.id
    found = await act.connection.execute(select(asked.boosts, asked.notify).where(*theirs))
    row = found.first()
    if row is None:
        raise NotFound("This person does not ask to follow you, or not any more.")
    await act.connection.execute(delete(follow_requests).where(*theirs))
    return {"boosts": row.boosts, "notify": row.notify}


async def _part(act: Act, follower_id: str, followed_id: str) -> None:
    """End a follow or the request for one, and what rests on it."""
    for table in (follow_requests, follows):
        ended = await act.connection.execute(
            delete(table).where(
                table.c.follower_id == follower_id, table.c.followed_id == followed_id
            )
        )
        if table is follows and ended.rowcount:
            await _count(act, follower_id, followed_id, -1)
            await _forget_followed(act, follower_id, followed_id)


async def _forget_followed(act: Act, follower_id: str, followed_id: str) -> None:
    """Lists and endorsements are of people one follows."""
    own_lists = select(lists.c.id).where(lists.c.account_id == follower_id)
    of_lists = list_members.c.account_id == followed_id, list_members.c.list_id.in_(own_lists)
    left = await act.connection.execute(delete(list_members).where(*of_lists))
    if left.rowcount:
        act.news.append(News("lists", follower_id))
    mine = endorsements.c.account_id == follower_id, endorsements.c.target_id == followed_id
    await act.connection.execute(delete(endorsements).where(*mine))


async def _forget_mute(act: Act, me: Account, target_id: str) -> None:
    mine = mutes.c.account_id == me.id, mutes.c.target_id == target_id
    await act.connection.execute(delete(mutes).where(*mine))


async def _count(act: Act, follower_id: str, followed_id: str, step: int) -> None:
    for account_id, column in ((follower_id, "following"), (followed_id, "followers")):
        changed = {column: accounts.c[column] + step}
        await act.connection.execute(
            update(accounts).where(accounts.c.id == account_id).values(**changed)
        )


def _changed(act: Act, *account_ids: str) -> None:
    act.news += [News("relations", account_id) for account_id in account_ids]
