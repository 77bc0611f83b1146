"""Reading the square from a door: a connection, and who reads."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from sqlalchemy.ext.asyncio import AsyncConnection

from rostra.people.queries import Account
from rostra.square.walking import Reader
from rostra.web.parts import WebParts


@asynccontextmanager
async def reading(
    parts: WebParts, viewer: Account | None, *, together: bool = False
) -> AsyncIterator[tuple[AsyncConnection, Reader]]:
    """An open connection, and what `viewer` wants and does not want to see.

    `together` as Database.reading has it.
    """
    filters = await parts.circles.filters(parts.database, viewer)
    async with parts.database.reading(together=together) as connection:
        circle = await parts.circles.circle(connection, viewer)
        yield connection, Reader(circle, filters, parts.now_ms())
