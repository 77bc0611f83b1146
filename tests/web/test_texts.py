"""The words of the pages: both languages complete, none missing, none that nobody reads."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import rostra.edge
from rostra.web.files import STATIC, files, modules
from rostra.web.templates import HERE, TEXTS, stage_texts, texts

PAGES = HERE / "templates"
TEMPLATES = {
    path.relative_to(PAGES).as_posix(): path.read_text("utf-8") for path in PAGES.rglob("*.*")
}
CODE = "\n".join(path.read_text("utf-8") for path in sorted((STATIC / "stage").glob("*.js")))
FOUND_BY_PARTS = tuple(re.findall(r"`(\w+_)\$\{", CODE))


def holes(text: str) -> list[str]:
    return sorted(set(re.findall(r"\{\w+\}", text)))


def all_texts(language: str) -> dict[str, str]:
    of_stage = stage_texts(language)
    parts = {"": texts(language), "page ": of_stage["page"], "live ": of_stage["live"]}
    return {prefix + key: text for prefix, part in parts.items() for key, text in part.items()}


def test_both_languages_say_the_same_things() -> None:
    english, french = all_texts("en"), all_texts("fr")
    assert english.keys() == french.keys()
    for key, text in english.items():
        assert text.strip() and french[key].strip(), key
        assert holes(text) == holes(french[key]), key


def test_every_text_of_a_template_is_there_and_read() -> None:
    shared = {key for page in TEMPLATES.values() for key in re.findall(r"\bt\.(\w+)", page)}
    assert shared <= texts("en").keys()
    by_name = {"now", "upcoming", "recent"}
    by_parts = tuple(re.findall(r't\["(\w+_)" \+', "\n".join(TEMPLATES.values())))
    by_parts += ("oauth_scope_",)  # put together in mastodon/authorize.py
    assert {key for key in texts("en") if not key.startswith(by_parts)} - by_name <= shared
    of_stage = set(re.findall(r"\bw\.(\w+)", TEMPLATES["stage.html"]))
    assert of_stage == stage_texts("en")["page"].keys()


def test_every_text_of_the_modules_is_there_and_said() -> None:
    known = stage_texts("en")["live"].keys()
    assert set(re.findall(r'say\("(\w+)"', CODE)) <= known
    quoted = set(re.findall(r'"(\w+)"', CODE))
    for question in re.findall(r'sure\("(\w+)"', CODE):
        quoted |= {question, f"{question}_text", f"{question}_yes"}
    assert {key for key in known - quoted if not key.startswith(FOUND_BY_PARTS)} == set()


def test_french_signs_are_never_alone_on_a_line() -> None:
    for key, text in all_texts("fr").items():
        assert not re.search(r" [:;?!»%]|« ", text), key


def test_a_space_has_one_name_in_french() -> None:
    """On pages of the square, on the stage, and where one listens; the key is another matter."""
    listening = Path(rostra.edge.__file__).parent / "pages" / "text.fr.json"
    files = [*(TEXTS / "fr").glob("*.json"), TEXTS / "stage.fr.json", listening]
    words = "\n".join(_values(json.loads(path.read_text("utf-8"))) for path in files)
    assert words.count("Espace") > 30
    assert re.findall(r"\b[Ss]paces?\b|(?<!barre d’)\bespaces?\b", words) == []


def _values(found: Any) -> str:
    return "\n".join(map(_values, found.values())) if isinstance(found, dict) else str(found)


def test_every_module_is_served_and_all_that_they_import_is_there() -> None:
    assert {"stage/main.js", "stage/words.js", "stage/elements.js", "stage/faces.js"} <= set(
        modules()
    )
    for name in modules():
        source = files()[name].body.decode()
        for wanted, other in re.findall(r'import \{([^}]+)\} from "\./(\w+\.js)"', source):
            exported = re.findall(
                r"export (?:async )?(?:const|class|function) (\w+)|export \{([^}]+)\}",
                files()[f"stage/{other}"].body.decode(),
            )
            there = {part.strip() for pair in exported for one in pair for part in one.split(",")}
            assert {part.strip() for part in wanted.split(",")} <= there, (name, other)
