"""Houses for the tests of the edge: one with one edge process, one with two."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from rostra.testing.edges import House, make_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """One edge process may be started in it."""
    made = make_house(tmp_path)
    yield made
    made.end()


@pytest.fixture
def pair(tmp_path: Path) -> Iterator[House]:
    """Two edge processes may be started in it."""
    made = make_house(tmp_path, processes=2)
    yield made
    made.end()
