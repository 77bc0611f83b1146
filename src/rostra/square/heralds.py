"""A Space posts itself: when it is announced, when it is live, and when its replay is there.

Its host is the author. Each moment is posted once (unique in the database), by a chore, so that a
restart loses none. The second and third answer the first: all that is said of one Space is one
thread, and the timelines show such answers like any post, because their author answers nobody else.
A Space that goes on air within a minute of its lobby is not announced as well.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.chores.queue import add_chore
from rostra.people.profiles import of_ids
from rostra.rooms import queries as rooms
from rostra.rooms.actions import DEMO_SLUG
from rostra.rooms.queries import Space
from rostra.square import live
from rostra.square.act import Act
from rostra.square.actions import publish
from rostra.square.posts import Post
from rostra.square.queries import by_ids
from rostra.square.removal import remove_post
from rostra.square.rules import Wish
from rostra.square.tables import posts

CHORE = "herald"
ANNOUNCED, LIVE, REPLAY, REMOVED = "announced", "live", "replay", "removed"
LOBBY_MS = 60_000
"""How long after the opening of its lobby a Space is announced, if it is not on air by then."""

ENDING_MS = 3_000
"""The stage says whether there is a replay a moment after it said that it is over."""

_WORDS = {
    "en": {
        "soon": "Space: {title}\nOn {when}.\n{link}",
        ANNOUNCED: "Space: {title}\n{link}",
        LIVE: "Live now: {title}\n{link}",
        REPLAY: "The replay is there: {title}\n{link}",
    },
    "fr": {
        "soon": "Space\u00a0: {title}\nLe {when}.\n{link}",
        ANNOUNCED: "Space\u00a0: {title}\n{link}",
        LIVE: "En direct\u00a0: {title}\n{link}",
        REPLAY: "À réécouter\u00a0: {title}\n{link}",
    },
}
_DUE = {"scheduled", "lobby"}


@dataclass(frozen=True)
class Facts:
    """What is known of a Space beside its row: its address, and whether it can be heard again."""

    link: str
    replay: bool = False


async def created(connection: AsyncConnection, space: Space, now_ms: int) -> None:
    """A Space was made: one that says when it begins is announced now, others when they open."""
    if space.starts_ms is not None:
        await _herald(connection, space.slug, ANNOUNCED, now_ms, now_ms)


async def phase_told(connection: AsyncConnection, slug: str, phase: str, now_ms: int) -> None:
    """The database was told that a Space is in `phase`: have done what comes of it."""
    if phase == "lobby":
        await _herald(connection, slug, ANNOUNCED, now_ms + LOBBY_MS, now_ms)
    elif phase == "live" and LIVE not in await said_of(connection, slug):
        await _herald(connection, slug, LIVE, now_ms, now_ms)
        if slug != DEMO_SLUG:
            await live.begin(connection, slug, now_ms)
    elif phase == "ended":
        await _herald(connection, slug, REPLAY, now_ms + ENDING_MS, now_ms)
    elif phase == "removed":
        await _herald(connection, slug, REMOVED, now_ms, now_ms)


async def said_of(connection: AsyncConnection, slug: str) -> dict[str, int]:
    """The posts that a Space made, by moment; also those that were deleted since."""
    query = select(posts.c.space_moment, posts.c.id).where(
        posts.c.space_slug == slug, posts.c.space_moment.is_not(None)
    )
    return {row.space_moment: row.id for row in await connection.execute(query)}


async def herald(act: Act, slug: str, moment: str, facts: Facts) -> Post | None:
    """Post `moment` of a Space, once, and only while it is true."""
    space = await rooms.by_slug(act.connection, slug)
    said = await said_of(act.connection, slug)
    if moment == REMOVED:
        await _take_back(act, list(said.values()))
        return None
    if space is None or moment in said or not _is_true(moment, space, facts):
        return None
    author = (await of_ids(act.connection, [space.owner_id])).get(space.owner_id)
    if author is None or not author.account.may_act:
        return None
    wish = Wish(
        text=words(moment, space, facts.link),
        visibility="public",
        sensitive=False,
        language=space.language,
        reply_to=await _announcement(act.connection, said),
        space_slug=slug,
        space_moment=moment,
    )
    return await publish(act, author.account, wish)


def words(moment: str, space: Space, link: str) -> str:
    """What a Space says of itself, in its own language as far as we have it."""
    spoken = _WORDS.get(space.language.partition("-")[0].lower(), _WORDS["en"])
    soon = moment == ANNOUNCED and space.starts_ms is not None
    # A host's title must name nobody: a mention would tell people who asked for nothing.
    title = space.title.replace("@", "@\u2060")
    return spoken["soon" if soon else moment].format(
        title=title, link=link, when=_when(space.starts_ms or 0)
    )


def _when(starts_ms: int) -> str:
    return f"{datetime.fromtimestamp(starts_ms // 1000, UTC):%Y-%m-%d %H:%M} UTC"


def _is_true(moment: str, space: Space, facts: Facts) -> bool:
    if moment == ANNOUNCED:
        return space.phase in _DUE
    if moment == LIVE:
        return space.phase in {"live", "paused"}
    return space.phase == "ended" and facts.replay


async def _announcement(connection: AsyncConnection, said: dict[str, int]) -> int | None:
    """The first post of the Space that is still there."""
    found = await by_ids(connection, said.values())
    there = [found[number].id for number in sorted(found) if found[number].deleted_ms is None]
    return there[0] if there else None


async def _take_back(act: Act, post_ids: list[int]) -> None:
    for post in (await by_ids(act.connection, post_ids)).values():
        await remove_post(act, post, by_moderator=False)


async def _herald(
    connection: AsyncConnection, slug: str, moment: str, due_ms: int, now_ms: int
) -> None:
    if slug == DEMO_SLUG:
        return  # it plays in a loop for whoever tries Rostra out
    await add_chore(
        connection, CHORE, {"slug": slug, "moment": moment}, due_ms=due_ms, now_ms=now_ms,
        subject=f"{slug} {moment}",
    )  # fmt: skip
