"""Pages: Jinja templates with the texts of the reader's language."""

from __future__ import annotations

import json
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.requests import Request
from starlette.responses import HTMLResponse

from rostra import moments
from rostra.errors import RostraError
from rostra.web.files import static
from rostra.web.parts import parts_of
from rostra.web.refusals import in_language
from rostra.web.said import said_of
from rostra.web.unread import unread_of

HERE = Path(__file__).parent
TEXTS = HERE / "texts"
LANGUAGES = ("en", "fr")
LANGUAGE_COOKIE = "rostra_language"
"""The language that a reader chose in this browser."""


@cache
def environment() -> Environment:
    """Everything is escaped, and a name that was not given is an error rather than a hole."""
    made = Environment(
        loader=FileSystemLoader(HERE / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.globals["stage_texts"] = stage_texts
    made.globals["static"] = static
    made.filters["moment"] = moments.shown
    return made


@cache
def texts(language: str) -> dict[str, str]:
    """The words of one language for all pages but the stage's, from one file for each area.

    A key that stands in two areas would mean one thing on one page and another elsewhere.
    """
    found: dict[str, str] = {}
    for path in sorted((TEXTS / language).glob("*.json")):
        area = _read(path)
        assert not found.keys() & area.keys(), (path, found.keys() & area.keys())
        found |= area
    return found


@lru_cache(maxsize=16)
def worded(language: str, title: str) -> dict[str, str]:
    """The same, where `name` is what the operator called the place."""
    return {**texts(language), "name": title}


def _title(request: Request) -> str:
    return parts_of(request).kept_charter.last.title


@cache
def stage_texts(language: str) -> dict[str, dict[str, str]]:
    """Those of the stage page: `page` for the template, `live` for its modules."""
    found: dict[str, dict[str, str]] = _read(TEXTS / f"stage.{language}.json")
    return found


def _read(path: Path) -> Any:
    return json.loads(path.read_text("utf-8"))


def language_of(request: Request) -> str:
    """The language that the reader chose, else the first of their browser that we have."""
    chosen = request.cookies.get(LANGUAGE_COOKIE, "")
    return chosen if chosen in LANGUAGES else accepted(request.headers.get("accept-language", ""))


def accepted(header: str) -> str:
    """The first of `Accept-Language` that we have; English otherwise."""
    for part in header[:200].split(","):
        language = part.partition(";")[0].strip().lower().partition("-")[0]
        if language in LANGUAGES:
            return language
    return LANGUAGES[0]


def told(request: Request, error: RostraError | None) -> str:
    """Why something was refused, in the reader's language; nothing where nothing was."""
    return in_language(language_of(request), error.sentence) if error is not None else ""


async def page(
    request: Request,
    name: str,
    *,
    status: int = 200,
    headers: dict[str, str] | None = None,
    **values: Any,
) -> HTMLResponse:
    """The page `name` with `values`; `t` in it are the texts, `path` says where one is.

    `said` is what was typed in a form that was refused, see refused.py. `unread` is the number
    beside the bell: it is asked for here, unless the caller says that nobody sees it.
    """
    language = language_of(request)
    unread = 0 if "unread" in values else await unread_of(parts_of(request), values.get("me"))
    given = {"me": None, "unread": unread, "path": request.url.path, "said": said_of(request)}
    values = {**given, **values, "t": worded(language, _title(request)), "language": language}
    body = environment().get_template(name).render(values)
    return HTMLResponse(body, status, {"Vary": "Accept-Language, Cookie", **(headers or {})})
