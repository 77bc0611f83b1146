"""What somebody typed, as terms."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.square.search_plans import Wanted, fts5_query, tsquery
from rostra.square.search_terms import MOST_TERMS, Terms, parse

DAY = 86_400_000
NOVEMBER = 1_793_491_200_000  # 2026-11-01, UTC


@pytest.mark.parametrize(("typed", "terms"), [
    ("Council vote", Terms(words=(("council",), ("vote",)))),
    ('"bridge is closed" -Été', Terms(words=(("bridge", "is", "closed"),), without=(("ete",),))),
    ('-"too late"', Terms(without=(("too", "late"),))),
    ("from:@Ada from:bob@here.example -from:me",
     Terms(authors=("ada", "bob"), without_authors=("me",))),
    ("has:IMAGE -is:reply language:pt-BR #Café",
     Terms(marks=("h:image", "l:pt", "t:cafe"), without_marks=("i:reply",))),
    ("before:2026-11-01", Terms(before_ms=NOVEMBER)),
    ("after:2026-11-01", Terms(after_ms=NOVEMBER + DAY)),
    ("during:2026-11", Terms(after_ms=NOVEMBER, before_ms=NOVEMBER + 30 * DAY)),
    ("after:2026-10 before:2027", Terms(after_ms=NOVEMBER, before_ms=NOVEMBER + 61 * DAY)),
    ("in:library in:all tea", Terms(words=(("tea",),), library=True)),
    ("l'eau http://a.b/c", Terms(words=(("l", "eau"), ("http", "a", "b", "c")))),
    ("from: has:zebra before:2026-13-45",
     Terms(words=(("from",), ("has", "zebra"), ("before", "2026", "13", "45")))),
    ('"never closed', Terms(words=(("never", "closed"),))),
    ('- -- "" : -" #', Terms()),
])  # fmt: skip
def test_what_is_typed_is_understood(typed, terms):
    assert parse(typed) == terms


def test_what_is_too_much_is_left_out():
    assert len(parse("a " * 400).words) == 1
    many = parse(" ".join(f"w{n}" for n in range(200)))
    assert len(many.words) == MOST_TERMS
    assert parse("x" * 100_000).words == (("x" * 64,),)


OPERATORS = ("from:", "has:", "before:", "after:", "during:", "in:", "language:", "is:", "#", "-")
TYPED = st.lists(
    st.one_of(st.text(), st.sampled_from([*OPERATORS, '"', " ", "2026-02-31", "library", "me"]))
).map("".join)


@given(TYPED)
def test_any_text_is_terms_and_makes_well_formed_questions(typed):
    terms = parse(typed)
    wanted = Wanted("x", terms.words, terms.without, terms.library)
    for asked in (fts5_query(wanted), tsquery(wanted)):
        assert asked.count("(") == asked.count(")")
        assert "\x00" not in asked
