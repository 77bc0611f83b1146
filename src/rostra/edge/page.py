"""The listening page: one HTML document with everything in it, in every phase of a Space.

Template, style, script and texts are the files in `pages/`. The script is the files of `pages/js`
one after the other, read once at start and without their comments. Script and style are the same
for everybody, so the policy names them by their hashes and allows nothing else; what differs is in
the HTML and in one block of data.
"""

from __future__ import annotations

import base64
import gzip
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rostra.edge import minify
from rostra.errors import Misconfigured
from rostra.wire.qr import qr_code

PAGES = Path(__file__).parent / "pages"
LANGUAGES = ("en", "fr")
HUES = 12  # classes of colours in listen.css

# In the order in which they need each other; the last one starts the page.
SCRIPTS = (
    "words", "boxes", "merge", "timeline", "buffer", "link", "live", "rewind", "keeper",
    "native", "replay", "player", "elements", "faces", "stage", "reactions", "transport", "share",
    "countdown", "watch", "session", "page", "main",
)  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class PageView:
    """What the page is told of a Space; `phase` may also be "unknown". `duration` in seconds."""

    slug: str
    title: str
    phase: str
    host: str
    starts_at: str | None
    ended_at: str | None
    recorded: bool
    replay: bool
    reactions: tuple[str, ...]
    language: str
    listen_url: str
    home_url: str
    state: Mapping[str, Any] | None = field(hash=False)
    embed: bool
    duration: float | None


@dataclass(frozen=True)
class Rendered:
    """A page ready to be sent, with all headers but those of the encoding and the connection."""

    body_gzip: bytes
    body: bytes
    headers: list[tuple[str, str]]


class ListeningPage:
    """Makes pages. Raises Misconfigured when a file of the page is missing."""

    def __init__(self) -> None:
        try:
            self._style = minify.style((PAGES / "listen.css").read_text("utf-8"))
            self._script = script()
            self._texts = {language: texts(language) for language in LANGUAGES}
        except (OSError, ValueError) as reason:
            raise Misconfigured(
                f"A file of the listening page cannot be read ({reason}): install Rostra again."
            ) from reason
        environment = Environment(
            loader=FileSystemLoader(PAGES),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.filters |= {"hue": hue, "initials": initials, "clock": clock}
        self._template = environment.get_template("listen.html")

    def render(self, view: PageView, language: str) -> Rendered:
        """The page of `view` in `language`; English when we do not have that one."""
        language = language if language in LANGUAGES else LANGUAGES[0]
        if view.phase in ("removed", "unknown"):  # nothing of it is told any more
            view = replace(view, title="", host="", state=None)
        words = self._texts[language]
        body = self._template.render(
            view=view,
            stage=_stage(view.state),
            state=view.state or {},
            language=language,
            t=words["page"],
            script=self._script,
            style=self._style,
            facts=_facts(view, language, words["live"]),
            code=qr_code(view.listen_url),
        ).encode()
        return Rendered(gzip.compress(body, 6, mtime=0), body, self._headers(view, language))

    def _headers(self, view: PageView, language: str) -> list[tuple[str, str]]:
        return [
            ("Content-Type", "text/html; charset=utf-8"),
            ("Content-Language", language),
            ("Cache-Control", "public, max-age=1"),
            ("Vary", "Accept-Encoding, Accept-Language"),
            ("Content-Security-Policy", self._policy(embed=view.embed)),
            ("Referrer-Policy", "strict-origin-when-cross-origin"),
            ("X-Content-Type-Options", "nosniff"),
            ("Permissions-Policy", "camera=(), geolocation=(), microphone=()"),
        ]

    def _policy(self, *, embed: bool) -> str:
        return "; ".join(
            (
                "default-src 'none'",
                f"script-src '{source_hash(self._script)}'",
                f"style-src '{source_hash(self._style)}'",
                "connect-src 'self'",
                "media-src 'self' blob:",
                "img-src data:",
                "base-uri 'none'",
                "form-action 'none'",
                f"frame-ancestors {'*' if embed else chr(39) + 'none' + chr(39)}",
                "require-trusted-types-for 'script'",
                "trusted-types 'none'",
            )
        )


def script() -> str:
    """The whole script, in a scope of its own."""
    parts = [(PAGES / "js" / f"{name}.js").read_text("utf-8") for name in SCRIPTS]
    return '(()=>{"use strict";\n' + minify.script("\n".join(parts)) + "})();"


def texts(language: str) -> dict[str, dict[str, str]]:
    """The words of a language: `page` for the template, `live` for the script."""
    found: dict[str, dict[str, str]] = json.loads(
        (PAGES / f"text.{language}.json").read_text("utf-8")
    )
    return found


@lru_cache(maxsize=8)
def source_hash(text: str) -> str:
    """How a content security policy names inline `text`."""
    digest = hashlib.sha256(text.encode()).digest()
    return "sha256-" + base64.b64encode(digest).decode()


def hue(ident: str) -> int:
    """The colour class of somebody: the same on every page, and in `faces.js`."""
    value = 0
    for unit in memoryview(ident.encode("utf-16-le")).cast("H"):
        value = (value * 31 + unit) & 0xFFFFFF
    return value % HUES


def initials(name: str) -> str:
    """One or two letters for a round picture, as `faces.js` makes them."""
    words = name.split()
    if not words:
        return "?"
    first, last = words[0][:1], words[-1][:1] if len(words) > 1 else ""
    return (first + last).upper()


def clock(seconds: float) -> str:
    """1:02:03 or 2:03."""
    minutes, rest = divmod(int(seconds), 60)
    hours, minutes = divmod(minutes, 60)
    return f"{hours}:{minutes:02}:{rest:02}" if hours else f"{minutes}:{rest:02}"


def _stage(state: Mapping[str, Any] | None) -> list[tuple[str, Mapping[str, Any]]]:
    """Who is on stage, hosts first; what is not as the document says is left out."""
    found = (state or {}).get("stage")
    people = list(found.items()) if isinstance(found, Mapping) else []
    ranks = {"host": 0, "cohost": 1}
    people = [(ident, seat) for ident, seat in people if isinstance(seat, Mapping)]
    return sorted(people, key=lambda one: ranks.get(str(one[1].get("role")), 2))


def _facts(view: PageView, language: str, words: Mapping[str, str]) -> dict[str, Any]:
    """What the script is told."""
    return {
        "slug": view.slug,
        "title": view.title,
        "phase": view.phase,
        "host": view.host,
        "startsAt": view.starts_at,
        "recorded": view.recorded,
        "replay": view.replay,
        "duration": view.duration,
        "reactions": list(view.reactions),
        "url": view.listen_url,
        "embed": view.embed,
        "state": view.state,
        "language": language,
        "words": words,
    }
