"""The page of those who must wait: small, without a script, and it asks again by itself."""

from __future__ import annotations

from functools import lru_cache

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from rostra.edge import minify
from rostra.edge.answers import NO_STORE, Answer
from rostra.edge.page import PAGES, source_hash, texts

_SECONDS = b"000000"  # stands where the seconds go, which are others for everybody


class WaitingRoom:
    """Makes that page; once for each Space and language, whoever asks."""

    def __init__(self) -> None:
        self._style = minify.style((PAGES / "wait.css").read_text("utf-8"))
        environment = Environment(
            loader=FileSystemLoader(PAGES), autoescape=True, undefined=StrictUndefined
        )
        self._template = environment.get_template("wait.html")
        self._page = lru_cache(maxsize=64)(self._made)

    def answer(self, title: str, language: str, seconds: int, *, recorded: bool) -> Answer:
        """503 to whoever may ask again after `seconds`; `title` is that of the Space."""
        page = self._page(title, language, recorded).replace(_SECONDS, str(seconds).encode())
        policy = f"default-src 'none'; style-src '{source_hash(self._style)}'; base-uri 'none'"
        return Answer(
            503,
            (
                ("Content-Type", "text/html; charset=utf-8"),
                ("Content-Language", language),
                ("Content-Security-Policy", policy + "; form-action 'none'"),
                ("Retry-After", str(seconds)),
                NO_STORE,
            ),
            (page,),
            error="full",
        )

    def _made(self, title: str, language: str, recorded: bool) -> bytes:
        seconds = _SECONDS.decode()
        words = texts(language)["wait"]
        words = {name: text.replace("{seconds}", seconds) for name, text in words.items()}
        return self._template.render(
            t=words, name=title, language=language, seconds=seconds, style=self._style,
            recorded=recorded,
        ).encode()  # fmt: skip
