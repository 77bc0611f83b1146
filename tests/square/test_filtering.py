"""What a filter meets: words of any script, whole or not, wherever a post has text."""

from __future__ import annotations

import time
from random import Random

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from rostra.square.filtering import (
    Filter,
    FilteredPost,
    FilterSet,
    Keyword,
    folded,
    hides,
    matches,
)


def met(text: str, *words: str, whole: bool = True) -> bool:
    keywords = tuple(Keyword(number, word, whole) for number, word in enumerate(words))
    one = FilterSet((Filter(1, "t", ("home",), "warn", None, keywords),))
    return bool(matches(one, [text], (), 0))


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("A Goal!", "goal"),
        ("ＧＯＡＬ", "goal"),  # full width
        ("Straße nach Rom", "STRASSE"),
        ("ÉTÉ", "été"),
        ("e\u0301te\u0301", "été"),  # composed and not
        ("see #Football now", "football"),
        ("see #Football now", "#football"),
        ("two  words\nhere", "words here"),
        ("go\u00adal", "goal"),  # a soft hyphen inside
        ("go\u200bal", "goal"),
        ("c++ and more", "c++"),
        ("हिन्दी भाषा", "हिन्दी"),
        ("да, Москва!", "москва"),
        ("我喜欢足球比赛", "足球"),  # no spaces, so no ends of words
        ("サッカーが好き", "サッカー"),
        ("ฉันชอบฟุตบอล", "ฟุตบอล"),
        ("مباراة كرة القدم", "كرة"),
        ("ﷺ", "صلى"),
    ],
)
def test_a_whole_word_is_found(text, word):
    assert met(text, word) and met(text, word, whole=False)


@pytest.mark.parametrize(
    ("text", "word"),
    [
        ("goalkeeper", "goal"),
        ("thegoal", "goal"),
        ("goal_post", "goal"),
        ("हिन्दीमें", "हिन्दी"),
        ("हिन्दी", "हिन्"),  # a mark goes on with the word
        ("étés", "été"),
        ("words heretic", "words here"),
    ],
)
def test_a_part_of_a_word_is_found_only_where_it_is_asked_for(text, word):
    assert not met(text, word)
    assert met(text, word, whole=False)


@given(st.text(max_size=60), st.text(min_size=1, max_size=12))
@example("İ", "i")
@example("ǰ", "ǰ")
def test_whatever_stands_in_a_text_is_found_as_a_part(before, word):
    if folded(word) and folded(word) in folded(before + word):
        assert met(before + word, word, whole=False)


@given(st.text(max_size=200))
def test_a_text_between_spaces_is_found_whole(text):
    if folded(text):
        assert met(f"so {text} so", text)


@given(st.lists(st.text(min_size=1, max_size=8), max_size=8), st.text(max_size=80))
def test_many_words_find_what_each_of_them_finds(words, text):
    assert met(text, *words) == any(met(text, word) for word in words)


def test_hits_say_what_was_met_in_the_order_of_the_filters():
    one = FilterSet(
        (
            Filter(7, "sport", ("home",), "warn", 100, (Keyword(1, "Goal"), Keyword(2, "match"))),
            Filter(8, "that post", ("public",), "hide", None, (), (FilteredPost(3, 55),)),
            Filter(9, "other", ("home",), "hide", None, (Keyword(4, "tea"),)),
        )
    )
    hits = matches(one, ["a goal", "a match"], [55], 99)
    assert [(hit.filter_id, hit.words, hit.by_post) for hit in hits] == [
        (7, ("Goal", "match"), False),
        (8, (), True),
    ]
    assert hides(hits, "public") and not hides(hits, "home")
    assert [hit.filter_id for hit in matches(one, ["a goal"], [55], 100)] == [8]  # 7 is over


def test_a_thousand_words_cost_little():
    chance = Random(1)

    def word() -> str:
        return "".join(chance.choices("abcdefghijklmnopqrstuvwxyz", k=chance.randint(3, 9)))

    fifty = FilterSet(
        tuple(
            Filter(n, "t", ("home",), "warn", None, tuple(Keyword(k, word()) for k in range(20)))
            for n in range(50)
        )
    )
    assert matches(fifty, ["ready"], (), 0) == ()
    best = 1e9
    for _ in range(5):
        posts = [" ".join(word() for _ in range(80)) for _ in range(40)]
        began = time.thread_time()
        for post in posts:
            matches(fifty, [post], (1,), 0)
        best = min(best, time.thread_time() - began)
    assert best < 0.005  # seconds of CPU for a page of forty posts; about 0.001 on two slow cores
