"""What holds for all tests."""

from __future__ import annotations

from pathlib import Path

import pytest

BROWSER = Path(__file__).parent / "browser"


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that drive Chromium step by step come last.

    Playwright's synchronous driver keeps an event loop running on its thread until the session
    ends; no asynchronous test could begin its own after that. Workers take files in this order, so
    that behind the browser's nothing else comes.
    """
    items.sort(key=lambda item: BROWSER in item.path.parents)
