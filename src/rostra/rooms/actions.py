"""What can be done with Spaces outside the stage: one logic for the shell and for the web.

A Space is a row (who owns it, for lists) and a manifest (what it is now, for stage and edges). The
manifest is the truth of the phase; the row is told afterwards, and by `tell` from time to time.
"""

from __future__ import annotations

import asyncio
import dataclasses
from dataclasses import dataclass

from sqlalchemy import delete, insert, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra import folding
from rostra.errors import BadInput, Conflict, RostraError
from rostra.ids import checked_slug, new_id, slug_from_title
from rostra.people import tokens
from rostra.people.queries import Account
from rostra.people.rules import LONGEST_NAME, checked_line
from rostra.programme import manifest as manifests
from rostra.programme.manifest import Manifest
from rostra.programme.places import Places
from rostra.rooms import queries
from rostra.rooms.queries import Space
from rostra.rooms.rules import (
    INVITE_SECONDS,
    LONGEST_TITLE,
    SEAT_SECONDS,
    check_move,
    checked_language,
    checked_start,
    no_such_space,
    shown_time,
)
from rostra.rooms.tables import space_words, spaces

DEMO_SLUG, DEMO_TITLE = "demo", "Demo: two voices, for ever"


@dataclass(frozen=True)
class Wish:
    """What somebody asks a new Space to be; checked by `create_space`."""

    title: str
    slug: str | None = None
    starts_at: str | None = None
    record: bool = True
    language: str = ""


async def create_space(
    connection: AsyncConnection,
    places: Places,
    owner: Account,
    wish: Wish,
    *,
    now_ms: int,
) -> Space:
    """A new Space, scheduled. Raises BadInput for what cannot be, Conflict for a taken slug."""
    title = checked_line(wish.title, "title", LONGEST_TITLE)
    slug = checked_slug(wish.slug) if wish.slug else slug_from_title(title)
    space = Space(
        slug=slug,
        title=title,
        owner_id=owner.id,
        owner_handle=owner.handle,
        host=owner.name,
        language=checked_language(wish.language),
        record=wish.record,
        phase="scheduled",
        starts_ms=checked_start(wish.starts_at, now_ms) if wish.starts_at else None,
        created_ms=now_ms,
    )
    await _insert(connection, space)
    await index_title(connection, space.slug, space.title)
    # The manifest comes last but before the commit: a crash between leaves a file without a row,
    # which the next creation with this slug takes over.
    await asyncio.to_thread(_write_manifest, places, space)
    return space


async def _insert(connection: AsyncConnection, space: Space) -> None:
    columns = {column.name for column in spaces.columns}
    row = {key: value for key, value in dataclasses.asdict(space).items() if key in columns}
    try:
        await connection.execute(insert(spaces).values(**row))
    except IntegrityError:
        raise Conflict(
            f"There is a Space at the address {space.slug} already: choose another."
        ) from None


async def index_title(connection: AsyncConnection, slug: str, title: str) -> None:
    """Have the Space found by the words of its title, and by no others."""
    await connection.execute(delete(space_words).where(space_words.c.slug == slug))
    words = dict.fromkeys(folding.tokens(title))
    if words:
        await connection.execute(
            insert(space_words), [{"slug": slug, "word": word} for word in words]
        )


def _write_manifest(places: Places, space: Space) -> None:
    wanted = Manifest(
        slug=space.slug,
        title=space.title,
        language=space.language,
        host=space.host,
        starts_at=shown_time(space.starts_ms),
        record=space.record,
    )
    path = places.manifest(space.slug)
    try:
        manifests.create(path, wanted)
    except Conflict:
        manifests.update(path, lambda left: wanted if left.programme is None else _not_ours(left))


def _not_ours(left: Manifest) -> Manifest:
    raise Conflict(f"The address {left.slug} has a recording of before: choose another.")


async def ensure_demo(
    connection: AsyncConnection, places: Places, owner: Account, *, now_ms: int
) -> Space:
    """The Space `demo`, made if it is not there. Calling it again changes nothing."""
    present = await queries.by_slug(connection, DEMO_SLUG)
    if present is not None:
        return present
    wish = Wish(title=DEMO_TITLE, slug=DEMO_SLUG, record=False, language="en")
    return await create_space(connection, places, owner, wish, now_ms=now_ms)


async def list_spaces(connection: AsyncConnection) -> list[Space]:
    """On air and open ones first, then the upcoming, then the recent."""
    now, soon = await queries.on_now(connection), await queries.upcoming(connection)
    return [*now, *soon, *await queries.recent(connection)][: queries.MOST]


async def read_manifest(places: Places, slug: str) -> Manifest:
    """What the Space is now. Raises NotFound for unknown and for removed ones, and odd slugs."""
    try:
        path = places.manifest(slug)
    except BadInput:
        raise no_such_space() from None
    found = await asyncio.to_thread(manifests.read, path)
    if found is None or found.phase == "removed":
        raise no_such_space()
    return found


async def open_lobby(places: Places, slug: str) -> Manifest:
    """scheduled → lobby, upon which the supervisor starts a stage. Again is fine."""

    def change(now: Manifest) -> Manifest:
        check_move("open", now.phase)
        return dataclasses.replace(now, phase="lobby")

    return await asyncio.to_thread(manifests.update, places.manifest(slug), change)


async def end_unopened(places: Places, slug: str, *, now_ms: int) -> Manifest:
    """scheduled → ended: there never was a stage. Any other phase is left to the stage."""

    def change(now: Manifest) -> Manifest:
        if now.phase != "scheduled":
            return now
        return dataclasses.replace(now, phase="ended", ended_at=shown_time(now_ms))

    return await asyncio.to_thread(manifests.update, places.manifest(slug), change)


async def remove_space(
    connection: AsyncConnection, places: Places, slug: str, *, reason: str = ""
) -> Manifest:
    """Take a Space away from every door, whatever it is doing. Raises NotFound."""
    why = checked_line(reason, "reason", 200) if reason else None

    def change(now: Manifest) -> Manifest:
        return dataclasses.replace(now, phase="removed", removed_reason=why, replay=False)

    await read_manifest(places, slug)
    after = await asyncio.to_thread(manifests.update, places.manifest(slug), change)
    await tell(connection, slug, "removed")
    return after


async def tell(connection: AsyncConnection, slug: str, phase: str) -> None:
    """Note in the database what phase a Space is in."""
    await connection.execute(update(spaces).where(spaces.c.slug == slug).values(phase=phase))


async def stale(connection: AsyncConnection, places: Places) -> list[tuple[str, str]]:
    """Spaces not over yet whose manifest says other than their row: (slug, phase)."""
    rows = [*await queries.on_now(connection), *await queries.upcoming(connection)]

    def look() -> list[tuple[str, str]]:
        found = [(row, _phase(places, row.slug)) for row in rows]
        return [(row.slug, phase) for row, phase in found if phase and phase != row.phase]

    return await asyncio.to_thread(look)


def _phase(places: Places, slug: str) -> str | None:
    try:
        found = manifests.read(places.manifest(slug))
    except RostraError:
        return None  # damaged: the page of that Space says so; a list must not fail for it
    return found.phase if found else None


def invite(
    secret: bytes, slug: str, *, role: str, name: str, now: float, seat: str | None = None
) -> tuple[str, tokens.Invite]:
    """A signed seat for `slug`; `seat` is given for the owner, whose seat is the account.

    Raises BadInput for a role that does not exist or a name that cannot be shown.
    """
    if role not in tokens.ROLES:
        raise BadInput("The role of an invitation must be speaker or cohost.")
    made = tokens.Invite(
        id=seat or new_id(),
        slug=slug,
        role=role,
        name=checked_line(name, "name", LONGEST_NAME) if name else "",
        expires=int(now) + (SEAT_SECONDS if role == "host" else INVITE_SECONDS),
    )
    return tokens.sign(secret, made), made
