"""The line that the darkroom says, read as a stranger's."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.darkroom.answer import (
    TYPES,
    Developed,
    Malformed,
    Refused,
    line_of,
    read_line,
    refusal_line,
)

PICTURE = Developed("jpg", 4000, 3000, 640, 480, blurhash="LEHV6nWB2yk8pyo0adR*.7kCMdnj")
SOUND = Developed("m4a", seconds=12.5, sealed=("namespaces", "landlock"))


@pytest.mark.parametrize("said", [PICTURE, SOUND])
def test_what_is_said_is_understood(said: Developed) -> None:
    assert read_line(line_of(said)) == said


def test_a_refusal_is_its_sentence() -> None:
    with pytest.raises(Refused, match=r"^It is damaged\.$") as refused:
        read_line(refusal_line(Refused("It is damaged.", "OSError" * 100)))
    assert refused.value.detail.startswith("OSError") and len(refused.value.detail) == 300


LIES: list[dict[str, Any]] = [
    {"ending": "svg"},
    {"ending": "../../x"},
    {"width": -1},
    {"width": 10**9},
    {"width": True},
    {"width": "640"},
    {"width": 0},
    {"seconds": 5.0},
    {"seconds": float("nan")},
    {"seconds": None},
    {"blurhash": "<script>alert(1)</script>"},
    {"blurhash": 5},
    {"blurhash": "a" * 101},
    {"sealed": "all"},
    {"sealed": [{}]},
    {"sealed": ["x"] * 9},
    {"ending": "m4a"},
]


@pytest.mark.parametrize("lie", LIES)
def test_what_cannot_be_is_not_believed(lie: dict[str, Any]) -> None:
    said = json.loads(line_of(PICTURE)) | lie
    with pytest.raises(Malformed):
        read_line(json.dumps(said).encode())


@pytest.mark.parametrize(
    "sentence", [5, "", "x" * 301, "two\nlines of it", None, "\u202eabcdefghij"]
)
def test_a_refusal_is_one_plain_sentence(sentence: object) -> None:
    with pytest.raises(Malformed):
        read_line(json.dumps({"refused": sentence}).encode())


JSON = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)
NAMES = st.sampled_from([*Developed.__dataclass_fields__, "refused"])


@given(st.dictionaries(NAMES, JSON | st.sampled_from(sorted(TYPES))) | JSON)
def test_any_json_is_read_or_refused(said: object) -> None:
    try:
        assert isinstance(read_line(json.dumps(said).encode()), Developed)
    except (Malformed, Refused):
        return


@given(st.binary(max_size=4000))
def test_any_bytes_are_read_or_refused(line: bytes) -> None:
    try:
        assert isinstance(read_line(line), Developed)
    except (Malformed, Refused):
        return
