"""The files of the pages, read once: what is not there when we start is not served.

The stage page is made of ES modules in `static/stage/`. A few of the listening page's scripts say
things that both pages need; they are served as modules too, with the names they export added.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from rostra.edge.page import PAGES

STATIC = Path(__file__).parent / "static"
SHARED = {
    "words": ("facts", "say", "numbers", "clockOf", "between"),
    "elements": ("el", "icon", "make", "write", "paint", "reveal", "on"),
    "faces": ("hueOf", "initialsOf"),
}
_TYPES = {
    ".css": "text/css; charset=utf-8",
    ".js": "text/javascript; charset=utf-8",
    ".svg": "image/svg+xml",
}


@dataclass(frozen=True)
class File:
    """Content, media type and ETag of one file."""

    body: bytes
    kind: str
    etag: str


@cache
def files() -> dict[str, File]:
    """All files by their name under `/static/`."""
    found = {
        path.relative_to(STATIC).as_posix(): _file(path.read_bytes(), path.suffix)
        for path in sorted(STATIC.rglob("*.*"))
    }
    for name, exported in SHARED.items():
        script = (PAGES / "js" / f"{name}.js").read_text("utf-8")
        module = f"{script}\nexport {{ {', '.join(exported)} }};\n"
        found[f"stage/{name}.js"] = _file(module.encode(), ".js")
    return found


def modules() -> list[str]:
    """The names of the stage page's modules, so that a browser can ask for all at once."""
    return [name for name in files() if name.startswith("stage/") and name.endswith(".js")]


def _file(body: bytes, suffix: str) -> File:
    return File(body, _TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:16]}"')
