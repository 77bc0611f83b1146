"""The listening page as the edge sends it: what it is told of a Space, in which language.

A page is made at most once a second for each Space and language, however many ask.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable
from dataclasses import replace
from functools import lru_cache

from rostra.edge.answers import CORS, Answer, Headers
from rostra.edge.page import ListeningPage, PageView, Rendered
from rostra.edge.spaces import Space
from rostra.edge.tail import State
from rostra.programme.manifest import REACTIONS
from rostra.settings import EdgeSettings
from rostra.tls import STRICT_TRANSPORT
from rostra.wire.timing import seconds

LANGUAGES = ("en", "fr")
_FRESH_NS = 1_000_000_000
_MOST_PAGES = 256
Told = Callable[[], tuple[State | None, int | None]]
"""Asked only when a page is made: the state, and the samples of a recording."""


class Showing:
    """Makes pages and remembers them for a second."""

    def __init__(self, page: ListeningPage, settings: EdgeSettings) -> None:
        self._page = page
        self._settings = settings
        self._made: OrderedDict[tuple[str, str, bool], tuple[int, Rendered]] = OrderedDict()
        self._answers: dict[tuple[str, str, bool, bool], Answer] = {}

    def answer(
        self, slug: str, space: Space | None, told: Told, language: str,
        *, embed: bool, gzip: bool, now: int,
    ) -> Answer:  # fmt: skip
        """The page of `space`, or that there is none."""
        key = (slug if space is not None else "", language, embed)
        made = self._made.get(key)
        if made is None or now >= made[0] + _FRESH_NS:
            state, duration = told()
            view = self._view(space, state, duration, embed=embed)
            self._keep(key, made := (now, self._page.render(view, language)), space)
        return self._answers[*key, gzip]

    def _keep(
        self, key: tuple[str, str, bool], made: tuple[int, Rendered], space: Space | None
    ) -> None:
        status = 200 if space is not None and space.manifest.phase != "removed" else 404
        strict = strict_transport(self._settings)
        for gzip in (False, True):
            answer = _answer(made[1], status, gzip=gzip)
            self._answers[*key, gzip] = replace(answer, headers=(*answer.headers, *strict))
        self._made[key] = made
        self._made.move_to_end(key)
        if len(self._made) > _MOST_PAGES:
            oldest, _ = self._made.popitem(last=False)
            for gzip in (False, True):
                del self._answers[*oldest, gzip]

    def _view(
        self, space: Space | None, state: State | None, duration: int | None, *, embed: bool
    ) -> PageView:
        home = self._settings.home_url
        if space is None:
            return PageView(
                slug="", title="", phase="unknown", host="", starts_at=None, ended_at=None,
                recorded=False, replay=False, reactions=REACTIONS, language="",
                listen_url=self._settings.live_url, home_url=home, state=None, embed=embed,
                duration=None,
            )  # fmt: skip
        manifest = space.manifest
        return PageView(
            slug=space.slug,
            title=manifest.title,
            phase=manifest.phase,
            host=manifest.host,
            starts_at=manifest.starts_at,
            ended_at=manifest.ended_at,
            recorded=manifest.record,
            replay=manifest.replay,
            reactions=manifest.reactions,
            language=manifest.language,
            listen_url=f"{self._settings.live_url}/s/{space.slug}",
            home_url=home,
            state=state,
            embed=embed,
            duration=None if duration is None else seconds(duration),
        )


def strict_transport(settings: EdgeSettings) -> Headers:
    """The header for what people open in a browser, where the address is https."""
    return [STRICT_TRANSPORT] if settings.live_url.startswith("https:") else []


def _answer(made: Rendered, status: int, *, gzip: bool) -> Answer:
    everywhere = {name for name, _ in CORS}
    headers = [(name, value) for name, value in made.headers if name not in everywhere]
    if gzip:
        headers.append(("Content-Encoding", "gzip"))
    return Answer(status, headers, (made.body_gzip if gzip else made.body,))


@lru_cache(maxsize=512)
def language_of(chosen: str | None, accepted: str) -> str:
    """The one of LANGUAGES that was `chosen`, else the best of an Accept-Language header."""
    if chosen in LANGUAGES:
        return chosen
    best, weight = LANGUAGES[0], 0.0
    for part in accepted[:512].split(","):
        tag, _, more = part.partition(";")
        language = tag.strip().lower().partition("-")[0]
        quality = _quality(more)
        if language in LANGUAGES and quality > weight:
            best, weight = language, quality
    return best


@lru_cache(maxsize=512)
def takes_gzip(accepted: str) -> bool:
    """Whether an Accept-Encoding header allows gzip."""
    codings = dict((part.partition(";")[::2]) for part in accepted[:512].lower().split(","))
    found = next((more for name, more in codings.items() if name.strip() == "gzip"), None)
    return found is not None and _quality(found) > 0


def _quality(text: str) -> float:
    name, _, value = text.strip().partition("=")
    if name.strip() != "q":
        return 1.0
    try:
        return min(1.0, float(value))
    except ValueError:
        return 0.0
