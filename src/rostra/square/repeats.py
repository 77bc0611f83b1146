"""Requests that were sent twice: the second is answered with what the first one made."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select, update

from rostra.people.queries import Account
from rostra.square.act import Act
from rostra.square.tables import idempotency_keys
from rostra.store.inserting import insert_if_absent

KEY_MS = 3600_000
"""How long a repeated request is known: an hour, as other servers do."""


@dataclass(frozen=True)
class Before:
    """What the first request with the same key made."""

    post_id: int | None
    scheduled_id: int | None


async def first_time(act: Act, author: Account, key: str) -> Before | None:
    """None for a key that is new, and is taken now; else what the request before made."""
    mine = (idempotency_keys.c.account_id == author.id, idempotency_keys.c.key == key)
    await act.connection.execute(
        delete(idempotency_keys).where(*mine, idempotency_keys.c.created_ms < act.now_ms - KEY_MS)
    )
    values = {"account_id": author.id, "key": key, "created_ms": act.now_ms}
    if await insert_if_absent(act.connection, idempotency_keys, values):
        return None
    row = (await act.connection.execute(select(idempotency_keys).where(*mine))).one()
    return Before(row.post_id, row.scheduled_id)


async def note_made(
    act: Act,
    author: Account,
    key: str,
    *,
    post_id: int | None = None,
    scheduled_id: int | None = None,
) -> None:
    """Note what the request with `key` made."""
    await act.connection.execute(
        update(idempotency_keys)
        .where(idempotency_keys.c.account_id == author.id, idempotency_keys.c.key == key)
        .values(post_id=post_id, scheduled_id=scheduled_id)
    )
