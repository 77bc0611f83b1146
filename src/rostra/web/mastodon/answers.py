"""Answers of the Mastodon API: JSON made at once, without looking at it again."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

import orjson
from starlette.responses import Response

from rostra import moments

Document = dict[str, Any]


class Json(Response):
    """`document` as JSON; what it is made of are dicts with text keys, lists, texts and numbers."""

    media_type = "application/json"

    def __init__(
        self, document: Any, status_code: int = 200, headers: Mapping[str, str] | None = None
    ) -> None:
        super().__init__(
            orjson.dumps(document, option=orjson.OPT_NON_STR_KEYS), status_code, headers
        )


@lru_cache(maxsize=4_096)
def moment(ms: int) -> str:
    """Milliseconds since the epoch as clients read times: `2026-01-31T12:00:00.000Z`."""
    return moments.shown(ms, "milliseconds")


def moment_if_any(ms: int | None) -> str | None:
    return None if ms is None else moment(ms)


@lru_cache(maxsize=4_096)
def day(ms: int) -> str:
    """The day of a moment, in UTC: `2026-01-31`."""
    return datetime.fromtimestamp(ms / 1000, UTC).date().isoformat()
