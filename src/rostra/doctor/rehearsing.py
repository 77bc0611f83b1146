"""The rehearsal's conductor, as the doctor calls it."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rostra.clients.pinned import Pinned
from rostra.clock import SystemClock
from rostra.rehearsal import conductor
from rostra.rehearsal.shape import Mix, Plan

_VERIFIED = 1.0  # per cent of the listeners, who compare every byte


def rehearse(
    url: str, listeners: int, ramp: float, hold: float, *, certificate: Path | None
) -> Mapping[str, Any]:
    """A rehearsal with the server of this machine at `url`: the JSON document."""
    origin = f"https://{urlsplit(url).netloc}"
    wish = conductor.Wish(
        url, Plan(listeners, ramp, hold, "linear"), Mix(0.0, 0.0, _VERIFIED),
        pinned=None if certificate is None else Pinned((origin,), certificate),
    )  # fmt: skip
    return conductor.rehearse(wish, SystemClock(), lambda _: None)
