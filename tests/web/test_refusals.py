"""What is refused is said in French as well: all of it, and nothing that nobody says."""

from __future__ import annotations

import re
from functools import cache
from importlib import import_module
from pkgutil import walk_packages
from time import perf_counter

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

import rostra.web
from rostra.charter.choices import CHOICES
from rostra.errors import NotProcessable
from rostra.web.mastodon.parameters import Parameters, checked
from rostra.web.problems import sentence_of
from rostra.web.refusals import LONGEST, Phrasebook, Template, in_language, tables
from tests.web.raised import HOLE, Said, Source, all_said

TABLES = tables()
BOOK = Phrasebook(TABLES)
PLACE = re.compile(r"\{(\w+)\}")
FROM_ELSEWHERE = {"reason", "number"}
"""Tables of words that stand in no source of ours: pydantic's, and numbers."""

HANDED_ON = {
    "darkroom/answer.py: _sentence(found['refused'])",
    "web/bodies.py: refused.sentence",
    "web/darkroom.py: refused.sentence",
    "web/limits.py: self.sentence",
    "web/mastodon/media.py: error.sentence",
    "web/problems.py: error.sentence",
    "web/stage_line.py: sentence",
}
"""Sentences of others, said again: each was found where it was made."""


@cache
def raised() -> dict[str, Said]:
    return all_said()


def shape_of(template: str) -> str:
    return PLACE.sub(HOLE, template)


def called() -> set[str]:
    """The choices of the operator, as refusals call them."""
    return {choice.metadata["called"] or choice.name for choice in CHOICES}


def test_every_sentence_that_is_raised_has_its_french() -> None:
    known = {shape_of(each) for each in TABLES["sentence"]}
    missing = {said.where: shape for shape, said in raised().items() if shape not in known}
    assert missing == {}
    assert len(raised()) > 400


def test_no_french_is_left_over() -> None:
    shapes = [shape_of(each) for each in TABLES["sentence"]]
    assert len(shapes) == len(set(shapes))
    assert set(shapes) - raised().keys() == set()


def test_no_sentence_is_made_where_it_cannot_be_followed() -> None:
    assert Source().not_followed() == HANDED_ON


def test_every_word_that_a_place_may_hold_is_known_and_none_is_left_over() -> None:
    found: dict[str, set[str]] = {"what": called()}
    for template in TABLES["sentence"]:
        said = raised()[shape_of(template)]
        for place, words in zip(PLACE.findall(template), said.words, strict=True):
            found.setdefault(place, set()).update(words)
    for place, words in found.items():
        shapes = {shape_of(each) for each in TABLES.get(place, ())}
        unknown = {word for word in words - shapes if BOOK.translated(word, place) is None}
        assert unknown == set(), place
        in_words = {word for word in words if not re.fullmatch(r"[a-z_]+", word)}
        assert place in TABLES or in_words == set(), place
    for place in TABLES.keys() - FROM_ELSEWHERE - {"sentence"}:
        assert {shape_of(each) for each in TABLES[place]} == found[place], place


def test_both_languages_have_the_same_places_and_french_its_signs() -> None:
    for kind, table in TABLES.items():
        for english, french in table.items():
            places, others = sorted(PLACE.findall(english)), sorted(PLACE.findall(french))
            assert others == places or (kind == "reason" and set(others) < set(places)), english
            assert len(places) == len(set(places)), english
            assert not re.search(r" [:;?!»%]|« ", french), french
            assert "'" not in PLACE.sub("", french) or "'" in english, french


values = st.text(st.characters(codec="utf-8", exclude_characters="{}"), min_size=1, max_size=40)


def a_value(place: str, template: Template) -> st.SearchStrategy[str]:
    if place == "sentence":
        return st.sampled_from([each for each in TABLES["sentence"] if not PLACE.search(each)])
    if place == "field":
        return st.from_regex(r"[a-z_.0-9]{1,30}", fullmatch=True)
    if place in TABLES:
        return st.sampled_from([each for each in TABLES[place] if not PLACE.search(each)] or ["x"])
    pieces = [each for each in template.pieces if each]
    return values.filter(lambda value: not any(piece in value for piece in pieces))


@given(st.data())
@settings(max_examples=200, deadline=None)
def test_the_values_are_the_same_in_french(data: st.DataObject) -> None:
    english = data.draw(st.sampled_from([each for each in TABLES["sentence"] if "{" in each]))
    template = Template.of(english)
    held = {each: data.draw(a_value(each, template), label=each) for each in template.places}
    in_french = {each: BOOK.translated(value, each) or "" for each, value in held.items()}
    text = template.filled(held)
    assume(not any(is_more_particular(each, english, text) for each in TABLES["sentence"]))
    assert in_language("fr", text) == Template.of(TABLES["sentence"][english]).filled(in_french)


def is_more_particular(other: str, english: str, text: str) -> bool:
    """Whether `other` says the same text with more words of its own: it has its own French."""
    longer = len(PLACE.sub("", other)) > len(PLACE.sub("", english))
    template = Template.of(other)
    return longer and (text == other if not template.places else bool(template.values_in(text)))


@pytest.mark.parametrize("english", [each for each in TABLES["sentence"] if PLACE.search(each)])
def test_no_sentence_stands_before_another(english: str) -> None:
    template = Template.of(english)
    french = Template.of(TABLES["sentence"][english])
    found = set()
    for word in range(20):
        held = {each: plain(each, word, number) for number, each in enumerate(template.places)}
        told = {each: BOOK.translated(value, each) or "" for each, value in held.items()}
        found.add(in_language("fr", template.filled(held)) == french.filled(told))
    assert True in found


def plain(place: str, word: int, number: int) -> str:
    words = [each for each in TABLES.get(place, ()) if not PLACE.search(each)]
    return words[word % len(words)] if words else f"x{number}"


@given(st.text(max_size=200))
def test_what_nobody_says_stays_as_it_is(text: str) -> None:
    assert in_language("fr", text) in {text, TABLES["sentence"].get(text)}
    assert in_language("en", text) == text


def test_a_place_with_words_takes_nothing_else() -> None:
    known, unknown = "This report is open already.", "This report is <b>odd</b> already."
    assert in_language("fr", known) == "Ce signalement est déjà ouvert."
    assert in_language("fr", unknown) == unknown


def test_a_refusal_within_another_is_told_in_french_too() -> None:
    inner = "The name is too long: 30 characters at most."
    told = in_language("fr", f"Validation failed: {inner}")
    assert told == "Refusé\u00a0: " + in_language("fr", inner)
    assert "«\u00a0nom\u00a0»" in told


def test_numbers_are_written_as_the_french_do() -> None:
    told = in_language("fr", "A list may have 1,000 members: begin another one.")
    assert "1\u202f000 membres" in told


WRONG = ["", "x" * 70_000, "abc", "1.5", -1, 2, 1.5, 10**30, True, None, [], ["a"] * 5000,
         [{}], {}, {"a": 1}, "9" * 5000, float("nan")]  # fmt: skip


def models() -> list[type[BaseModel]]:
    """Every body and query that the doors read."""
    for each in walk_packages(rostra.web.__path__, "rostra.web."):
        import_module(each.name)
    return [each for each in _below(BaseModel) if each.__module__.startswith("rostra.web.")]


def _below(model: type[BaseModel]) -> list[type[BaseModel]]:
    return [one for each in model.__subclasses__() for one in (each, *_below(each))]


@pytest.mark.parametrize("model", models(), ids=lambda model: model.__qualname__)
def test_whatever_is_wrong_with_a_field_is_told_in_french(model: type[BaseModel]) -> None:
    for name, about in model.model_fields.items():
        for value in WRONG:
            given_fields = {about.alias or name: value}
            for sentence in _refusals(model, given_fields):
                assert in_language("fr", sentence) != sentence, sentence


def _refusals(model: type[BaseModel], fields: dict[str, object]) -> list[str]:
    if issubclass(model, Parameters):
        try:
            checked(fields, model)
        except NotProcessable as error:
            return [error.sentence]
        return []
    try:
        model.model_validate(fields)
    except ValidationError as error:
        return [sentence_of({**each, "loc": ("body", *each["loc"])}) for each in error.errors()]
    return []


def test_no_text_makes_the_search_slow() -> None:
    longest = [
        "Validation failed: " + " " * (LONGEST - 20) + ".",
        "This picture has too many pixels (" + "×): for they may be " * 40,
        "The " * 240,
    ]
    begun = perf_counter()
    for text in longest:
        in_language("fr", text)
    assert perf_counter() - begun < 0.2
