"""Markers: how far somebody has read a timeline, the same on all their devices."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.errors import Conflict
from rostra.people.queries import Account
from rostra.square.act import Act
from rostra.square.tables import markers

TIMELINES = ("home", "notifications")


@dataclass(frozen=True)
class Marker:
    """`version` grows with every change."""

    timeline: str
    last_read_id: int
    version: int
    updated_ms: int


async def markers_of(
    connection: AsyncConnection, me: Account, timelines: Iterable[str]
) -> list[Marker]:
    """My markers of `timelines`, as far as there are any."""
    mine = markers.c.account_id == me.id, markers.c.timeline.in_(list(timelines))
    found = select(
        markers.c.timeline, markers.c.last_read_id, markers.c.version, markers.c.updated_ms
    ).where(*mine)
    return [Marker(*row) for row in await connection.execute(found.order_by(markers.c.timeline))]


async def set_markers(act: Act, me: Account, places: Mapping[str, int]) -> list[Marker]:
    """Put markers at ids. Raises Conflict when another device did so at the same moment."""
    before = {each.timeline: each for each in await markers_of(act.connection, me, places)}
    for timeline in sorted(places):
        await _set(act, me, timeline, places[timeline], before.get(timeline))
    return await markers_of(act.connection, me, places)


async def _set(act: Act, me: Account, timeline: str, place: int, before: Marker | None) -> None:
    values = {"last_read_id": place, "updated_ms": act.now_ms}
    if before is None:
        row = {"account_id": me.id, "timeline": timeline, "version": 1}
        try:
            await act.connection.execute(insert(markers).values(**row, **values))
        except IntegrityError:
            raise _moved() from None
        return
    same = (
        markers.c.account_id == me.id,
        markers.c.timeline == timeline,
        markers.c.version == before.version,
    )
    changed = update(markers).where(*same).values(version=before.version + 1, **values)
    if not (await act.connection.execute(changed)).rowcount:
        raise _moved()


def _moved() -> Conflict:
    return Conflict("The marker was moved by another device at the same moment: try again.")
