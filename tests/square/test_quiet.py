"""Quiet hours by the clock on the wall."""

from __future__ import annotations

from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import NotProcessable
from rostra.square.quiet import Quiet, checked_quiet, is_quiet, quiet_of, shown_minutes


def at(text: str, zone: str = "Europe/Paris") -> int:
    return int(datetime.fromisoformat(text).replace(tzinfo=ZoneInfo(zone)).timestamp() * 1000)


@pytest.mark.parametrize(
    ("moment", "quiet"),
    [("21:59", False), ("22:00", True), ("23:59", True), ("00:00", True), ("06:59", True),
     ("07:00", False), ("12:00", False)],
)  # fmt: skip
@pytest.mark.parametrize("day", ["2026-01-15", "2026-07-15"])
def test_a_night_goes_over_midnight_in_winter_and_in_summer(day, moment, quiet):
    night = checked_quiet("22:00", "07:00", "Europe/Paris")
    assert night.holds(at(f"{day}T{moment}")) is quiet


def test_hours_within_one_day_end_where_they_say():
    noon = checked_quiet("12:00", "14:00", "Europe/Paris")
    assert noon.holds(at("2026-07-15T13:59"))
    assert not noon.holds(at("2026-07-15T14:00"))
    assert not noon.holds(at("2026-07-15T11:59"))


def test_the_same_hour_twice_is_the_whole_day():
    assert checked_quiet("08:00", "08:00", "UTC").holds(at("2026-07-15T03:00"))


@pytest.mark.parametrize(
    "text", ["24:00", "7:00", "07:60", "", "07-00", "٠٧:٠٠", "07:00:00", "-1:00"]
)
def test_what_is_no_time_of_day_is_refused(text):
    with pytest.raises(NotProcessable):
        checked_quiet(text, "07:00", "UTC")


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "../etc/passwd", "europe"])
def test_what_is_no_zone_is_refused(zone):
    with pytest.raises(NotProcessable):
        checked_quiet("22:00", "07:00", zone)


LEAVES = st.none() | st.booleans() | st.integers() | st.text(max_size=20) | st.floats()
KEYS = st.sampled_from(["from", "to", "zone"])


@given(
    st.recursive(LEAVES, lambda deep: st.lists(deep) | st.dictionaries(KEYS, deep), max_leaves=6)
)
def test_preferences_of_any_shape_are_read_without_an_exception(document):
    assert is_quiet({"quiet": document}, 0) in (True, False)


@given(st.integers(0, 1439), st.integers(0, 1439), st.integers(0, 4_000_000_000_000))
def test_hours_and_their_complement_are_the_whole_day(begins, ends, now_ms):
    if begins != ends:
        one, other = Quiet(begins, ends, "UTC"), Quiet(ends, begins, "UTC")
        assert one.holds(now_ms) != other.holds(now_ms)
    kept = quiet_of({"quiet": Quiet(begins, ends, "UTC").document()})
    assert kept == checked_quiet(shown_minutes(begins), shown_minutes(ends), "UTC")
