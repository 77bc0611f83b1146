"""A verdict on one thing, and how well it is."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How well it is; `skipped` where it could not be told or does not apply."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Check:
    """A verdict: what was seen, and what to do about it (empty where nothing need be done).

    `listeners` is to how many it limits the audience, None where it limits something else.
    """

    name: str
    state: State
    seen: str
    advice: str = ""
    listeners: int | None = None
