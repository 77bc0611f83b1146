"""Writing a row unless it is there: both databases can, each in its own dialect of SQLAlchemy."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Table
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.ext.asyncio import AsyncConnection


async def insert_if_absent(
    connection: AsyncConnection, table: Table, values: Mapping[str, Any]
) -> bool:
    """Whether the row was written: false where one with the same unique key is there."""
    made: Any = sqlite if connection.dialect.name == "sqlite" else postgresql
    wanted = made.insert(table).values(**values).on_conflict_do_nothing()
    return (await connection.execute(wanted)).rowcount == 1
