"""Quiet hours: when somebody is told of nothing by sound or mail, though it is written. Pure."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from rostra.errors import NotProcessable

MINUTES = 24 * 60
_CLOCK_DIGITS = 2


@dataclass(frozen=True)
class Quiet:
    """From `begins` until `ends`, minutes after midnight in the time zone `zone` (IANA).

    It goes over midnight where `ends` is the smaller; where both are the same it is the whole day.
    """

    begins: int
    ends: int
    zone: str

    def document(self) -> dict[str, Any]:
        """As it stands in the preferences of an account."""
        return {"from": self.begins, "to": self.ends, "zone": self.zone}

    def holds(self, now_ms: int) -> bool:
        """Whether `now_ms` lies in it, by the clock on the wall there: summer time counts."""
        there = datetime.fromtimestamp(now_ms // 1000, UTC).astimezone(ZoneInfo(self.zone))
        minute = there.hour * 60 + there.minute
        if self.begins < self.ends:
            return self.begins <= minute < self.ends
        return minute >= self.begins or minute < self.ends


def checked_quiet(begins: str, ends: str, zone: str) -> Quiet:
    """Quiet hours as a form says them: `22:30`, `07:00`, `Europe/Paris`. Raises NotProcessable."""
    if zone not in _zones():
        raise NotProcessable(
            "There is no such time zone: it must be a name like Europe/Paris or UTC."
        )
    return Quiet(_minutes(begins), _minutes(ends), zone)


def quiet_of(preferences: Mapping[str, Any]) -> Quiet | None:
    """The quiet hours among somebody's preferences, if there are any that can be understood."""
    found = preferences.get("quiet")
    if not isinstance(found, Mapping):
        return None
    begins, ends, zone = found.get("from"), found.get("to"), found.get("zone")
    if not (isinstance(begins, int) and isinstance(ends, int) and isinstance(zone, str)):
        return None
    in_a_day = 0 <= begins < MINUTES and 0 <= ends < MINUTES
    return Quiet(begins, ends, zone) if in_a_day and zone in _zones() else None


def is_quiet(preferences: Mapping[str, Any], now_ms: int) -> bool:
    """Whether somebody with these preferences wants to be left alone now."""
    quiet = quiet_of(preferences)
    return quiet is not None and quiet.holds(now_ms)


def shown_minutes(minutes: int) -> str:
    """Minutes after midnight as a form shows them."""
    return f"{minutes // 60:02}:{minutes % 60:02}"


@lru_cache(maxsize=1)
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())


def _minutes(text: str) -> int:
    hours, _, minutes = text.partition(":")
    digits = all(len(each) == _CLOCK_DIGITS and each.isdecimal() for each in (hours, minutes))
    if not digits or not text.isascii() or int(hours) > 23 or int(minutes) > 59:
        raise NotProcessable("A time of day cannot be used: it must look like 22:30.")
    return int(hours) * 60 + int(minutes)
