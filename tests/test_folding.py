"""Words as a search compares them."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.folding import LONGEST_TOKEN, spans, tokens


@pytest.mark.parametrize(("text", "found"), [
    ("Élève à l’école, NAÏF", ["eleve", "a", "l", "ecole", "naif"]),
    ("e\u0301te\u0301 STRASSE Straße", ["ete", "strasse", "strasse"]),
    ("日本語 ok", ["日", "本", "語", "ok"]),
    ("한국어", ["한국어"]),
    ("हिन्दी", ["हिन्दी"]),
    ("IŞIK ışık İstanbul", ["isik", "isik", "istanbul"]),
    ("a👩‍🚀b", ["a", "👩", "🚀", "b"]),
    ("C++ @ada #tag_one ½", ["c", "ada", "tag", "one", "1", "2"]),
    ("\x00\ud800 .-,", []),
    ("x" * 100, ["x" * LONGEST_TOKEN]),
])  # fmt: skip
def test_tokens_are_what_readers_mean(text, found):
    assert tokens(text) == found


@given(st.text())
def test_every_token_is_found_where_it_stands(text):
    text = unicodedata.normalize("NFC", text)
    places = list(spans(text))
    assert [token for token, _, _ in places] == tokens(text)
    ends = [0, *(end for _, _, end in places)]
    for (_, start, end), before in zip(places, ends, strict=False):
        assert before <= start + 1 and start < end <= len(text)


@given(st.text())
def test_a_token_is_its_own_token_and_has_nothing_that_a_database_reads(text):
    for token in tokens(text):
        assert token and not set(token) & set(" :'\"\\&|!()<>*\x00")
        assert "".join(tokens(token)) == "".join(tokens(token.upper().lower()))[: len(token) * 3]
