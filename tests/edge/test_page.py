"""The listening page as a document: phases, languages, size, and a policy that allows only it."""

from __future__ import annotations

import gzip
import html
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from rostra.edge.page import (
    LANGUAGES,
    PAGES,
    SCRIPTS,
    ListeningPage,
    PageView,
    clock,
    hue,
    initials,
    source_hash,
    texts,
)

PHASES = ("scheduled", "lobby", "live", "paused", "ended", "removed", "unknown")
LARGEST = 25_000
VIEW = PageView(
    slug="town-hall",
    title="What the town square could be",
    phase="live",
    host="Ana Costa",
    starts_at="2026-11-22T07:26:00Z",
    ended_at=None,
    recorded=True,
    replay=False,
    reactions=("👏", "❤️", "😂", "😮", "🔥"),
    language="en",
    listen_url="https://live.example.org/s/town-hall",
    home_url="https://example.org/",
    state={
        "v": 1,
        "phase": "live",
        "t": 12.5,
        "listeners": 7,
        "stage": {
            "b": {"name": "Ben Okafor", "role": "speaker", "muted": True, "speaking": False},
            "a": {"name": "Ana Costa", "role": "host", "muted": False, "speaking": True},
        },
    },
    embed=False,
    duration=None,
)


@pytest.fixture(scope="module")
def page() -> ListeningPage:
    return ListeningPage()


def told(page: ListeningPage, language: str = "en", **changes: Any) -> str:
    return page.render(replace(VIEW, **changes), language).body.decode()


def policy(page: ListeningPage, **changes: Any) -> dict[str, str]:
    headers = dict(page.render(replace(VIEW, **changes), "en").headers)
    parts = (part.strip().partition(" ") for part in headers["Content-Security-Policy"].split(";"))
    return {name: values for name, _, values in parts}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", PHASES)
def test_every_phase_says_what_it_is_in_every_language(
    page: ListeningPage, phase: str, language: str
) -> None:
    body = html.unescape(told(page, language, phase=phase))
    assert f'<html lang="{language}">' in body
    assert texts(language)["page"][f"about_{phase}"] in body
    shown = phase not in ("removed", "unknown")
    assert (VIEW.title in body) is shown
    assert ("<script>" in body) is shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phase", PHASES)
def test_the_whole_page_of_a_full_stage_is_at_most_25_kilobytes(
    page: ListeningPage, phase: str, language: str
) -> None:
    names = ("Ana", "Chloé", "Dmitri", "Hiroshi", "Kemi", "Mária", "Farid")
    surnames = ("Okafor", "Hopper-Lindqvist", "Volkov", "Tanaka", "Adeyemi", "Nagy")
    stage = {
        f"k{n * 7919:016x}": {
            "name": f"{names[n % 7]} {surnames[n % 6]}",
            "role": "speaker",
            "muted": n % 2 == 0,
            "speaking": False,
        }
        for n in range(13)
    }
    title = (
        "An evening about the town square: who owns it, who pays for it, and who may speak in it"
    )
    state = {**(VIEW.state or {}), "stage": stage, "levels": dict.fromkeys(stage, 3)}
    made = page.render(replace(VIEW, phase=phase, state=state, title=title), language)
    assert len(made.body_gzip) <= LARGEST
    assert gzip.decompress(made.body_gzip) == made.body


def test_the_policy_allows_this_script_and_this_style_and_nothing_else(page: ListeningPage) -> None:
    body = told(page)
    (script,) = re.findall(r"<script>(.*?)</script>", body, re.DOTALL)
    (style,) = re.findall(r"<style>(.*?)</style>", body, re.DOTALL)
    rules = policy(page)
    assert rules["default-src"] == "'none'"
    assert rules["script-src"] == f"'{source_hash(script)}'"
    assert rules["style-src"] == f"'{source_hash(style)}'"
    assert "unsafe" not in str(rules)
    assert not re.search(r"<[^>]*\s(style|on[a-z]+)=", body.replace(style, "").replace(script, ""))


def test_only_the_embedded_view_may_be_framed(page: ListeningPage) -> None:
    assert policy(page)["frame-ancestors"] == "'none'"
    assert policy(page, embed=True)["frame-ancestors"] == "*"


@pytest.mark.parametrize("phase", PHASES)
def test_nothing_is_fetched_from_elsewhere(page: ListeningPage, phase: str) -> None:
    body = told(page, phase=phase, replay=True)
    sources = re.findall(r"<(?:script|img|audio|source|iframe|link|use)[^>]*", body)
    addresses = [one for tag in sources for one in re.findall(r'(?:src|href)="([^"]*)"', tag)]
    assert addresses
    for address in addresses:
        assert address.startswith(("/live/", "/replay/", "#", "data:", VIEW.listen_url)), address


def test_a_title_is_text_wherever_it_stands(page: ListeningPage) -> None:
    evil = "</script></style><script>alert(1)</script>\"'><img src=x onerror=alert(1)>"
    body = told(
        page, title=evil, host=evil, state={"stage": {evil: {"name": evil, "role": "host"}}}
    )
    assert "<img" not in body
    assert body.count("<script>") == 1
    assert json.loads(re.findall(r'id="facts">(.*?)</script>', body)[0])["title"] == evil


def test_a_state_that_is_not_as_it_should_be_does_no_harm(page: ListeningPage) -> None:
    for state in ({}, {"stage": None}, {"stage": {"a": None, "b": {}}}, {"stage": [1]}):
        assert "</html>" in told(page, state=state)


def test_hosts_come_first_and_the_muted_are_marked(page: ListeningPage) -> None:
    body = told(page)
    assert body.index('data-id="a"') < body.index('data-id="b"')
    assert re.search(r'data-id="b".*?class="off"', body, re.DOTALL)
    assert not re.search(r'data-id="a"[^§]*?class="off"[^§]*?data-id="b"', body)


@pytest.mark.parametrize("phase", ["lobby", "live", "paused"])
def test_without_script_there_is_a_player_for_the_live_sound(
    page: ListeningPage, phase: str
) -> None:
    plain = re.findall(r"<noscript>(.*?)</noscript>", told(page, phase=phase), re.DOTALL)[0]
    assert "<audio controls" in plain
    assert plain.index("/live/town-hall/opus.mp4") < plain.index("/live/town-hall/aac.mp4")


def test_without_script_the_recording_is_there_when_there_is_one(page: ListeningPage) -> None:
    assert 'src="/replay/town-hall/opus.mp4"' in told(page, phase="ended", replay=True)
    assert "/replay/town-hall" not in told(page, phase="ended").split("<script>")[0]
    assert "<audio controls" not in told(page, phase="scheduled")


def test_what_was_removed_is_not_told_any_more(page: ListeningPage) -> None:
    body = told(page, phase="removed")
    for secret in (VIEW.title, "Ana Costa", "Ben Okafor"):
        assert secret not in body


def test_an_unknown_language_is_answered_in_english(page: ListeningPage) -> None:
    assert page.render(VIEW, "tlh").body == page.render(VIEW, "en").body


def test_both_languages_have_the_same_texts_with_the_same_holes() -> None:
    english, french = texts("en"), texts("fr")
    for part in ("page", "live"):
        assert english[part].keys() == french[part].keys()
        for key, text in english[part].items():
            holes = re.findall(r"\{\w+\}", text)
            assert sorted(holes) == sorted(re.findall(r"\{\w+\}", french[part][key])), key


def test_every_text_is_used_and_every_used_text_is_there() -> None:
    template = (PAGES / "listen.html").read_text("utf-8")
    wanted = set(re.findall(r"\bt\.(\w+)", template))
    built = set(re.findall(r't\["(\w+_)" ~', template))
    there = set(texts("en")["page"])
    assert wanted <= there
    assert {key for key in there if not key.startswith(tuple(built))} <= wanted
    code = "\n".join((PAGES / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS)
    named = set(re.findall(r'"(\w+)"', code)) | set(re.findall(r"\.say\w*\(\"(\w+)\"", code))
    prefixes = tuple(re.findall(r"say\(`(\w+_)\$", code))
    unused = [
        key for key in texts("en")["live"] if key not in named and not key.startswith(prefixes)
    ]
    assert unused == []
    spoken = set(re.findall(r'say\("(\w+)"', code)) | set(re.findall(r'return "(\w+)";', code))
    spoken -= {"there", "missing", "failed"}
    assert spoken <= set(texts("en")["live"]), spoken - set(texts("en")["live"])


def test_every_script_file_is_part_of_the_script() -> None:
    assert {f"{name}.js" for name in SCRIPTS} == {one.name for one in (PAGES / "js").iterdir()}


@pytest.mark.parametrize(
    ("name", "letters"),
    [("Ana Costa", "AC"), ("Esther", "E"), ("  ", "?"), ("李雷", "李"), ("a b c", "AC")],
)
def test_initials_are_first_and_last(name: str, letters: str) -> None:
    assert initials(name) == letters


def test_a_colour_is_stable_and_within_the_palette() -> None:
    assert hue("ana") == hue("ana")
    assert {hue(f"person-{n}") for n in range(200)} == set(range(12))


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00"), (75.9, "1:15"), (3723, "1:02:03")])
def test_clock_times_are_short(seconds: float, text: str) -> None:
    assert clock(seconds) == text
