"""RFC 7396, with the examples of its appendix A."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.wire.merge_patch import apply, diff, same

EXAMPLES: list[tuple[Any, Any, Any]] = [
    ({"a": "b"}, {"a": "c"}, {"a": "c"}),
    ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
    ({"a": "b"}, {"a": None}, {}),
    ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
    ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
    ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
    ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
    ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
    (["a", "b"], ["c", "d"], ["c", "d"]),
    ({"a": "b"}, ["c"], ["c"]),
    ({"a": "foo"}, None, None),
    ({"a": "foo"}, "bar", "bar"),
    ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
    ([1, 2], {"a": "b", "c": None}, {"a": "b"}),
    ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
]
SCALARS = (
    st.booleans() | st.integers(-3, 3) | st.sampled_from([0.0, 1.0, 0.5]) | st.text(max_size=3)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner | st.none(), max_size=3)
        | st.dictionaries(st.sampled_from("abcd"), inner, max_size=4)
    ),
    max_leaves=12,
)
DOCUMENTS = st.dictionaries(st.sampled_from("abcd"), VALUES, max_size=4)


@pytest.mark.parametrize(("document", "patch", "result"), EXAMPLES)
def test_the_examples_of_the_standard(document: Any, patch: Any, result: Any) -> None:
    before = copy.deepcopy(document)
    assert apply(document, patch) == result
    assert document == before


@given(DOCUMENTS, DOCUMENTS)
def test_a_difference_applied_gives_the_new_document(old: Any, new: Any) -> None:
    before = copy.deepcopy((old, new))
    patch = diff(old, new)
    assert same(old if patch is None else apply(old, patch), new)
    assert (patch is None) == same(old, new)
    assert (old, new) == before


@given(DOCUMENTS, DOCUMENTS)
def test_a_patch_names_only_what_changed(old: Any, new: Any) -> None:
    patch = diff(old, new)
    for key in patch or {}:
        assert key not in old or key not in new or not same(old[key], new[key])


def test_true_is_not_one() -> None:
    assert diff({"muted": 1}, {"muted": True}) == {"muted": True}
    assert diff({"l": [0]}, {"l": [False]}) == {"l": [False]}


def test_a_null_member_goes_and_an_absent_one_stays_away() -> None:
    assert diff({"pinned": {"a": 1}}, {"pinned": None}) == {"pinned": None}
    assert diff({"pinned": None}, {"pinned": None}) is None
    assert diff({}, {"pinned": None}) is None


def test_an_object_in_place_of_something_else_comes_whole() -> None:
    assert diff({"a": 1}, {"a": {"b": 2}}) == {"a": {"b": 2}}
    assert diff({"a": {"b": 2}}, {"a": {}}) == {"a": {"b": None}}
    assert apply({"a": 1}, {"a": {}}) == {"a": {}}
