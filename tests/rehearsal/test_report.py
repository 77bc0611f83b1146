"""The page: whole, escaped, asking nobody for anything, with a table beside each picture."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser
from typing import Any

import pytest

from rostra.errors import BadInput
from rostra.rehearsal.locales import LANGUAGES, PAGES, locale
from rostra.rehearsal.report import html
from rostra.testing.rehearsed import document, troubled

ATTACK = "<script>alert(1)</script>\"'&]]>"
VOID = {"meta", "path", "circle", "line", "rect", "br"}


class Elements(HTMLParser):
    """Which elements with which attributes a page has; fails where tags do not match."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []
        self._open: list[str] = []
        self.feed(page)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))
        if tag not in VOID:
            self._open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag

    def named(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.found if name == tag]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("made", [document(), troubled()], ids=["well", "troubled"])
def test_the_page_is_whole_and_asks_nobody_for_anything(made: Any, language: str) -> None:
    page = html(made, language=language)
    elements = Elements(page)
    assert elements.named("html") == [{"lang": language}]
    tags = {tag for tag, _ in elements.found}
    assert tags.isdisjoint({"script", "link", "img", "iframe", "object", "form", "base", "image"})
    attributes = {name for _, attributes in elements.found for name in attributes}
    assert attributes.isdisjoint({"src", "href", "style", "xlink:href", "action"})
    assert not any(name.startswith("on") for name in attributes)
    assert "@import" not in page
    assert "url(" not in page
    assert "None" not in page
    assert "nan" not in re.findall(r"[a-zé]+", page)


def test_its_policy_names_its_style_and_nothing_else() -> None:
    page = html(document())
    style = page[page.index("<style>") + 7 : page.index("</style>")]
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    policy = next(
        meta["content"] or "" for meta in Elements(page).named("meta")
        if meta.get("http-equiv") == "Content-Security-Policy"
    )  # fmt: skip
    assert policy.split("; ")[:2] == ["default-src 'none'", f"style-src 'sha256-{digest}'"]


def test_each_picture_has_words_and_a_table() -> None:
    page = html(document())
    figures = page.split("<figure>")[1:]
    assert len(figures) == 6
    for figure in figures:
        assert 'role="img"' in figure
        assert re.search(r"<title id=\"\w+-title\">[^<]+</title>", figure)
        assert re.search(r"<desc id=\"\w+-told\">[^<]+</desc>", figure)
        assert "<details>" in figure
        assert figure.count("<tr>") >= 2
    identifiers = [a["id"] for _, a in Elements(page).found if a.get("id")]
    assert len(identifiers) == len(set(identifiers))


def test_what_the_document_says_is_never_markup() -> None:
    made = document(
        limit=ATTACK, stopped=ATTACK, rostra=ATTACK, classes={ATTACK: 3},
        setup={ATTACK: ATTACK, "nested": {ATTACK: [ATTACK]}, "cores": ATTACK},
    )  # fmt: skip
    page = html(made)
    Elements(page)
    assert "<script" not in page
    assert page.count("&lt;script&gt;") >= 8


def test_a_document_of_almost_nothing_still_makes_a_page() -> None:
    page = html({"asked": 0, "joined": 0, "held": 0})
    Elements(page)
    assert "<figure>" not in page
    assert "Your server held 0 listeners." in page


def test_a_day_second_by_second_stays_a_page_that_can_be_mailed() -> None:
    series = [
        {"t": t, "listeners": t, "joins": 1, "silent": t % 7, "cores": 1} for t in range(86_400)
    ]
    assert len(html(document(series=series))) < 200_000


@pytest.mark.parametrize(
    "wrong",
    [
        {}, {"asked": 1, "joined": 1}, {"asked": "many"}, {"asked": -1}, {"asked": True},
        {"join": 3}, {"join": {"p50": "soon"}}, {"series": {}}, {"series": [3]}, {"series": [{}]},
        {"series": "abc"}, {"limit": 3}, {"setup": []}, {"classes": {"calm": []}},
        {"series": [{"t": 0}] * 200_001},
    ],
)  # fmt: skip
def test_what_is_no_document_is_told_in_a_sentence(wrong: dict[str, Any]) -> None:
    made = (
        {**document(), **wrong}
        if wrong.keys() - {"joined"} != {"asked"} or len(wrong) == 1
        else wrong
    )
    with pytest.raises(BadInput) as told:
        html(made if wrong else {})
    assert told.value.sentence.endswith("rostra rehearse --json.")


def test_numbers_that_are_none_are_not_measured() -> None:
    made = document(join={"p50": float("nan"), "p99": float("inf"), "max": 1e300}, ear_latency=None)
    page = html(made)
    assert "not measured" in page
    assert page.count("<figure>") == 5


def test_there_is_no_report_in_other_languages() -> None:
    with pytest.raises(BadInput, match="en, fr"):
        html(document(), language="../en")


def test_both_languages_have_the_same_words_and_places_and_each_is_used() -> None:
    english, french = (locale(language).words for language in LANGUAGES)
    assert english.keys() == french.keys()
    for name, text in english.items():
        places = set(re.findall(r"\{\w+\}", text))
        if not name.endswith("_one"):
            assert places == set(re.findall(r"\{\w+\}", french[name])), name
    folder = PAGES.parent
    source = "".join(
        path.read_text("utf-8") for path in [*folder.glob("*.py"), PAGES / "report.html"]
    )
    built = {f"{stem}_{end}" for stem in ("kind", "verdict", "class")
             for end in ("good", "plain", "bad", "calm", "busy", "crowd", "throng")}  # fmt: skip
    for name in english.keys() - built:
        assert re.search(rf"""['"]{name.removesuffix("_one")}['"]""", source), name
