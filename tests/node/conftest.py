"""Waiting for a condition, with a deadline and without guessing how long it takes."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

import pytest


@pytest.fixture
def eventually() -> Callable[..., None]:
    """Call with a condition: returns once it holds, fails after `seconds`."""

    def wait(condition: Callable[[], object], seconds: float = 10.0) -> None:
        deadline = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < deadline, f"did not happen within {seconds} s"
            select.select([], [], [], 0.02)

    return wait
