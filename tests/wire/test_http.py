"""Response heads, ranges and queries, and strangers' bytes in them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.errors import BadInput
from rostra.wire.http import NotSatisfiable, head, parse_query, parse_range


def test_a_head_is_its_lines_and_an_empty_one() -> None:
    written = head(206, [("Content-Type", "audio/mp4"), ("Rostra-Class", "calm")])
    assert written == (
        b"HTTP/1.1 206 Partial Content\r\nContent-Type: audio/mp4\r\nRostra-Class: calm\r\n\r\n"
    )


@pytest.mark.parametrize(
    ("name", "value"),
    [("A", "b\r\nC: d"), ("A", "b\n"), ("A", "\0"), ("A: b", "c"), ("", "c"), ("A\r", "c")],
)
def test_nothing_in_a_header_can_end_it(name: str, value: str) -> None:
    with pytest.raises(ValueError, match="cannot be sent"):
        head(200, [(name, value)])


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("bytes=0-499", (0, 500)),
        ("bytes=500-999", (500, 1000)),
        ("bytes=0-0", (0, 1)),
        ("bytes=9500-", (9500, 10000)),
        ("bytes=-500", (9500, 10000)),
        ("bytes=-20000", (0, 10000)),
        ("bytes=9999-99999", (9999, 10000)),
        ("BYTES=0-499", (0, 500)),
        ("bytes= 0-499 ", (0, 500)),
        ("bytes=000-0499", (0, 500)),
    ],
)
def test_one_range_is_taken_as_the_standard_says(value: str, expected: tuple[int, int]) -> None:
    found = parse_range(value, 10_000)
    assert found is not None
    assert (found.start, found.stop) == expected
    assert found.content_range == f"bytes {expected[0]}-{expected[1] - 1}/10000"
    assert found.length == expected[1] - expected[0]


@pytest.mark.parametrize(
    "value",
    [
        None,
        "",
        "bytes=",
        "bytes=-",
        "bytes=5-4",
        "bytes=0-1,2-3",
        "bytes=" + ",".join("0-1" for _ in range(1_000)),
        "items=0-1",
        "bytes 0-1",
        "bytes=a-b",
        "bytes=0-1x",
        "bytes=+1-2",
        "bytes=" + "9" * 40 + "-",
        "bytes=٣-٤",
    ],
)
def test_several_or_malformed_ranges_are_ignored(value: str | None) -> None:
    assert parse_range(value, 10_000) is None


@pytest.mark.parametrize("value", ["bytes=10000-", "bytes=10000-10001", "bytes=-0"])
def test_a_range_beyond_the_end_is_not_satisfiable(value: str) -> None:
    with pytest.raises(NotSatisfiable) as caught:
        parse_range(value, 10_000)
    assert caught.value.status == 416


@given(st.text(max_size=40) | st.from_regex(r"bytes=[0-9]{0,20}-[0-9]{0,20}"), st.integers(0, 99))
def test_a_range_always_lies_within(value: str, size: int) -> None:
    try:
        found = parse_range(value, size)
    except NotSatisfiable:
        return
    assert found is None or 0 <= found.start < found.stop <= size


def test_a_query_is_read_and_the_first_of_equals_counts() -> None:
    query = b"after=12.5&mark=a%2Bb&x=%F0%9F%91%8F&after=3&&empty=&bare&p=a+b"
    assert parse_query(query) == {
        "after": "12.5",
        "mark": "a+b",
        "x": "👏",
        "empty": "",
        "bare": "",
        "p": "a b",
    }


@pytest.mark.parametrize("query", ["a" * 2049, "&".join("abcdefg" * 5), "a=%ff", "é=1", "a=👏"])
def test_a_query_beyond_bounds_or_not_text_is_refused(query: str) -> None:
    with pytest.raises(BadInput):
        parse_query(query)


@given(st.binary(max_size=300))
def test_any_query_is_read_or_refused(query: bytes) -> None:
    try:
        assert len(parse_query(query)) <= 32
    except BadInput as error:
        assert error.status == 400
