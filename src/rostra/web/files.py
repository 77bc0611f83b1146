"""The files of the pages, read once: what is not there when we start is not served.

The stage page is made of ES modules in `static/stage/`. A few of the listening page's scripts say
things that both pages need; they are served as modules too, with the names they export added.
"""

from __future__ import annotations

import gzip
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
    ".png": "image/png",
}
_PACKED = (".png",)
"""What gzip makes no smaller."""


@dataclass(frozen=True)
class File:
    """Content, media type and ETag of one file; `packed` is the content by gzip, if that helps."""

    body: bytes
    kind: str
    etag: str
    packed: bytes | None


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


@cache
def fingerprint() -> str:
    """Of all files together: another version has other addresses, so browsers may keep them."""
    every = "".join(f"{name} {file.etag} " for name, file in files().items())
    return hashlib.sha256(every.encode()).hexdigest()[:12]


def static(name: str) -> str:
    """The address of a file of the square's pages. A module's imports are beside it, and so have
    the same fingerprint. Raises KeyError for a file that is not there."""
    assert files()[name]
    return f"/static/{fingerprint()}/{name}"


def _file(body: bytes, suffix: str) -> File:
    packed = None if suffix in _PACKED else gzip.compress(body, 9, mtime=0)
    return File(body, _TYPES[suffix], f'"{hashlib.sha256(body).hexdigest()[:16]}"', packed)
