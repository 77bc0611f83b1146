"""Threads: what is above, what is below in the order of reading, a page at a time."""

from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.people.queries import Account
from rostra.square.actions import publish
from rostra.square.audience import STRANGER
from rostra.square.filtering import NO_FILTERS
from rostra.square.posts import Post
from rostra.square.rules import Wish
from rostra.square.threads import MOST_ABOVE, Thread, ancestors, descendants, thread_of
from rostra.square.walking import Reader
from tests.square.conftest import Town

# Each post's parent is an earlier one, or none.
trees = st.lists(st.integers(0, 1_000), max_size=40).map(
    lambda picks: {1: None} | {n: 1 + pick % (n - 1) for n, pick in enumerate(picks, 2)}
)


@given(trees)
def test_everybody_below_is_read_once_and_after_what_they_answer(parents):
    order = descendants(parents, 1)
    assert sorted(order) == sorted(parents.keys() - {1})
    read = {1}
    for number in order:
        assert parents[number] in read
        read.add(number)


@given(trees)
def test_above_is_the_way_to_the_beginning(parents):
    for number in parents:
        way = [*ancestors(parents, number), number]
        assert all(parents[below] == above for above, below in itertools.pairwise(way))
        assert parents[way[0]] is None


@given(st.dictionaries(st.integers(1, 9), st.integers(1, 9)))
def test_circles_end(parents):
    for number in parents:
        assert len(ancestors(parents, number)) <= MOST_ABOVE
        assert len(descendants(parents, number)) <= len(parents)


@pytest.fixture
async def ana(town: Town) -> Account:
    return await town.person("ana")


async def _said(town: Town, author: Account, text: str, answered: Post | None = None) -> Post:
    wish = Wish(text=text, reply_to=answered.id if answered else None)
    made: Post = await town.do(publish, author, wish)
    return made


async def _read(town: Town, post: Post, **part: int) -> Thread:
    async with town.database.reading() as connection:
        reader = Reader(STRANGER, NO_FILTERS, town.now_ms)
        return await thread_of(connection, post, reader, **part)


async def test_pages_of_a_thread_have_every_answer_once(town: Town, ana: Account) -> None:
    first = await _said(town, ana, "Question")
    answers = [await _said(town, ana, f"Answer {n}", first) for n in range(7)]
    await _said(town, ana, "To the second", answers[1])
    texts: list[str] = []
    after: int | None = 0
    while after is not None:
        found = await _read(town, first, skip=after, most=3)
        texts += [view.post.text for view in found.below]
        assert after == 0 or not found.above
        after = found.after
    assert texts == ["Answer 0", "Answer 1", "To the second", *(f"Answer {n}" for n in range(2, 7))]


async def test_what_is_answered_stands_above(town: Town, ana: Account) -> None:
    first = await _said(town, ana, "Question")
    second = await _said(town, ana, "Answer", first)
    third = await _said(town, ana, "Thanks", second)
    found = await _read(town, third)
    assert [view.post.text for view in found.above] == ["Question", "Answer"]
    assert found.below == () and found.after is None
