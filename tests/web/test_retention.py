"""The crank forgets what is old, a step at a time, and again the next day."""

from __future__ import annotations

from sqlalchemy import insert, select

from rostra.charter.choices import choose
from rostra.chores.queue import add_chore, turn_crank
from rostra.chores.tables import chores
from rostra.people.tables import sessions
from rostra.square.act import Act
from rostra.square.actions import publish
from rostra.square.retention import DAY_MS
from rostra.square.rules import Wish
from rostra.square.tables import posts
from rostra.web import retention
from rostra.web.chores import doers


async def test_both_chores_are_done_and_put_off_until_tomorrow(square):
    ada, now_ms = await square.account("ada"), square.parts.now_ms()
    database = square.parts.database
    async with database.writing() as connection:
        await publish(Act(connection, now_ms - 40 * DAY_MS), ada, Wish("old"))
        await publish(Act(connection, now_ms), ada, Wish("new"))
        row = {"fingerprint": "f", "account_id": ada.id, "expires_ms": 1}
        await connection.execute(insert(sessions).values(**row))
        await choose(connection, {"keep_days": 30}, by=None, now_ms=now_ms)
        for kind in retention.DAILY:
            await add_chore(connection, kind, {}, due_ms=0, now_ms=now_ms, subject=kind)
    does = {kind: doers(square.parts)[kind] for kind in retention.DAILY}
    while await turn_crank(database, does, now_ms):
        pass
    async with database.reading() as connection:
        left = await connection.execute(select(posts.c.text).where(posts.c.deleted_ms.is_(None)))
        assert left.scalars().all() == ["new"]
        assert (await connection.execute(select(sessions))).all() == []
        rows = (await connection.execute(select(chores))).all()
    due = {row.kind: row.due_ms for row in rows if row.kind in retention.DAILY}
    assert due == dict.fromkeys(retention.DAILY, now_ms + DAY_MS)
