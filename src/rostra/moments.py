"""Moments as text and as numbers: ISO 8601, and milliseconds since the Unix epoch. Pure."""

from __future__ import annotations

from datetime import UTC, datetime, tzinfo


def read(text: str, zone: tzinfo | None = None) -> int:
    """Milliseconds since the epoch of an ISO 8601 time, in `zone` where it names none.

    Raises ValueError for anything else, and for a time without any zone.
    """
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        if zone is None:
            raise ValueError(text)
        moment = moment.replace(tzinfo=zone)
    try:
        return int(moment.timestamp() * 1000)
    except OverflowError:
        raise ValueError(text) from None


def shown(ms: int, precision: str = "seconds") -> str:
    """As people and programs read it, in UTC: `2026-01-31T12:00:00Z`.

    `precision` is a `timespec` of the standard library; what is finer is left away.
    """
    text = datetime.fromtimestamp(ms / 1000, UTC).isoformat(timespec=precision)
    return text.replace("+00:00", "Z")
