"""What people write, as pieces and as HTML: nothing is lost, nothing of it is markup."""

from __future__ import annotations

import re
from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rostra.square.text import (
    bio_of,
    html_of,
    length,
    line_of,
    mentioned_handles,
    segments,
    tag_key,
    tags_of,
)

ORIGIN = "https://square.example"
ODD = st.text(alphabet=st.sampled_from(list("ab@#/:.<>&\"'() \n\thps1é字\u202e🙂_-")), max_size=200)


class Read(HTMLParser):
    """The elements and the text that a browser would find."""

    def __init__(self) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))

    def handle_data(self, data):
        self.text += data


def read(html: str) -> Read:
    reader = Read()
    reader.feed(html)
    reader.close()
    return reader


@given(ODD | st.text(max_size=300))
def test_the_pieces_joined_are_the_text(text):
    assert "".join(piece.text for piece in segments(text)) == text


@given(ODD | st.text(max_size=300))
def test_html_has_only_our_elements_whatever_is_written(text):
    reader = read(html_of(text, mentioned_handles(text), ORIGIN))
    for tag, attributes in reader.elements:
        assert tag in {"p", "br", "a", "span"}
        assert attributes.keys() <= {"href", "class", "rel", "target"}
        address = attributes.get("href")
        assert address is None or re.match(r"https?://", address)


@given(ODD | st.text(max_size=300))
def test_what_is_shown_is_what_was_written_but_for_empty_lines(text):
    shown = read(html_of(text, (), ORIGIN)).text
    assert re.sub(r"\s", "", shown) == re.sub(r"\s", "", text.replace("\uff03", "#"))


@given(st.integers(1, 5000))
def test_long_runs_of_one_sign_take_no_longer_than_their_length(number):
    for sign in ("@", "#", "@a", "a@a.", "https://", "((", "&lt;", "#a#"):
        assert length(sign * number) <= len(sign) * number + 23


@pytest.mark.parametrize(("text", "handles"), [
    ("@ada", ["ada"]),
    ("Hi @Ada, @bob_1!", ["ada", "bob_1"]),
    ("@ada @ada", ["ada"]),
    ("mail ada@example.org", []),
    ("https://example.org/@ada", []),
    ("@ada@elsewhere.example", []),
    ("@ada@square.example.", ["ada"]),
    ("(@ada)", ["ada"]),
    ("@@ada", []),
    ("@", []),
])  # fmt: skip
def test_who_is_named(text, handles):
    assert mentioned_handles(text, "square.example") == handles


@pytest.mark.parametrize(("text", "tags"), [
    ("#Square #SQUARE", ["square"]),
    ("#été, #字", ["été", "字"]),
    ("#1 #1st", ["1st"]),
    ("a#b", []),
    ("#a_b#c", ["a_b"]),
    ("&#39;", []),
    ("https://example.org/#part", []),
    ("＃full", ["full"]),
    ("#" + "x" * 101, []),
])  # fmt: skip
def test_what_is_a_hashtag(text, tags):
    assert tags_of(text) == tags


def test_a_hashtag_is_compared_without_case_and_compatibility_forms():
    assert tag_key("#ﬁSh") == tag_key("FISH") == "fish"


@pytest.mark.parametrize(("text", "address"), [
    ("see https://example.org.", "https://example.org"),
    ("(https://example.org/a_(b))", "https://example.org/a_(b)"),
    ("https://example.org/?a=1&b=2,", "https://example.org/?a=1&b=2"),
    ("HTTPS://EXAMPLE.ORG", None),
    ("javascript:alert(1)", None),
    ("https://", None),
])  # fmt: skip
def test_what_is_a_link(text, address):
    links = [piece.value for piece in segments(text) if piece.kind == "link"]
    assert links == ([] if address is None else [address])


def test_a_long_link_is_shown_short_and_leads_to_all_of_it():
    address = "https://www.example.org/" + "a" * 100
    html = html_of(address, (), ORIGIN)
    assert f'href="{address}"' in html
    assert unescape(re.sub(r"<[^>]+>", "", html)) == address
    assert length(address) == 23


def test_paragraphs_and_lines():
    assert html_of("a\nb\n\n\nc", (), ORIGIN) == "<p>a<br>b</p><p>c</p>"
    assert html_of("", (), ORIGIN) == ""


def test_only_those_who_are_there_become_links():
    html = html_of("@ada @ghost", ["ada"], ORIGIN)
    assert f'<a href="{ORIGIN}/@ada"' in html
    assert "@ghost" in html
    assert "/@ghost" not in html
    assert "/@ghost" in bio_of("@ghost", ORIGIN)


def test_a_text_on_one_line_ends_in_time():
    assert line_of("a\n b", 10) == "a b"
    assert line_of("abcdef", 4) == "abc…"
