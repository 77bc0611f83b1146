"""What the web process stands on, and what is said of it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from rostra.doctor import square
from rostra.doctor.checks import State
from rostra.doctor.facts import Square
from rostra.doctor.square_verdicts import LARGE, darkroom, database
from rostra.settings import resolve

FINE = Square("SQLite", 3_200_000, "", True, ("namespaces", "landlock", "descriptors"))


async def test_a_folder_without_a_database_is_left_as_it_is(tmp_path: Path) -> None:
    seen = await square.look(resolve({"data": tmp_path}, {}, None))
    assert (seen.kind, seen.bytes, seen.trouble, seen.dumps) == ("SQLite", None, "", True)
    assert "descriptors" in seen.walls  # the one that every kernel has
    assert not list(tmp_path.iterdir())  # noqa: ASYNC240 - a folder of nothing


async def test_a_postgresql_that_does_not_answer_is_a_sentence(tmp_path: Path) -> None:
    url = "postgresql+asyncpg://nobody:sesame@127.0.0.1:1/none"
    seen = await square.look(resolve({"data": tmp_path, "database": url}, {}, None))
    check = database(seen)
    assert (seen.kind, seen.bytes, check.state) == ("PostgreSQL", None, State.FAIL)
    assert "busy or cannot be reached" in check.seen and "sesame" not in check.seen


@pytest.mark.parametrize(
    ("changed", "state", "words"),
    [
        ({}, State.OK, "SQLite, 3.2 MB."),
        ({"bytes": None}, State.OK, "not made yet"),
        ({"bytes": LARGE + 1}, State.OK, "10000.0 MB"),
        ({"kind": "PostgreSQL", "dumps": False}, State.WARN, "pg_dump is missing"),
    ],
)
def test_what_is_said_of_a_database(changed, state, words) -> None:
    check = database(replace(FINE, **changed))
    assert check.state is state and words in check.seen


def test_what_is_said_of_the_darkroom() -> None:
    assert "namespaces (no network), landlock" in darkroom(FINE.walls).seen
    assert darkroom(("descriptors",)).state is State.OK
    assert darkroom(()).state is State.FAIL
