"""Who calls the API, and the times that they say."""

from __future__ import annotations

from rostra import moments
from rostra.errors import NotProcessable


def moment_of(text: str) -> int:
    """Milliseconds since the epoch of an ISO 8601 time with its zone. Raises NotProcessable."""
    try:
        return moments.read(text)
    except ValueError:
        raise NotProcessable(
            "Validation failed: the time must look like 2026-11-21T19:30:00Z."
        ) from None
