"""Moments as text."""

from __future__ import annotations

from datetime import UTC

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra import moments

YEAR_9000 = 221_845_392_000_000


@given(st.integers(0, YEAR_9000))
def test_what_is_shown_is_read_as_the_same_moment(ms):
    assert moments.read(moments.shown(ms, "milliseconds")) == pytest.approx(ms, abs=1)
    assert moments.read(moments.shown(ms)) == ms // 1000 * 1000


def test_a_zone_is_named_or_agreed():
    assert moments.read("1970-01-01T01:00:01+01:00") == 1000
    assert moments.read("1970-01-01T00:00:01", UTC) == 1000
    assert moments.read("1970-01-01T01:00:01+01:00", UTC) == 1000
    assert moments.shown(1999) == "1970-01-01T00:00:01Z"
    assert moments.shown(60_999, "minutes") == "1970-01-01T00:01Z"


@pytest.mark.parametrize("text", ["", "soon", "2026-11-21T19:30", "2026-13-01T00:00:00Z", "9" * 99])
def test_what_is_no_moment_is_a_value_error(text):
    with pytest.raises(ValueError, match=r"."):
        moments.read(text)


@given(st.text() | st.datetimes(timezones=st.timezones()).map(str))
def test_no_text_is_worse_than_a_value_error(text):
    try:
        assert isinstance(moments.read(text), int)
    except ValueError:
        return
