"""Databases without any table yet."""

from __future__ import annotations

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from rostra.store.database import Database, open_database


@pytest.fixture(params=["sqlite", pytest.param("postgresql", marks=pytest.mark.process)])
async def empty_database(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Database]:
    url = None
    if request.param == "postgresql":
        url = request.getfixturevalue("postgres").new_database()
    database = open_database(tmp_path / "rostra.db", url)
    yield database
    await database.close()
