"""Lists in few lengths: the same values, whatever is added."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from rostra.store.padding import padded


@given(st.lists(st.integers()))
def test_nothing_is_added_but_the_last_again(values):
    found = padded(values)
    assert found[: len(values)] == values
    assert set(found) == set(values)


def test_pages_have_few_lengths():
    assert len({len(padded(range(n))) for n in range(1, 129)}) == 11
    assert padded([]) == []
